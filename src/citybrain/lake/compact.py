"""Merging deltas and small files of a table into one file, as one snapshot.

What a reader sees stays the same. Inputs are hashed first: merging a damaged file would give
its wrong rows a good hash.
"""

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from citybrain.base.errors import CityError
from citybrain.base.wording import counted
from citybrain.lake.change import Change, in_parts
from citybrain.lake.duck import connection
from citybrain.lake.lease import LeaseHeld
from citybrain.lake.store import Store
from citybrain.lake.views import SnapshotInfo, TableView

DELTAS = 5  # reads slow down from here on (measured: 10 deltas, 3 times one delta)
SMALL_FILES = 8
SMALL_BYTES = 32 * 1024 * 1024
LOOKUP = "lookup"  # in a snapshot's summary: the columns by which single rows are looked up
SCATTERED = "scattered"  # there too: they are masked, so that the rows' order must not tell


@dataclass(frozen=True, kw_only=True)
class Compacted:
    """Tables compacted (name, files before), and those left with the reason."""

    done: tuple[tuple[str, int], ...]
    left: tuple[tuple[str, str], ...]

    def as_dict(self) -> dict[str, Any]:
        """For machine-readable output."""
        return asdict(self)

    def render(self) -> str:
        """Lines for a person."""
        lines = [f"{name}: {counted(files, 'file')} became one" for name, files in self.done]
        lines += [f"{name}: left as it is. {why}" for name, why in self.left]
        return "\n".join(lines) or "Nothing needs merging."


def needs_compaction(view: TableView) -> bool:
    """Whether reads would gain enough."""
    deltas = sum(f.role == "delta" for f in view.files)
    small = sum(f.bytes < SMALL_BYTES for f in view.files)
    return deltas >= DELTAS or small >= SMALL_FILES


def compact(store: Store, *, tables: Sequence[str] | None = None) -> Compacted:
    """Compact the named tables that have more than one file, or all that need it.

    A name is ``system.table``, a whole system, or a table as the lake calls it.
    """
    done, left = [], []
    for name in store.tables() if tables is None else _meant(store.tables(), tables):
        view = store.view(name)
        wanted = len(view.files) > 1 if tables is not None else needs_compaction(view)
        if not wanted:
            continue
        try:
            compact_table(store, name)
            done.append((name, len(view.files)))
        except LeaseHeld as error:
            left.append((name, str(error)))
        except CityError as error:
            left.append((name, str(error)))
    return Compacted(done=tuple(done), left=tuple(left))


def _meant(known: Sequence[str], names: Sequence[str]) -> list[str]:
    """The lake's tables of those names, each once; ``CityError`` for a name that is none."""
    found: dict[str, None] = {}
    for name in names:
        mine = [name] if name in known else _of_source(known, name)
        if not mine:
            raise CityError(
                f"The lake has no table or system {name}",
                why="nothing of that name was collected or built",
                do="Name it as system.table, or as layer.name for a model; "
                "citybrain status lists all tables",
                where=name,
            )
        found.update(dict.fromkeys(mine))
    return list(found)


def _of_source(known: Sequence[str], name: str) -> list[str]:
    """What the lake keeps of a source's table or system: rows accepted, and those set aside."""
    sources = [f"{layer}.{name}" for layer in ("ods", "quarantine")]
    return [t for t in known for source in sources if t == source or t.startswith(f"{source}.")]


def merged_summary(before: SnapshotInfo | None) -> dict[str, str]:
    """What a snapshot says that only puts the same rows into other files.

    It keeps what the rows were made from and which snapshot last changed them, so that nothing
    above the table is built again.
    """
    if before is None:
        return {"kind": "compact"}
    kept = {
        n: before.summary[n]
        for n in ("model", "content", "rows_digest", LOOKUP, SCATTERED)
        if n in before.summary
    }
    return {
        "kind": "compact",
        "rows_after": str(before.rows),
        "content": str(before.snapshot_id),
        **kept,
    }


def compact_table(store: Store, lake_table: str) -> SnapshotInfo:
    """Write the table's rows into one file and commit it in place of all."""
    with store.lease(lake_table, owner="compact") as lease:
        batch = f"compact-{uuid.uuid4().hex}"
        summary = merged_summary(store.view(lake_table).snapshot)
        with store.change(lake_table, batch_id=batch, lease=lease, summary=summary) as change:
            merge(store, change)
            return change.commit()


def merge(store: Store, change: Change) -> None:
    """Let one file stand for all; it lies as rows are looked up, else in parts by the key."""
    base = change.base
    told = base.snapshot.summary.get(LOOKUP, "") if base.snapshot else ""
    lookup = tuple(n for n in told.split(",") if n in {c.name for c in base.columns})
    select = store.scan_sql(change.lake_table, verified=True)
    if base.key and not lookup:
        select = f"SELECT * FROM ({select}) ORDER BY {in_parts(base.key)}"
    scattered = bool(base.snapshot and base.snapshot.summary.get(SCATTERED))
    new = replace(change.new_file(), lookup=lookup, scattered=scattered)
    with connection(store.home) as duck:
        duck.execute(new.copy_sql(select))
    change.replace_all()
