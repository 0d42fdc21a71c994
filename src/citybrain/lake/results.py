"""What a collection says it did, table by table."""

from dataclasses import asdict, dataclass, field


@dataclass(kw_only=True)
class TableResult:
    """One table's accounting.

    ``read = accepted + quarantined`` and ``accepted = inserted + updated + unchanged +
    superseded``; ``removed`` counts rows the source no longer has. ``error`` is a sentence,
    and then nothing of the table changed.
    """

    table: str
    read: int = 0
    accepted: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    superseded: int = 0
    quarantined: int = 0
    removed: int = 0
    seconds: float = 0.0
    snapshot: int | None = None
    error: str | None = None
    batch_id: str = ""
    rows_after: int = 0
    quarantined_after: int = 0
    problems: dict[str, int] = field(default_factory=dict)  # rows set aside by field:rule

    def as_dict(self) -> dict[str, object]:
        """Plain values."""
        return asdict(self)

    def balances(self) -> bool:
        """Whether the accounting identities hold."""
        parts = self.inserted + self.updated + self.unchanged + self.superseded
        return self.read == self.accepted + self.quarantined and self.accepted == parts


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """One run's results in the order the tables were named."""

    run_id: str
    results: list[TableResult] = field(default_factory=list)

    @property
    def failed(self) -> list[TableResult]:
        """The tables that have an error."""
        return [result for result in self.results if result.error]
