"""Some rows of one table, masked by class unless revealed; every look is one entry."""

from datetime import date, datetime, time
from typing import TYPE_CHECKING

from citybrain.base.errors import CityError
from citybrain.base.wording import both
from citybrain.city.contracts import Contract, Field
from citybrain.engines.catalogue import wiring, words
from citybrain.engines.catalogue.errors import Unknown
from citybrain.engines.catalogue.reading import may, reading, thing_of
from citybrain.engines.catalogue.views_tables import Column, SampleView
from citybrain.engines.identity.service import Actor
from citybrain.lake.mask import is_masked

if TYPE_CHECKING:
    from citybrain.lake.views import SnapshotInfo

LIMIT = 200  # rows of one look in a page; more is a download


def sample(
    actor: Actor, table_id: str, *, purpose: str = "", reveal: bool = False,
    snapshot: int | None = None, limit: int = 20,
) -> SampleView:  # fmt: skip
    """Up to ``limit`` rows of the current or the named snapshot, and who may see more.

    Refuses without right, without purpose when revealing, and for damaged tables.
    """
    contract = wiring.contract(table_id)
    with reading(actor, table_id, reveal=reveal, purpose=purpose) as done:
        info = snapshot_of(contract, snapshot)
        columns = present(contract, snapshot)
        rows = _rows(contract, columns, snapshot, reveal, limit) if info and columns else ()
        done.count = len(rows)
    return SampleView(
        table=table_id,
        columns=tuple(column(field, reveal=reveal) for field in columns),
        rows=rows,
        total=info.rows if info else 0,
        snapshot=info.snapshot_id if info else None,
        as_of=info.committed_at if info else None,
        revealed=reveal,
        purpose=purpose,
        entry=done.entries[0],
        may_reveal=may(actor, "lake.reveal", thing_of(table_id)),
    )


def _rows(
    contract: Contract,
    columns: tuple[Field, ...],
    snapshot: int | None,
    reveal: bool,
    limit: int,
) -> tuple[tuple[str | None, ...], ...]:
    from citybrain.lake.query import read

    answer = read(
        wiring.store(),
        wiring.city(),
        contract.lake_table,
        columns=[field.name for field in columns],
        snapshot_id=snapshot,
        reveal=reveal,
        max_rows=max(1, min(limit, LIMIT)),
    )
    return tuple(tuple(as_text(row[f.name]) for f in columns) for row in answer.to_pylist())


def snapshot_of(contract: Contract, snapshot: int | None) -> "SnapshotInfo | None":
    """The snapshot that is read; None while nothing is in the lake, refuses an unknown one."""
    store = wiring.store()
    if not store.exists(contract.lake_table):
        return None
    try:
        found: SnapshotInfo | None = store.snapshot(contract.lake_table, snapshot_id=snapshot)
    except CityError as error:
        raise Unknown(
            both("没有这个快照", "There is no such snapshot"),
            why=error.texts["why"],
            do=both("请在快照列表中选择", "Choose one from the list of snapshots"),
        ) from error
    return found


def present(contract: Contract, snapshot: int | None = None) -> tuple[Field, ...]:
    """The contract's fields that the table has in the snapshot."""
    store = wiring.store()
    if not store.exists(contract.lake_table):
        return ()
    there = {c.name for c in store.view(contract.lake_table, snapshot_id=snapshot).columns}
    return tuple(field for field in contract.fields if field.name in there)


def column(field: Field, *, reveal: bool) -> Column:
    """The head of a column; masked when its class and level ask for it."""
    masked = not reveal and is_masked(field.masking, field.level)
    return Column(
        name=field.name,
        title=words.field_title(field),
        type=field.type,
        level=field.level,
        masked=masked,
    )


def as_text(value: object) -> str | None:
    """A value as a page shows it: None stays None, times in the city's order."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return str(value)
