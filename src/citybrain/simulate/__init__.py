"""A made-up population and its departments' systems, for rehearsal, tests and benchmarks.

``simulate`` writes the systems of a city's folder, filled with lives that hang together;
``advance`` lets further days pass in them. All numbers come from ranges never issued.
"""

from citybrain.simulate.run import Summary, advance, simulate

__all__ = ["Summary", "advance", "simulate"]
