"""What must be true between files: one function per concern, each yielding findings."""
