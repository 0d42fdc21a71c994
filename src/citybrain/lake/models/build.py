"""Building models: what is due or named, in order, two at a time, each published whole or not.

Of the models that can begin, the one goes first behind which the longest way waits, by the
seconds that each model took last; what runs beside it leaves it the processor.

A model is made from what its inputs are now, asked its expectations, and published as one
snapshot whose summary says what it was made from. So a killed build that is run again, and two
builders at once, publish each table once; and where nothing changed nothing is done.

Every model is stored; there are no views. Expectations are asked of rows before anybody reads
them, a moment in the past is a snapshot, and what stands on a table is made again when its
content is another: none of that can be said of rows that exist only while they are read.
"""

import threading
import uuid
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime

from citybrain.base.clock import Clock
from citybrain.base.errors import CityError
from citybrain.city import City
from citybrain.city.words import did_you_mean
from citybrain.lake.models import results
from citybrain.lake.models.attempt import Round, attempt
from citybrain.lake.models.books import Run, State, read_history, read_states
from citybrain.lake.models.fingerprint import wanted
from citybrain.lake.models.heads import contents
from citybrain.lake.models.leaving import leaving, remove, removed_before
from citybrain.lake.models.model import ON_CHANGE, Model
from citybrain.lake.models.order import Graph
from citybrain.lake.models.planning import ModelPlan, plan
from citybrain.lake.models.registry import models
from citybrain.lake.models.remembered import analysed, ordered
from citybrain.lake.models.results import BuildEvent, BuildProgress, BuildResult, quiet
from citybrain.lake.store import Store

__all__ = [
    "BuildEvent",
    "BuildResult",
    "ModelPlan",
    "Run",
    "State",
    "build",
    "due",
    "history",
    "plan",
    "states",
]

LAST_SECONDS = 5.0
LONG = 1.0


def build(
    store: Store,
    city: City,
    names: Collection[str] | None = None,
    *,
    clock: Clock | None = None,
    progress: BuildProgress | None = None,
    workers: int = 2,
    full: bool = False,
    run_id: str = "",
) -> list[BuildResult]:
    """Build what is due, or the named models and what stands on them; results in build order.

    A named model that was never built brings those along that it needs. ``full`` makes named
    models (or all) anew even where nothing changed. One model's failure stops only those that
    read it. Tables of models that left the city, all or those named, are removed first.
    ``run_id`` names the build in the history. ``CityError`` for a name that no model had; what
    ``progress`` raises ends the build after what is running.
    """
    work = _Build(store, city, clock=clock or store.clock, full=full, run_id=run_id)
    work.progress = progress or quiet
    left = set(leaving(store, city))
    before = removed_before(store, city, names or ())
    away = left | {one.model for one in before}
    stay = None if names is None else [name for name in names if name not in away]
    selected = work.selected(stay)  # a wrong name ends it before anything is done
    gone = remove(store, city, left if names is None else set(names), run_id=work.run_id)
    gone += before
    if stay == []:
        return gone
    return [*gone, *work.run(selected, workers=workers)]


def due(store: Store, city: City, now: datetime) -> tuple[str, ...]:
    """The models that a build would try now, in order; those above them count as due too."""
    every = models(city)
    order = ordered(store, every)
    known, at = read_states(store), contents(store, _tables(order))
    first = [
        name
        for name in order.order
        if _changed(every[name], order, known.get(name), at)
        and _is_time(every[name], known.get(name), now)
    ]
    above = set(order.downstream(first)) | set(first)
    return tuple(
        name
        for name in order.order
        if name in above and _is_time(every[name], known.get(name), now)
    )


def states(store: Store, city: City) -> dict[str, State]:
    """The state of every model of the city, by name; ``waiting`` where none was tried yet."""
    known = read_states(store)
    return {n: known.get(n, State(model=n, status="waiting")) for n in models(city)}


def history(store: Store, name: str) -> list[Run]:
    """The attempts to build a model, the latest first."""
    return read_history(store, name)


