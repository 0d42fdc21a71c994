"""Errors, clock, working days, hashing, durable files, Chinese text."""
