"""Readers of source systems: one module per kind of source."""
