"""Running a native step: our own code that writes all rows, or those that changed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from citybrain.base.errors import CityError
from citybrain.lake import duck, sqltext
from citybrain.lake.change import NewFile
from citybrain.lake.jail.job import Statement
from citybrain.lake.jail.registering import view_of
from citybrain.lake.models.incremental import DELTAS, changed_inputs, differing
from citybrain.lake.models.make import (
    Checked,
    Task,
    digest_of,
    expectations,
    in_jail,
    judged,
    read,
    rows_digest,
    selects,
    step,
)
from citybrain.lake.models.model import Follow, NativeContext
from citybrain.lake.models.publish import Made, target
from citybrain.lake.models.typing import fits
from citybrain.lake.views import Column

if TYPE_CHECKING:
    import pyarrow as pa


def run_native(task: Task, before: Mapping[str, int] | None) -> Checked:
    """Let the step write its file, and ask its expectations. ``CityError`` where it wrote none.

    ``before`` are the contents that the published table was made from in the same way.
    """
    model, native, store = task.model, task.model.native, task.store
    if native is None:
        raise TypeError("a native step is needed")
    files: list[NewFile] = []

    def written(columns: list[Column], role: str) -> NewFile:
        new = target(store, model, columns, task.folder)
        files.append(replace(new, role=role))
        return files[-1]

    exists = store.exists(model.name)
    with duck.connection(store.home) as connection:
        native.run(
            NativeContext(
                store=store,
                city=task.city,
                now=task.now,
                connection=connection,
                inputs=selects(task),
                previous=store.scan_sql(model.name) if exists else "",
                target=lambda columns: written(columns, "base"),
                changes=lambda c: written(c, "delta") if _may_add(task, c) else None,
                differing=_differing(task, before) if before else {},
            )
        )
    if not files or not files[-1].path.exists():
        raise CityError(f"{model.name} was not made", why="its step wrote no file", do="Correct it")
    return _some(task, files[-1]) if files[-1].role == "delta" else _all(task, files[-1])


def _differing(task: Task, before: Mapping[str, int]) -> dict[str, str]:
    """Of each input the rows that are not those of before."""
    old = changed_inputs(task, before)
    if old is None:
        return {}
    same = Follow(column="")
    return {
        t: differing(view, old.get(t, view), same, task.store.ground.warehouse)
        for t, view in task.views.items()
    }


def _may_add(task: Task, columns: list[Column]) -> bool:
    """Whether rows that changed may stand beside the published ones."""
    if not task.store.exists(task.model.name):
        return False
    published = task.store.view(task.model.name)
    deltas = sum(f.role == "delta" for f in published.files)
    same = published.key == task.model.grain and fits(published.columns, columns)
    return same and deltas < DELTAS


def _all(task: Task, new: NewFile) -> Checked:
    asked = [digest_of(task.model.name), *expectations(task.model)]
    digest, *results = _asked(task, new, read(new.path), asked)
    made = Made(path=new.path, columns=new.columns, rows=_rows(new))
    told = rows_digest(digest, new, task.model.grain)
    return replace(judged(task.model, made, results), digest=told)


def _some(task: Task, new: NewFile) -> Checked:
    """Ask of the published rows with the new ones in their place."""
    fresh, grain = read(new.path), sqltext.names(task.model.grain)
    kept = f"SELECT p.* FROM ({task.store.scan_sql(task.model.name)}) p"
    together = f"{kept} ANTI JOIN ({fresh}) m USING ({grain}) UNION ALL BY NAME {fresh}"
    count = Statement(kind="rows", sql=f"SELECT count(*) AS n FROM ({together})")
    total, *results = _asked(task, new, together, [count, *expectations(task.model)])
    made = Made(path=new.path, columns=new.columns, rows=total.to_pylist()[0]["n"], role="delta")
    return replace(judged(task.model, made, results), same=not _rows(new))


def _rows(new: NewFile) -> int:
    from pyarrow import parquet

    return int(parquet.read_metadata(new.path).num_rows)


def _asked(task: Task, new: NewFile, rows: str, asked: Sequence[Statement]) -> "list[pa.Table]":
    """What statements answer about the model's table if these were its rows."""
    import pyarrow as pa

    own = [step(s) for s in view_of(task.model.name, rows)]
    answer = in_jail(task, selects(task), [*own, *asked], files=[new.path])
    return [r for r in answer.results if isinstance(r, pa.Table)]
