"""Pages of the data engineers and department officers."""
