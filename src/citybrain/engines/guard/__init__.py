"""May this actor do this? Ask, do and record in one act; default deny."""
