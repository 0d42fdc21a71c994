"""A made-up population and its departments' systems, for rehearsal, tests and benchmarks."""
