"""SQL that people wrote runs in a process of its own, which the kernel holds to its limits.

DuckDB calls itself no security boundary: its memory limit and its interrupt do not bound a
hostile statement, and what it may read by path it may also write. So each statement gets a
process without network and without any file but those named, killed when its time is up.
"""
