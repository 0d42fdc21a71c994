"""Building models on the queue: ordered by a person, or following what was collected."""

from collections.abc import Sequence
from typing import Any

from citybrain.engines.guard import service as guard
from citybrain.engines.identity.service import Actor
from citybrain.engines.libraries import knowledge, wiring
from citybrain.engines.libraries.views_models import BuildView
from citybrain.engines.work import service as work
from citybrain.lake.models.results import BuildResult

TASK = "citybrain.engines.libraries.tasks.build_models"
FOLLOW = "libraries.build"  # the one open job that brings every table up to date


def enqueue_build(actor: Actor, names: Sequence[str] = (), *, full: bool = False) -> int:
    """Put a build on the queue: of the named models and what follows, or of what is due.

    With ``full`` the named ones are made anew though nothing changed. The open build of the
    same names is returned, if there is one. One entry per build.
    """
    from citybrain.engines.libraries.tasks import build_models

    wanted = tuple(dict.fromkeys(names))
    for name in wanted:
        knowledge.model(name)
    thing = f"model:{wanted[0]}" if len(wanted) == 1 else "lake:"
    with guard.act(actor, "model.build", thing, clock=wiring.clock()) as done:
        done.count = len(wanted) or None
        key = FOLLOW if not wanted else f"{FOLLOW}:{','.join(sorted(wanted))}"[:200]
        return work.enqueue(
            build_models, names=list(wanted), by=actor.id, full=full, unique_key=key
        )


def build(actor: Actor, names: Sequence[str] = (), **how: Any) -> list[BuildResult]:
    """Build here and now: what is due, or the named models; the lake's results."""
    thing = f"model:{names[0]}" if len(names) == 1 else "lake:"
    with guard.act(actor, "model.build", thing, hold=False, clock=wiring.clock()) as done:
        results = build_now(names, **how)
        done.count = len(results)
    return results


def build_now(names: Sequence[str], **how: Any) -> list[BuildResult]:
    """Let the lake build, then publish the copies that libraries are read from.

    ``how`` is what the lake's ``build`` takes: progress, workers, full.
    """
    from citybrain.lake.models.build import build as lake_build

    results = lake_build(
        wiring.store(), wiring.city(), names=list(names) or None, clock=wiring.clock(), **how
    )
    publish_served({one.model for one in results if one.status == "built"})
    return results


def publish_served(built: set[str]) -> list[str]:
    """Swap the indexed copy of each library whose table was built; the names of those."""
    from citybrain.lake.libraries.reading import libraries
    from citybrain.lake.serving import current, publish

    store, city, done = wiring.store(), wiring.city(), []
    for name, library in libraries(city).items():
        missing = current(wiring.home(), name) is None and store.exists(library.table)
        if library.table in built or missing:
            publish(store, city, name, now=wiring.clock().now())
            done.append(name)
    return done


def builds() -> tuple[BuildView, ...]:
    """The builds that wait or run, the running one first."""
    found = work.jobs(limit=20, task=TASK, open_only=True)
    views = [_view(one) for one in found]
    return tuple(sorted(views, key=lambda one: (one.state != "running", one.job)))


def build_of(actor: Actor, job: int) -> BuildView | None:
    """One build, also when it has ended; None when it is forgotten."""
    wiring.require(actor, "work.read", "lake:")
    found = work.job(job)
    return _view(found) if found and found.task == TASK else None


def _view(one: work.JobView) -> BuildView:
    told = one.progress
    return BuildView(
        job=one.id,
        state={"ready": "queued"}.get(one.state, one.state),
        done=int(told.get("done", 0)),
        total=int(told.get("total", 0)),
        running=tuple(told.get("running", ())),
        at=wiring.local(one.started_at or one.enqueued_at),
        names=tuple(one.kwargs.get("names", ())),
        error=one.error.strip().splitlines()[-1] if one.error else "",
    )
