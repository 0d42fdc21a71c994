"""A city's folder: loader, findings, kinds, plan and apply."""
