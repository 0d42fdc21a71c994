"""How much memory the lake's work may take on this machine."""

import os
from pathlib import Path

from citybrain.lake import duck
from citybrain.lake.jail.job import memory_bytes

CGROUP = Path("/sys/fs/cgroup/memory.max")


def of_machine() -> int:
    """Bytes that this machine has, or that its container may take."""
    have = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        said = CGROUP.read_text(encoding="ascii").strip()
    except OSError:
        return have
    return min(have, int(said)) if said.isdigit() else have


def to_build() -> int:
    """Bytes that making one model may take: what ``CITYBRAIN_MEMORY`` says, else by the machine.

    Three eighths of it, for two are made at once, and no less than DuckDB has elsewhere: golden
    records of 2.5 million people take 9 GB, and six times as long where they must spill.
    """
    if said := os.environ.get("CITYBRAIN_MEMORY"):
        return memory_bytes(said)
    return max(of_machine() * 3 // 8, memory_bytes(duck.MEMORY))
