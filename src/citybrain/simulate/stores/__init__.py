"""The stores departments keep their tables in, each written as the department would."""
