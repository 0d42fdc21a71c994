"""Models that a city no longer has: their tables leave the lake, the history of builds stays."""

import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from time import monotonic

from sqlalchemy import delete

from citybrain.base.errors import CityError
from citybrain.city import City
from citybrain.lake.database import writing
from citybrain.lake.lease import LeaseHeld
from citybrain.lake.models import books, results
from citybrain.lake.models.books import State, read_states
from citybrain.lake.models.model import Model
from citybrain.lake.models.registry import models
from citybrain.lake.models.results import BuildResult
from citybrain.lake.models.tables import states as states_table
from citybrain.lake.retire import retire
from citybrain.lake.store import Store

WAIT = 60.0  # seconds to wait for another who builds or removes the same table


def leaving(store: Store, city: City) -> tuple[str, ...]:
    """Models that the books know and the city no longer has, sorted."""
    return tuple(sorted(_gone(read_states(store), models(city))))


def remove(
    store: Store, city: City, names: Iterable[str] | None = None, *, run_id: str = ""
) -> list[BuildResult]:
    """Take the tables of models that left the city out of the lake; one result for each.

    Of all of them, or of those that are named; other names mean nothing here.

    Nobody finds such a table again; its files go with the next sweep that finds them old. The
    runs stay in the history, with this one. What could not be removed is ``failed``, and the
    next build tries again.
    """
    known, run = read_states(store), run_id or uuid.uuid4().hex
    gone = _gone(known, models(city))
    if names is not None:
        gone &= set(names)
    return [_removed(store, known[name], run) for name in sorted(gone)]


def removed_before(store: Store, city: City, names: Iterable[str]) -> list[BuildResult]:
    """Those of the names that a build removed already, such as one of the server that runs.

    Who takes a model away and builds it by name shall not be told that nobody ever knew it.
    """
    every, known = models(city), read_states(store)
    asked = [name for name in sorted(set(names)) if name not in every and name not in known]
    last = [run for name in asked for run in books.read_history(store, name, limit=1)]
    return [
        BuildResult(model=run.model, status=run.status, rows=run.rows, snapshot=run.snapshot)
        for run in last
        if run.status == results.REMOVED
    ]


def _gone(known: Mapping[str, State], every: Mapping[str, Model]) -> set[str]:
    return set(known) - set(every)


def _removed(store: Store, state: State, run_id: str) -> BuildResult:
    started, clock, name = store.clock.now(), monotonic(), state.model
    result = BuildResult(
        model=name, status=results.REMOVED, rows=state.rows, snapshot=state.snapshot, how=""
    )
    try:
        _take_out(store, name)
    except CityError as error:
        result = replace(result, status=results.FAILED, error=str(error))
    else:
        with writing(store.engine) as connection:
            connection.execute(delete(states_table).where(states_table.c.model == name))
    result = replace(result, seconds=round(monotonic() - clock, 3))
    books.write_run(store, result, run_id=run_id, started=started, finished=store.clock.now())
    return result


def _take_out(store: Store, table: str) -> None:
    until = monotonic() + WAIT
    while store.exists(table):
        try:
            with store.lease(table, owner="build") as lease:
                retire(store.ground, lease)
        except LeaseHeld:
            if monotonic() > until:
                raise
            time.sleep(0.2)
