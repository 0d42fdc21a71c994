"""Writing down how an attempt ended; what was published stays known when a later one fails."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import update

from citybrain.base.wording import counted
from citybrain.lake.database import writing
from citybrain.lake.models import books, results
from citybrain.lake.models.books import State
from citybrain.lake.models.fingerprint import made_by, text_of
from citybrain.lake.models.make import Checked, asked_of
from citybrain.lake.models.model import Model
from citybrain.lake.models.results import BuildResult
from citybrain.lake.models.tables import states
from citybrain.lake.store import Store
from citybrain.lake.views import SnapshotInfo


def remember_published(
    store: Store,
    model: Model,
    want: str,
    contents: Mapping[str, int],
    snapshot: SnapshotInfo,
    *,
    now: datetime,
    before: State | None,
    expectations: Mapping[str, int] | None = None,
) -> None:
    """The table stands as this snapshot, made from this content."""
    books.write_state(
        store,
        State(
            model=model.name,
            status=results.BUILT,
            fingerprint=want,
            made_by=made_by(model),
            inputs=contents,
            snapshot=snapshot.snapshot_id,
            rows=snapshot.rows,
            seconds=before.seconds if before else 0.0,
            published_at=snapshot.committed_at,
            tried_at=now,
            tried=want,
            sql=text_of(model),
            expectations=expectations or {},
        ),
    )


def remember_refused(
    store: Store,
    model: Model,
    want: str,
    checked: Checked,
    before: State | None,
    now: datetime,
) -> BuildResult:
    """Nothing was published: which expectations failed, and some of their rows."""
    titles = {e.name: e.title_en or e.title for e in asked_of(model)}
    broken = {name: count for name, count in checked.broken.items() if count}
    said = "; ".join(f"{titles.get(n, n)}: {counted(count, 'row')}" for n, count in broken.items())
    state = before or State(model=model.name, status=results.REFUSED)
    stays = "The table published before stays." if state.published_at else "It has no table yet."
    error = f"{model.name} was not published, because expectations failed ({said}). {stays}"
    books.write_state(
        store,
        replace(
            state,
            status=results.REFUSED,
            tried=want,
            tried_at=now,
            error=error,
            expectations=dict(checked.broken),
            sample=checked.sample,
        ),
    )
    return BuildResult(
        model=model.name,
        status=results.REFUSED,
        rows=state.rows,
        snapshot=state.snapshot,
        expectations=dict(checked.broken),
        error=error,
        sample=checked.sample,
    )


def remember_failure(
    store: Store, result: BuildResult, before: State | None, now: datetime
) -> None:
    """Nothing was published: what went wrong; the next build tries again."""
    state = before or State(model=result.model, status=results.FAILED)
    books.write_state(
        store,
        replace(state, status=results.FAILED, error=result.error, tried_at=now, tried=""),
    )


def remember_seconds(
    store: Store, result: BuildResult, before: State | None, *, yielded: bool
) -> None:
    """How long the rows took to make, for the next plan and the order of the next build.

    Who yielded waited for others: that says something only where nothing is known.
    """
    if not result.how or (yielded and before and before.seconds):
        return
    with writing(store.engine) as connection:
        connection.execute(
            update(states).where(states.c.model == result.model).values(seconds=result.seconds)
        )
