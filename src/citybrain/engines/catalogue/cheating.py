"""The rehearsal's cheating button: one byte of the lake, one entry of the record.

Both are changed behind everybody's back, in the file and in the database, as somebody with
the machine's own rights could. Outside rehearsal the guard refuses the action.
"""

from pathlib import Path

from django.db import connection, transaction

from citybrain.base.errors import CityError
from citybrain.base.wording import both
from citybrain.engines.catalogue import wiring
from citybrain.engines.catalogue.backups import ensure_backup
from citybrain.engines.catalogue.models import Cheating
from citybrain.engines.catalogue.reading import order, thing_of
from citybrain.engines.catalogue.touring import tour_table
from citybrain.engines.catalogue.views_proof import Cheat
from citybrain.engines.guard import service as guard
from citybrain.engines.identity.service import Actor
from citybrain.engines.ledger import service as ledger

TRIES = 48  # places in the file


def cheat(actor: Actor) -> Cheat:
    """Flip a byte and edit an entry; a backup is made first when there is none.

    Nothing turns red before somebody verifies: that is the point. The act itself is
    recorded, and a note of what was changed is kept for the page.
    """
    contract, _field, _beside = tour_table()
    order(actor, "lake.cheat", "lake:", count=2)
    ensure_backup(contract.lake_table)
    ledger.sequence(clock=wiring.clock())
    file, offset, before, after = _flip(contract.lake_table)
    number, field, was, became = _edit(thing_of(contract.id))
    made = Cheat(
        at=wiring.clock().now(), by=actor.id, table=contract.id, file=file, offset=offset,
        before=before, after=after, entry=number, field=field, entry_before=was,
        entry_after=became,
    )  # fmt: skip
    _note(made)
    return made


def _flip(lake_table: str) -> tuple[str, int, str, str]:
    """Change one byte of the table's largest file; path, offset and both values in hex.

    Of many places one is taken where DuckDB still answers, and wrongly: the damage that
    nothing but the hash can tell. Where there is none, the table no longer opens.
    """
    store = wiring.store()
    if not store.exists(lake_table) or not store.view(lake_table).files:
        raise CityError(
            both("这张表还没有数据文件", "This table has no data file yet"),
            do=both("请先汇聚一次", "Collect it once first"),
            where=lake_table,
        )
    chosen = max(store.view(lake_table).files, key=lambda file: file.bytes)
    path = Path(wiring.home().warehouse) / chosen.path
    path.chmod(0o644)
    truth = _answer(lake_table)
    for place in range(TRIES):
        offset = chosen.bytes * (place + 1) // (TRIES + 1)
        before, after = _swap(path, offset)
        if _answer(lake_table) not in (truth, None) or place == TRIES - 1:
            break
        _swap(path, offset)
    return chosen.path, offset, f"{before:02X}", f"{after:02X}"


def _swap(path: Path, offset: int) -> tuple[int, int]:
    """Flip the lowest bit of one byte; the byte before and after. Twice is as before."""
    with path.open("r+b") as handle:
        handle.seek(offset)
        before = handle.read(1)[0]
        handle.seek(offset)
        handle.write(bytes([before ^ 1]))
    return before, before ^ 1


def _answer(lake_table: str) -> object:
    """One number over all values of the table; None when it cannot be read."""
    from citybrain.lake.query import query

    sql = f"SELECT bit_xor(hash(t)) AS answer FROM {lake_table} AS t"  # noqa: S608 - a contract's name
    try:
        rows = query(wiring.store(), wiring.city(), sql, reveal=True).to_pylist()
    except CityError:
        return None
    return rows[0]["answer"]


def _edit(thing: str) -> tuple[int, str, str, str]:
    """Make a reading look like a masked one; number, column and both values."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, masked, count FROM ledger_entry WHERE number IS NOT NULL"
            " ORDER BY CASE WHEN thing = %s AND masked = %s AND action = 'lake.reveal' THEN 0"
            " WHEN thing = %s AND masked IS NOT NULL THEN 1"
            " WHEN masked IS NOT NULL THEN 2 ELSE 3 END, number DESC LIMIT 1",
            [thing, False, thing],
        )
        number, masked, count = cursor.fetchone()
        if masked is None:
            cursor.execute(
                "UPDATE ledger_entry SET count = %s WHERE number = %s", [(count or 0) + 1, number]
            )
            return number, "count", str(count), str((count or 0) + 1)
        cursor.execute(
            "UPDATE ledger_entry SET masked = %s WHERE number = %s", [not masked, number]
        )
    words = {True: "脱敏", False: "明文"}
    return number, "masked", words[bool(masked)], words[not masked]


def _note(made: Cheat) -> None:
    with guard.unrecorded("the rehearsal's note of a cheat that is recorded"):
        Cheating.objects.create(
            at=made.at, account=made.by, table=made.table, file=made.file, offset=made.offset,
            byte_before=made.before, byte_after=made.after, entry=made.entry, field=made.field,
            entry_before=made.entry_before, entry_after=made.entry_after,
        )  # fmt: skip
