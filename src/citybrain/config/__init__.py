"""The only wiring: settings, addresses, choice of adapters, list of kinds, the console entry."""
