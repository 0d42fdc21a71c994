"""The cockpit: maps of the city for leaders and the wall."""