def _tables(order: Graph) -> set[str]:
    return {t for tables in order.inputs.values() for t in tables} | set(order.inputs)


def _changed(model: Model, order: Graph, state: State | None, at: Mapping[str, int]) -> bool:
    """Whether the published table was made from something else than what there is now."""
    if state is None or not at.get(model.name):
        return True
    want = wanted(model, {t: at[t] for t in order.inputs[model.name]})
    if state.status == results.REFUSED and state.tried == want:
        return False  # the same rows would be refused again
    return state.fingerprint != want


def _is_time(model: Model, state: State | None, now: datetime) -> bool:
    if model.schedule == ON_CHANGE or state is None or state.published_at is None:
        return True
    last = state.tried_at if state.status == results.BUILT else state.published_at
    hour, minute = model.schedule.removeprefix("daily ").split(":")
    at = now.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
    return (last or state.published_at) < at <= now


@dataclass(kw_only=True)
class _Standing:
    """How far one build is."""

    done: dict[str, BuildResult] = field(default_factory=dict)
    running: dict["Future[BuildResult]", str] = field(default_factory=dict)


class _Build:
    def __init__(self, store: Store, city: City, *, clock: Clock, full: bool, run_id: str) -> None:
        self.store, self.city, self.clock, self.full = store, city, clock, full
        self.progress: BuildProgress = quiet
        self.run_id = run_id or uuid.uuid4().hex
        self.total = 0
        self.models = models(city)
        self.graph = ordered(store, self.models)
        self.states = read_states(store)
        self.at = contents(store, _tables(self.graph))
        self.named: frozenset[str] = frozenset()
        self.urgency = self.graph.urgency({n: s.seconds for n, s in self.states.items()})
        self._round: Round | None = None
        self._lock = threading.Lock()

    def selected(self, names: Iterable[str] | None) -> list[str]:
        """The models to look at, in order."""
        if names is None:
            return list(self.graph.order)
        self.named = frozenset(names)
        for name in self.named:
            if name not in self.models:
                near = did_you_mean(name, self.models)
                raise CityError(
                    f"There is no model {name}",
                    do=f"{near} A file that is new counts after citybrain apply".strip(),
                    where=name,
                )
        missing = [n for n in self.graph.upstream(self.named) if not self.at.get(n)]
        wanted_now = self.named | set(self.graph.downstream(self.named)) | set(missing)
        return [n for n in self.graph.order if n in wanted_now] + [
            n for n in sorted(self.named) if n not in self.graph.order
        ]

    def run(self, selected: list[str], *, workers: int) -> list[BuildResult]:
        """Build these, each after what it reads."""
        standing, left = _Standing(), list(selected)
        broken = [n for n in self.models if n not in self.graph.order]
        for name in broken if not self.named else [n for n in broken if n in self.named]:
            standing.done[name] = self._unbuildable(name)
        left = [n for n in left if n not in standing.done]
        self.total = len(left) + len(standing.done)
        # In the order of the graph where two are as urgent: what another reads comes before it.
        left.sort(key=lambda name: -self.urgency.get(name, 0.0))
        workers = max(workers, 1)
        with ThreadPoolExecutor(max_workers=workers) as pool:
            while left or standing.running:
                left = self._start(left, standing, pool, workers)
                if standing.running:
                    finished, _rest = wait(standing.running, return_when=FIRST_COMPLETED)
                    for future in finished:
                        self._finish(standing, standing.running.pop(future), future.result())
        order = [*broken, *self.graph.order]
        return [standing.done[n] for n in order if n in standing.done]

    def _start(
        self, left: list[str], standing: _Standing, pool: ThreadPoolExecutor, workers: int
    ) -> list[str]:
        """Begin what is free, as many as may run; what is unchanged or blocked is done at once."""
        waiting: list[str] = []
        unfinished = set(left) | set(standing.running.values())
        for name in left:
            if unfinished.intersection(self.graph.inputs[name]):
                waiting.append(name)
                continue
            at_once = self._without_building(name, standing)
            if at_once:
                self._finish(standing, name, at_once)
                unfinished.discard(name)
                continue
            if len(standing.running) == workers or self._lets_pass(name, standing):
                waiting.append(name)
                continue
            self._tell(name, "running", standing)
            yields = any(self.urgency[r] > self.urgency[name] for r in standing.running.values())
            future = pool.submit(self._attempt, name, yields=yields)
            standing.running[future] = name
        return waiting

    def _lets_pass(self, name: str, standing: _Standing) -> bool:
        """Whether a long model waits, since the last seconds of a more urgent one are running.

        Somebody may be waiting for those, and two at once are slower, each on its own core too.
        """
        most = max((self.urgency[running] for running in standing.running.values()), default=0.0)
        state = self.states.get(name)
        return self.urgency[name] < most <= LAST_SECONDS and bool(state and state.seconds > LONG)

    def _without_building(self, name: str, standing: _Standing) -> BuildResult | None:
        bad = [
            t
            for t in self.graph.inputs[name]
            if t in standing.done and standing.done[t].status in results.BAD
        ]
        state = self.states.get(name)
        if bad:
            error = f"{name} was not built, because {bad[0]} was not built."
            return _as_it_is(name, state, results.BLOCKED, error)
        forced = self.full and (not self.named or name in self.named)
        if forced:
            return None
        if not _changed(self.models[name], self.graph, state, self.at):
            if state and state.status == results.REFUSED and name not in self.named:
                return _as_it_is(name, state, results.REFUSED, state.error)
            if not state or state.status != results.REFUSED:
                return _as_it_is(name, state, results.UNCHANGED, "")
        elif not self.named and not _is_time(self.models[name], state, self.clock.now()):
            return _as_it_is(name, state, results.UNCHANGED, "")
        return None

    def _attempt(self, name: str, *, yields: bool) -> BuildResult:
        forced = self.full and (not self.named or name in self.named)
        model, state = self.models[name], self.states.get(name)
        return attempt(self._shared(name), model, state, full=forced, yields=yields)

    def _shared(self, name: str) -> Round:
        """What attempts share; read anew where a native step has told its columns since."""
        with self._lock:
            unknown = (
                self._round
                and not self.models[name].native
                and (name not in self._round.analysis.columns)
            )
            if self._round is None or unknown:
                self._round = Round(
                    store=self.store,
                    city=self.city,
                    analysis=analysed(self.store, self.city, self.models),
                    run_id=self.run_id,
                )
            return self._round

    def _finish(self, standing: _Standing, name: str, result: BuildResult) -> None:
        standing.done[name] = result
        if result.status in (results.BUILT, results.UNCHANGED) and not self._is_known(result):
            self.at[name] = contents(self.store, [name])[name]
        self._tell(name, result.status, standing, result)

    def _is_known(self, result: BuildResult) -> bool:
        """Whether the content is the one that was read at the beginning."""
        return result.status == results.UNCHANGED and result.seconds == 0.0

    def _tell(
        self, name: str, phase: str, standing: _Standing, result: BuildResult | None = None
    ) -> None:
        self.progress(
            BuildEvent(
                model=name,
                phase=phase,
                done=len(standing.done),
                total=self.total,
                rows=result.rows if result else 0,
                seconds=result.seconds if result else 0.0,
            )
        )

    def _unbuildable(self, name: str) -> BuildResult:
        why = self.graph.refused.get(name) or "it waits for itself"
        return BuildResult(
            model=name, status=results.FAILED, error=f"{name} was not built, because {why}."
        )


def _as_it_is(name: str, state: State | None, status: str, error: str) -> BuildResult:
    return BuildResult(
        model=name,
        status=status,
        rows=state.rows if state else 0,
        snapshot=state.snapshot if state else None,
        expectations=dict(state.expectations) if state else {},
        error=error,
        sample=state.sample if state and status == results.REFUSED else {},
    )
