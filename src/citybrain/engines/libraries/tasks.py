"""Background work of the libraries: building, and noticing that something is to be built."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django_tasks import task

from citybrain.base.clock import Clock, Stopwatch
from citybrain.engines.guard import service as guard
from citybrain.engines.libraries import wiring
from citybrain.engines.libraries.building import FOLLOW, TASK, build_now
from citybrain.engines.work import service as work
from citybrain.lake.models.results import BAD, BUILT, UNCHANGED, BuildEvent
from citybrain.lake.provenance import pointers

FOLLOW_SECONDS = 0.5
GATHER = timedelta(minutes=2)
# A queue of its own: a city's build takes minutes, and a person's collect must not wait for it.
BUILDS = "builds"
_seen: dict[str, str] = {}


@task(queue_name=BUILDS)
def build_models(names: Sequence[str], by: str, full: bool = False) -> dict[str, Any]:
    """Build models that were ordered and recorded; a second attempt finds what is done, done.

    Each table is published once for the content it is made from, so that a worker that dies
    loses nothing and doubles nothing.
    """
    running = work.current()
    results = build_now(names, progress=_Noting(running), full=full and bool(names))
    bad = [one.model for one in results if one.status in BAD]
    built = sum(one.status == "built" for one in results)
    return {"models": len(results), "built": built, "bad": bad, "by": by}


class _Noting:
    """Keeps a job's progress, at most every half second, for the page that watches it."""

    def __init__(self, running: work.Running) -> None:
        self._running = running
        self._at: dict[str, None] = {}
        self._ended: list[list[Any]] = []
        self._since: Stopwatch | None = None

    def __call__(self, event: BuildEvent) -> None:
        """Note what runs now; raises when the worker is to stop or others have the job."""
        if event.phase == "running":
            self._at[event.model] = None
        else:
            self._at.pop(event.model, None)
            if event.phase != UNCHANGED:
                self._ended.append([event.model, event.phase, event.rows, event.seconds])
            if event.phase == BUILT:
                to_the_wall(event.model)
        ends = event.done == event.total
        if ends or self._since is None or self._since.seconds() > FOLLOW_SECONDS:
            self._since = Stopwatch()
            self._running.note(
                done=event.done, total=event.total, running=list(self._at), ended=self._ended
            )


def to_the_wall(model: str) -> None:
    """Work out the numbers that read a table at once, while others are still being built."""
    from citybrain.lake.indicators.indicator import indicators
    from citybrain.lake.indicators.measure import refresh

    city = wiring.city()
    names = [one.name for one in indicators(city).values() if one.model == model]
    if names:
        refresh(wiring.store(), city, names=names)


def follow(_clock: Clock) -> None:
    """Order a build when any table of the lake is another than when it was last looked at.

    The build that waits does for all that is collected before it begins. One that runs may
    have passed by what came in meanwhile: then we look again when it has ended.
    """
    if guard.applied() is None or gathering():
        return
    now = f"{wiring.city().fingerprint} {pointers(wiring.store())}"
    root = str(wiring.home().root)
    if _seen.get(root) == now or work.jobs(state="running", task=TASK, limit=1):
        return
    _seen[root] = now
    if due():
        work.enqueue(build_models, names=[], by="system", unique_key=FOLLOW)


def gathering() -> bool:
    """Whether nothing was collected yet, or a collect that began just now still brings tables.

    All its tables are built in one go then. A long collect is not waited for, and one whose
    process was killed not for ever.
    """
    from citybrain.lake.runs import runs

    newest = runs(wiring.store(), limit=10)
    since = wiring.clock().now() - GATHER
    return not newest or any(r.finished_at is None and r.started_at > since for r in newest)


def due() -> list[str]:
    """The models that a build without names would build, or remove, now."""
    from citybrain.lake.models.build import due as lake_due
    from citybrain.lake.models.leaving import leaving

    store, city = wiring.store(), wiring.city()
    return [*leaving(store, city), *lake_due(store, city, wiring.clock().now())]


@task()
def build_due() -> dict[str, int]:
    """Every few minutes: models that are due by the clock, whatever was collected."""
    if guard.applied() is None or gathering() or not due():
        return {"models": 0}
    work.enqueue(build_models, names=[], by="system", unique_key=FOLLOW)
    return {"models": len(due())}


def schedule() -> None:
    """Have this worker process build what follows from collecting, and what the clock asks."""
    work.chore("libraries.follow", follow, seconds=FOLLOW_SECONDS, after_jobs=True)
    work.periodic("libraries.build-due", build_due, seconds=300)
