"""Publishing a finished file as a table's whole content, or as the rows that changed."""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from citybrain.base.errors import CityError
from citybrain.lake import sqltext
from citybrain.lake.change import Change, NewFile
from citybrain.lake.compact import LOOKUP, SCATTERED, merge, merged_summary
from citybrain.lake.duck import connection
from citybrain.lake.lease import Lease
from citybrain.lake.models.model import Model
from citybrain.lake.models.typing import fits
from citybrain.lake.store import Store
from citybrain.lake.types import parse
from citybrain.lake.views import Column, SnapshotInfo

_UNKNOWN = 1_000_000  # ids that no table has


@dataclass(frozen=True, kw_only=True)
class Made:
    """A finished file beside the lake; ``role`` delta replaces rows of the same grain only.

    ``columns`` are the table's, with the field ids that stand in the file.
    """

    path: Path
    columns: tuple[Column, ...]
    rows: int
    role: str = "base"


def target(store: Store, model: Model, wanted: Sequence[Column], folder: Path) -> NewFile:
    """A file in ``folder`` with the ids that the table has, or will have when it is new.

    Where the table's columns must change first, ids are not known yet, and publishing writes
    the file once more. Readers see the old columns until that moment.
    """
    table = model.name
    columns = [replace(c, id=place) for place, c in enumerate(wanted, 1)]
    if store.exists(table):
        have = {c.name: c for c in store.columns(table)}
        known = fits(have.values(), wanted)
        columns = [
            replace(c, id=have[c.name].id if known else _UNKNOWN + place)
            for place, c in enumerate(wanted)
        ]
    return NewFile(
        path=folder / "made.parquet",
        role="base",
        sequence=1,
        columns=tuple(columns),
        lookup=model.lookup,
        scattered=model.scattered,
    )


def publish(
    store: Store,
    model: Model,
    made: Made,
    *,
    batch_id: str,
    lease: Lease,
    summary: Mapping[str, str],
) -> SnapshotInfo:
    """Commit the file as one snapshot; the same batch again returns the first one."""
    _make_fit(store, model.name, made.columns, model.grain, lease)
    told = dict(summary)
    if model.lookup:
        told[LOOKUP] = ",".join(model.lookup)
    if model.scattered:
        told[SCATTERED] = "1"
    with store.change(model.name, batch_id=batch_id, lease=lease, summary=told) as change:
        if change.already:
            return change.commit()
        _put(store, change, made, model)
        if made.role == "base":
            change.replace_all()
        return change.commit()


def _put(store: Store, change: Change, made: Made, model: Model) -> None:
    new = replace(change.new_file(made.role), lookup=model.lookup, scattered=model.scattered)
    ids = {c.name: c.id for c in made.columns}
    if all(ids.get(c.name) == c.id for c in new.columns):
        try:
            os.replace(made.path, new.path)  # noqa: PTH105 - the same disk; nothing is copied
        except OSError:
            shutil.copyfile(made.path, new.path)
        return
    with connection(store.home) as duck:
        duck.execute(new.copy_sql(f"SELECT * FROM read_parquet({sqltext.text(made.path)})"))


def _make_fit(
    store: Store, table: str, columns: Sequence[Column], key: Sequence[str], lease: Lease
) -> None:
    """Bring the table's columns to these; one whose type cannot widen begins anew.

    All rows are replaced in the same breath, so nothing of the old column is needed; older
    snapshots keep it.
    """
    wanted = [replace(c, id=0) for c in columns]
    try:
        store.ensure(table, wanted, key=key)
    except CityError:
        have = {c.name: parse(c.type) for c in store.columns(table)}
        if any(f.role == "delta" for f in store.view(table).files):
            _merge(store, table, lease)
        kept = [c for c in wanted if c.name not in have or have[c.name].widens_to(parse(c.type))]
        names = {c.name for c in kept}
        # A table is never without columns, not even while all of them change.
        turn = kept or [Column(name="_turn", type="int")]
        store.ensure(table, turn, key=[k for k in key if k in names])
        store.ensure(table, wanted, key=key)


def _merge(store: Store, table: str, lease: Lease) -> None:
    """One file of all rows, since deltas hold on to the former key."""
    before = store.view(table)
    batch = f"merge-{before.snapshot.snapshot_id if before.snapshot else 0}"
    summary = merged_summary(before.snapshot)
    with store.change(table, batch_id=batch, lease=lease, summary=summary) as change:
        if change.already:
            return
        merge(store, change)
        change.commit()
