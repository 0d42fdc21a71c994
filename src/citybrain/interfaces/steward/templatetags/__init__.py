"""Tags and filters of the steward's pages."""
