"""One attempt to build one model: lease, make, ask, publish, write down."""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from time import monotonic

from citybrain.base.errors import CityError, ended
from citybrain.city import City
from citybrain.lake import sqltext
from citybrain.lake.compact import SCATTERED
from citybrain.lake.integrity import refuse_damaged
from citybrain.lake.jail.workplace import workplace
from citybrain.lake.lease import Lease, LeaseHeld
from citybrain.lake.models import books, heads, results
from citybrain.lake.models.analysis import Analysis
from citybrain.lake.models.books import State
from citybrain.lake.models.fingerprint import made_by, wanted
from citybrain.lake.models.incremental import make_changed
from citybrain.lake.models.make import Checked, Task, make
from citybrain.lake.models.model import Model
from citybrain.lake.models.native import run_native
from citybrain.lake.models.publish import publish
from citybrain.lake.models.recording import (
    remember_failure,
    remember_published,
    remember_refused,
    remember_seconds,
)
from citybrain.lake.models.results import BuildResult
from citybrain.lake.store import Store
from citybrain.lake.untold import without_values
from citybrain.lake.views import SnapshotInfo, TableView

WAIT = 1800.0  # seconds to wait for another who builds the same model


@dataclass(frozen=True, kw_only=True)
class Round:
    """What all attempts of one build share."""

    store: Store
    city: City
    analysis: Analysis
    run_id: str


@dataclass(kw_only=True)
class _Found:
    """The inputs as they are when the lease is held."""

    views: dict[str, TableView] = field(default_factory=dict)
    empty: dict[str, str] = field(default_factory=dict)

    @property
    def contents(self) -> dict[str, int]:
        made = {t: heads.content_of(v.snapshot) for t, v in self.views.items()}
        return made | dict.fromkeys(self.empty, 0)


def attempt(
    round_: Round,
    model: Model,
    before: State | None,
    *,
    full: bool = False,
    yields: bool = False,
) -> BuildResult:
    """Build the model from what its inputs are now; never raises, the result says it.

    ``full`` makes it anew even where nothing changed; one that ``yields`` leaves the processor
    to what is more urgent.
    """
    started, clock = round_.store.clock.now(), monotonic()
    try:
        with _lease(round_.store, model.name) as lease:
            result = _locked(round_, model, before, lease, started, full, yields)
    except CityError as error:
        result = _failed(model, str(error))
    except Exception as error:  # a native step may raise anything; the others go on
        said = without_values(str(error).strip().partition("\n")[0])
        result = _failed(model, f"{model.name} failed: {type(error).__name__}: {ended(said)}")
    seconds = monotonic() - clock
    result = _timed(result, seconds)
    if result.status != results.UNCHANGED:
        finished = round_.store.clock.now()
        books.write_run(
            round_.store, result, run_id=round_.run_id, started=started, finished=finished
        )
        if result.status == results.FAILED:
            remember_failure(round_.store, result, before, finished)
    if result.status in (results.BUILT, results.UNCHANGED):
        remember_seconds(round_.store, result, before, yielded=yields)
    return result


def _locked(
    round_: Round,
    model: Model,
    before: State | None,
    lease: Lease,
    now: datetime,
    full: bool,
    yields: bool,
) -> BuildResult:
    store = round_.store
    found = _inputs(round_, model)
    want = wanted(model, found.contents)
    done = _published(store, model.name, want)
    if done and not full:
        remember_published(store, model, want, found.contents, done, now=now, before=before)
        return BuildResult(
            model=model.name,
            status=results.UNCHANGED,
            rows=done.rows,
            snapshot=done.snapshot_id,
            how="",  # nothing was made
        )
    with workplace(store.home) as folder:
        task = replace(_task(round_, model, found, folder, now), yields=yields)
        checked, how = None, "full"
        last = None if full else _made_from(store, model, before)
        if model.by and last is not None:
            checked, how = make_changed(task, last), "incremental"
        if checked is None:
            checked = run_native(task, last) if model.native else make(task)
            how = "incremental" if checked.made.role == "delta" else "full"
        if any(checked.broken.values()):
            return remember_refused(store, model, want, checked, before, now)
        same = None if full else same_rows(store, model, checked)
        snapshot = same or _commit(round_, model, checked, want, lease, how, full)
    remember_published(
        store,
        model,
        want,
        found.contents,
        snapshot,
        now=now,
        before=before,
        expectations=checked.broken,
    )
    return BuildResult(
        model=model.name,
        status=results.UNCHANGED if same else results.BUILT,
        rows=snapshot.rows,
        snapshot=snapshot.snapshot_id,
        expectations=dict(checked.broken),
        how=how,
    )


