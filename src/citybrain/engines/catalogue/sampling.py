"""Some rows of one table, masked by class unless revealed; every look is one entry."""

from datetime import date, datetime, time

from citybrain.city.contracts import Contract, Field
from citybrain.engines.catalogue import wiring, words
from citybrain.engines.catalogue.reading import may, reading, thing_of
from citybrain.engines.catalogue.views_tables import Column, SampleView
from citybrain.engines.identity.service import Actor
from citybrain.lake.mask import is_masked

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
        info = wiring.store().snapshot(contract.lake_table, snapshot_id=snapshot)
        columns = present(contract)
        as_of = info.committed_at if info and snapshot else None
        rows = _rows(contract, columns, as_of, reveal, limit) if info and columns else ()
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
    contract: Contract, columns: tuple[Field, ...], as_of: datetime | None, reveal: bool, limit: int
) -> tuple[tuple[str | None, ...], ...]:
    from citybrain.lake.query import query

    names = ", ".join(f'"{field.name}"' for field in columns)
    count = max(1, min(limit, LIMIT))
    sql = f"SELECT {names} FROM {contract.lake_table} LIMIT {count}"  # noqa: S608 - names come from the contract
    answer = query(wiring.store(), wiring.city(), sql, as_of=as_of, reveal=reveal, max_rows=count)
    found = answer.to_pylist()
    return tuple(tuple(as_text(row[field.name]) for field in columns) for row in found)


def present(contract: Contract) -> tuple[Field, ...]:
    """The contract's fields that the lake's table has by now."""
    store = wiring.store()
    if not store.exists(contract.lake_table):
        return ()
    there = {found.name for found in store.columns(contract.lake_table)}
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
