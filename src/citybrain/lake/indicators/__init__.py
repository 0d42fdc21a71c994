"""Indicators: what they mean (content), what they are now, and what was read for it."""
