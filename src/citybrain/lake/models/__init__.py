"""Models: one SELECT per table of the upper layers, built in order and published when it holds."""
