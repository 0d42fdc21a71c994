"""Whether what a table says is what was committed: its snapshot's digest, its files' hashes.

Small tables are hashed again at once; of large ones the last verification speaks.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from citybrain.base.hashing import canonical_json, sha256_bytes
from citybrain.lake.database import heads, manifest, reading
from citybrain.lake.duck import shared
from citybrain.lake.integrity import expected, problem_of
from citybrain.lake.store import Store
from citybrain.lake.views import TableView

HASHED_AT_ONCE = 32 * 1024 * 1024  # bytes
VERDICTS = ("match", "differs", "unchecked")


@dataclass(frozen=True, kw_only=True)
class TableProof:
    """A table's current snapshot. ``digest`` is the SHA-256 of its files' hashes in order.

    ``verdict`` is match, differs, or unchecked for a table too large to hash at once.
    """

    table: str
    snapshot_id: int
    committed_at: datetime
    rows: int
    files: int
    digest: str
    verdict: str


@dataclass(frozen=True, kw_only=True)
class FileProof:
    """The file that a row lies in, with the hash that was written down at its commit."""

    path: str
    sha256: str
    bytes: int
    batch_id: str
    added_at: datetime
    verdict: str


def table_proof(store: Store, lake_table: str) -> TableProof | None:
    """The proof of a table; None while it has no snapshot."""
    view = store.view(lake_table) if store.exists(lake_table) else None
    if view is None or view.snapshot is None:
        return None
    known = expected(store.ground, view)
    return TableProof(
        table=lake_table,
        snapshot_id=view.snapshot.snapshot_id,
        committed_at=view.snapshot.committed_at,
        rows=view.snapshot.rows,
        files=len(known),
        digest=sha256_bytes(canonical_json(sorted(sha for _path, sha, _size in known))),
        verdict=_verdict(store, known),
    )


def pointers(store: Store) -> str:
    """One hash of what all tables of the lake are just now; it changes with each commit."""
    columns = heads.c
    with reading(store.engine) as held:
        rows = held.execute(
            select(columns.lake_table, columns.metadata_location).order_by(columns.lake_table)
        ).all()
    return sha256_bytes(canonical_json([list(row) for row in rows]))


def file_of_row(store: Store, lake_table: str, row: str) -> FileProof | None:
    """The newest file of the table that holds the row; None when none does."""
    view = store.view(lake_table) if store.exists(lake_table) else None
    path = _holding(store, view, row) if view else ""
    if not path:
        return None
    columns = manifest.c
    with reading(store.engine) as held:
        found = held.execute(select(manifest).where(columns.file_path == path)).one_or_none()
    if found is None:
        return None
    return FileProof(
        path=path,
        sha256=found.sha256,
        bytes=found.bytes,
        batch_id=found.batch_id,
        added_at=datetime.fromisoformat(found.added_at),
        verdict=_verdict(store, [(path, found.sha256, found.bytes)]),
    )


def _holding(store: Store, view: TableView, row: str) -> str:
    root = store.ground.warehouse.root
    data = sorted(view.files, key=lambda f: -f.sequence)
    with shared(store.home) as duck:
        for file in data:
            sql = 'SELECT 1 FROM read_parquet(?) WHERE "_row" = ? LIMIT 1'
            if duck.execute(sql, [str(root / file.path), row]).fetchone():
                return file.path
    return ""


def _verdict(store: Store, known: list[tuple[str, str, int]]) -> str:
    if sum(size for _path, _sha, size in known) > HASHED_AT_ONCE:
        return "unchecked"
    root = store.ground.warehouse.root
    wrong = any(problem_of(root / path, sha256=sha, size=size) for path, sha, size in known)
    return "differs" if wrong else "match"
