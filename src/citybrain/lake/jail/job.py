"""What is asked of a jailed process, and what it answers, as values that travel as JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

GIB = 1 << 30
ANSWER_BYTES = 512 << 20


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement. ``rows`` must be one SELECT, and its answer comes back as Arrow.

    ``copy`` is a COPY of our own around a SELECT, and answers how many rows it wrote;
    ``setup`` runs before the configuration is locked and answers nothing, ``step`` after it;
    ``only_if`` answers 1, or 0 where its first value is false, and then the rest is left out.
    """

    kind: str
    sql: str
    max_rows: int | None = None


@dataclass(frozen=True, kw_only=True)
class Job:
    """Statements for one process, and what it may use.

    ``reads`` are files it may read; ``folder`` is the one directory it may write in, and its
    spill files go there. ``memory`` and ``answer_bytes`` are bytes, ``seconds`` wall time. One
    that ``yields`` leaves the processor to others where they want it.
    """

    statements: tuple[Statement, ...]
    layers: tuple[str, ...]
    reads: tuple[str, ...]
    folder: str
    seconds: float
    memory: int
    threads: int = 2
    answer_bytes: int = ANSWER_BYTES
    yields: bool = False

    def to_json(self) -> bytes:
        """Bytes from which ``job_from`` builds an equal job."""
        return json.dumps(asdict(self)).encode()


def job_from(data: bytes) -> Job:
    """The job that ``to_json`` wrote."""
    document: dict[str, Any] = json.loads(data)
    document["statements"] = tuple(Statement(**s) for s in document["statements"])
    document |= {name: tuple(document[name]) for name in ("layers", "reads")}
    return Job(**document)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the statements answered in their order: Arrow for ``rows``, a count for ``copy``."""

    results: Sequence["pa.Table | int | None"]
    walls: Mapping[str, str] = field(default_factory=dict)  # what held the process, for doctor


def memory_bytes(text: str) -> int:
    """A size as DuckDB writes it, in bytes.

    >>> memory_bytes("20MB"), memory_bytes("1GiB"), memory_bytes("1.5 GB")
    (20000000, 1073741824, 1500000000)
    """
    digits = text.strip().rstrip("BbiIKkMmGgTt ")
    unit = text.strip()[len(digits) :].strip().lower()
    power = " kmgt".find(unit[:1]) if unit[:1] in "kmgt" and unit else 0
    base = 1024 if "i" in unit else 1000
    return int(float(digits) * base ** max(power, 0))
