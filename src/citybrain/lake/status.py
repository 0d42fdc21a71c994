"""Where every table of the city stands: rows, rows set aside, last run, late or not.

Reads the lake's database only, with four statements, whatever the number of tables.
"""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, func, select

from citybrain.city.model import City
from citybrain.lake.database import connect, damage, reading
from citybrain.lake.due import last_due, next_due, schedule_of
from citybrain.lake.home import Home
from citybrain.lake.tables import batches

if TYPE_CHECKING:
    from citybrain.lake.store import Store


@dataclass(frozen=True, kw_only=True)
class TableStatus:
    """One table: ``state`` is damaged, arrived, late, failed or waiting (not yet due).

    ``damage`` says what is wrong with its files, empty where they are whole as far as known.
    ``due_at`` is when the missing delivery was due (late, failed) or the next one is.
    """

    table: str
    system: str
    department: str
    lake_table: str
    rows: int
    quarantined: int
    last_run: datetime | None
    state: str
    due_at: datetime | None
    last_error: str | None
    damage: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain values; times in ISO 8601."""
        found = asdict(self)
        for key in ("last_run", "due_at"):
            found[key] = found[key].isoformat() if found[key] else None
        return found


def status(
    store: "Store | Home", city: City, *, now: datetime, only: str = ""
) -> list[TableStatus]:
    """Every table of the city, by its contracts' order, or one of them; a home is enough."""
    engine = connect(store) if isinstance(store, Home) else store.engine
    good, newest = (_newest(engine, good=one, only=only) for one in (True, False))
    known = _damage(engine)
    found = [
        _status(city, table, good.get(table), newest.get(table), now)
        for table in city.contracts
        if only in ("", table)
    ]
    return [
        replace(row, state="damaged", damage=said) if (said := known.get(row.table)) else row
        for row in found
    ]


def set_aside(store: "Store", city: City) -> int:
    """How many rows of the city's tables are set aside now, without all else of their status."""
    found = _newest(store.engine, good=True)
    return sum(row.quarantined_after for name, row in found.items() if name in city.contracts)


def _damage(engine: Engine) -> dict[str, str]:
    """``system.table`` → what is wrong with its files, or with those of its quarantine."""
    statement = select(damage.c.lake_table, damage.c.file_path, damage.c.problem)
    with reading(engine) as connection:
        rows = connection.execute(statement.order_by(damage.c.file_path)).all()
    found: dict[str, list[str]] = {}
    for row in rows:
        said = f"{row.file_path}: {row.problem}."
        found.setdefault(row.lake_table.partition(".")[2], []).append(said)
    return {table: " ".join(said) for table, said in found.items()}


def _newest(engine: Engine, *, good: bool, only: str = "") -> dict[str, Any]:
    """Each table's newest batch, or its newest without an error; or one table's."""
    newest = select(batches.c.table, func.max(batches.c.finished_at).label("finished_at"))
    if only:
        newest = newest.where(batches.c.table == only)
    if good:
        newest = newest.where(batches.c.error.is_(None))
    latest = newest.group_by(batches.c.table).subquery()
    statement = select(batches).join(
        latest,
        (batches.c.table == latest.c.table) & (batches.c.finished_at == latest.c.finished_at),
    )
    with reading(engine) as connection:
        rows = connection.execute(statement).all()
    return {row.table: row for row in rows if not good or row.error is None}


def _status(city: City, table: str, good: Any, newest: Any, now: datetime) -> TableStatus:
    contract = city.contracts[table]
    system = city.systems.get(contract.system)
    arrived = datetime.fromisoformat(good.finished_at) if good else None
    error = newest.error if newest is not None else None
    due_at, late = _due(city, table, arrived, now) if system else (None, False)
    state = "arrived" if arrived else "waiting"
    if late:
        state = "late"
    if error:
        state = "failed"
    return TableStatus(
        table=table,
        system=contract.system,
        department=system.department(now.date()) if system else "",
        lake_table=contract.lake_table,
        rows=good.rows_after if good else 0,
        quarantined=good.quarantined_after if good else 0,
        last_run=datetime.fromisoformat(newest.finished_at) if newest else None,
        state=state,
        due_at=due_at,
        last_error=error,
    )


def _due(
    city: City, table: str, arrived: datetime | None, now: datetime
) -> tuple[datetime | None, bool]:
    schedule = schedule_of(city, table)
    before = last_due(schedule, now=now, calendar=city.calendar)
    if before is None or arrived is None or arrived >= before:
        return next_due(schedule, now=now, calendar=city.calendar), False
    return before, now > before + timedelta(minutes=schedule.grace_minutes)
