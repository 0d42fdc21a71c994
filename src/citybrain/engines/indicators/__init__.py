"""Indicators, what the cockpit's maps are drawn from, and reminders."""