def _made_from(store: Store, model: Model, before: State | None) -> Mapping[str, int] | None:
    """The contents that the published rows were made from; None where that is not certain.

    The books are written after the table: who was killed between the two has published rows
    that the books know nothing of.
    """
    if before is None or before.made_by != made_by(model) or not store.exists(model.name):
        return None
    now = store.snapshot(model.name)
    known = now is not None and before.snapshot in (now.snapshot_id, heads.content_of(now))
    return before.inputs if known else None


def same_rows(store: Store, model: Model, checked: Checked) -> SnapshotInfo | None:
    """The published snapshot when it holds the very rows that were made, lying as they should.

    Then nothing is published, and nothing above the table is made again.
    """
    snapshot = store.snapshot(model.name) if store.exists(model.name) else None
    if snapshot is None or bool(snapshot.summary.get(SCATTERED)) != model.scattered:
        return None
    published = snapshot.summary.get(heads.DIGEST)
    return snapshot if checked.same or (published and published == checked.digest) else None


def _commit(
    round_: Round, model: Model, checked: Checked, want: str, lease: Lease, how: str, full: bool
) -> SnapshotInfo:
    store = round_.store
    base = heads.contents(store, [model.name])[model.name]
    again = f"-{round_.run_id}" if full else ""
    return publish(
        store,
        model,
        checked.made,
        # The base is part of it: the same text may come back after another was published.
        batch_id=f"build-{want[:40]}-{base}{again}",
        lease=lease,
        summary={
            "kind": "model",
            heads.FINGERPRINT: want,
            "how": how,
            "rows_after": str(checked.made.rows),
            heads.DIGEST: checked.digest,
        },
    )


def _inputs(round_: Round, model: Model) -> _Found:
    found = _Found()
    for table in round_.analysis.graph.inputs[model.name]:
        if round_.store.exists(table):
            found.views[table] = round_.store.view(table)
            refuse_damaged(round_.store.ground, found.views[table])
            continue
        columns = round_.analysis.columns.get(table)
        if table in round_.analysis.graph.inputs or columns is None:
            raise CityError(
                f"{model.name} was not built",
                why=f"there is no table {table} yet",
                do=f"Build {table} first",
                where=model.name,
            )
        # A contract whose table was never collected: no rows, and the city works without it.
        found.empty[table] = _no_rows(columns)
    return found


def _no_rows(columns: Mapping[str, str]) -> str:
    nulls = ", ".join(f"CAST(NULL AS {k}) AS {sqltext.name(c)}" for c, k in columns.items())
    return f"SELECT {nulls} WHERE false"


def _task(round_: Round, model: Model, found: _Found, folder: Path, now: datetime) -> Task:
    columns = round_.analysis.columns.get(model.name, {})
    if not model.native and not columns:
        said = [p.message for p in round_.analysis.problems if p.model == model.name]
        raise CityError(
            f"{model.name} was not built",
            why=" ".join(said) or "its SELECT does not hold",
            do="Correct it; citybrain check names the line",
            where=model.file,
        )
    return Task(
        store=round_.store,
        city=round_.city,
        model=model,
        views=found.views,
        empty=found.empty,
        columns=columns,
        now=now,
        folder=folder,
    )


def _published(store: Store, table: str, want: str) -> SnapshotInfo | None:
    """The published snapshot when it was made from exactly this; the lake itself says so."""
    if not store.exists(table):
        return None
    snapshot = store.snapshot(table)
    return snapshot if snapshot and snapshot.summary.get(heads.FINGERPRINT) == want else None


@contextmanager
def _lease(store: Store, table: str) -> Iterator[Lease]:
    """The table's lease, after whoever builds it now is done."""
    until = monotonic() + WAIT
    with ExitStack() as stack:
        lease: Lease | None = None
        while lease is None:
            try:
                lease = stack.enter_context(store.lease(table, owner="build"))
            except LeaseHeld:
                if monotonic() > until:
                    raise
                time.sleep(0.2)
        yield lease


def _failed(model: Model, error: str) -> BuildResult:
    return BuildResult(model=model.name, status=results.FAILED, error=error)


def _timed(result: BuildResult, seconds: float) -> BuildResult:
    return replace(result, seconds=round(seconds, 3))
