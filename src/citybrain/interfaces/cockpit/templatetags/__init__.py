"""Tags of the cockpit."""
