"""Tags and filters of every page; the settings make them known without ``load``."""
