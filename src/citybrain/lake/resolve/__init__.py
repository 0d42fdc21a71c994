"""Entity resolution: which rows of all departments speak of the same person or company.

Valid numbers decide where they can be trusted; what is left is weighed by Splink; every
entity keeps its id from run to run. ``docs/resolution.md`` tells how, ``ADR-0009`` why.
"""
