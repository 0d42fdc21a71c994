"""Working indicators out: those whose definition or source changed, and no others.

Rows are read masked, as by anybody without a purpose, so that no part of a number can carry
a person's value to the wall.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING, Any

from citybrain.base.clock import Stopwatch
from citybrain.base.errors import CityError
from citybrain.base.wording import counted
from citybrain.city.model import City
from citybrain.lake.indicators import values
from citybrain.lake.indicators.indicator import Indicator, indicators
from citybrain.lake.indicators.values import Read, Value
from citybrain.lake.statement import tables_of

if TYPE_CHECKING:
    from citybrain.lake.store import Store

MOST_PARTS = 60  # by county, by kind: a picture of more is none
SECONDS = 20.0
NOTED = timedelta(minutes=1)  # how often it is written down that a value still holds


def refresh(store: "Store", city: City, *, names: Sequence[str] | None = None) -> list[Value]:
    """Work out what changed since the newest value; the new values, in the order of names.

    An indicator whose source was not built yet has no value and says so nowhere: the page
    tells it from the table. One that fails keeps its former value beside the error.
    """
    known = values.newest(store)
    made, held = [], []
    for indicator in indicators(city).values():
        if not indicator.sql or (names is not None and indicator.name not in names):
            continue
        before, reads = known.get(indicator.name), _reads(store, indicator)
        if reads is None:
            continue
        if before and _same(before, reads, indicator):
            held.append(before)
            continue
        made.append(_measure(store, city, indicator, reads))
    for value in made:
        values.write(store, value)
    now = store.clock.now()
    stale = [value for value in held if now - value.checked_at >= NOTED]
    values.still_true(store, stale, now=now)
    return made


def _reads(store: "Store", indicator: Indicator) -> tuple[Read, ...] | None:
    """The snapshots that would be read now; None while a table has none."""
    found = []
    for table in _tables(indicator.sql):
        shot = store.snapshot(table) if store.exists(table) else None
        if shot is None:
            return None
        found.append(Read(table=table, snapshot=shot.snapshot_id, committed_at=shot.committed_at))
    return tuple(found)


@lru_cache(maxsize=512)
def _tables(sql: str) -> tuple[str, ...]:
    try:
        return tables_of(sql)
    except CityError:
        return ()  # said by the check, and by the measurement itself


def _same(before: Value, reads: Sequence[Read], indicator: Indicator) -> bool:
    then = {read.table: read.snapshot for read in before.reads}
    now = {read.table: read.snapshot for read in reads}
    return then == now and before.definition == indicator.definition


def _measure(store: "Store", city: City, indicator: Indicator, reads: tuple[Read, ...]) -> Value:
    from citybrain.lake.query import query

    watch = Stopwatch()
    total: float | None = None
    parts: tuple[tuple[str, float], ...] = ()
    error = ""
    try:
        answer = query(store, city, indicator.sql, max_rows=MOST_PARTS + 1, seconds=SECONDS)
        total, parts = _number(answer.to_pylist(), indicator)
        reads = _read_by(answer.snapshots, reads)
    except CityError as refused:
        error = str(refused.why or refused.what)
    now = store.clock.now()
    return Value(
        name=indicator.name,
        at=now,
        checked_at=now,
        value=total,
        parts=parts,
        reads=reads,
        definition=indicator.definition,
        seconds=watch.seconds(),
        error=error,
    )


def _read_by(snapshots: Mapping[str, int | None], reads: tuple[Read, ...]) -> tuple[Read, ...]:
    """What the query itself read, should a commit have come in between."""
    return tuple(
        Read(
            table=read.table,
            snapshot=snapshots.get(read.table, read.snapshot),
            committed_at=read.committed_at,
        )
        for read in reads
    )


def _number(
    rows: Sequence[Mapping[str, Any]], indicator: Indicator
) -> tuple[float, tuple[tuple[str, float], ...]]:
    """The number, which is the row without a ``series``, and its parts by series."""
    if len(rows) > MOST_PARTS:
        raise _unfit(indicator, f"it has more than {MOST_PARTS} parts")
    parts, totals = [], []
    for row in rows:
        if "value" not in row:
            raise _unfit(indicator, "no column is named value")
        series, value = row.get("series"), _float(row["value"], indicator)
        if series is None:
            totals.append(value)
        else:
            parts.append((str(series), value))
    if len(totals) != 1:
        raise _unfit(
            indicator, f"{counted(len(totals), 'row')} give the number, and it must be one"
        )
    return totals[0], tuple(sorted(parts))


def _float(value: Any, indicator: Indicator) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise _unfit(indicator, "its value is not a number") from error
    if not isfinite(number):
        raise _unfit(indicator, "its value is not a finite number")
    return number


def _unfit(indicator: Indicator, why: str) -> CityError:
    return CityError(
        f"The indicator {indicator.name} gives no number",
        why=why,
        do="Select one row with value, or one per series and one with series NULL (ROLLUP, "
        "with GROUPING to tell it from rows that are of no part)",
        where=indicator.file,
    )
