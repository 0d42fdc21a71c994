"""Where one installation keeps its state: the home directory and what lies where in it.

HOME/lake/catalog.sqlite3   the lake's one database, unless CITYBRAIN_LAKE_URL names another
HOME/lake/data/             Iceberg tables: ods/<system>/<table>/{data,metadata}
HOME/lake/staging/          files on their way in; may be emptied when nothing runs
HOME/lake/tmp/              DuckDB's spill files
HOME/keys, HOME/uploads, HOME/applied, HOME/connections.yml, HOME/control.sqlite3
"""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """The state of one installation under ``root``; nothing is created until ``create``."""

    root: Path

    @property
    def lake_dir(self) -> Path:
        """Everything the lake owns on disk."""
        return self.root / "lake"

    @property
    def warehouse(self) -> Path:
        """Iceberg tables: Parquet, Avro and JSON files, each written once and never changed."""
        return self.lake_dir / "data"

    @property
    def staging(self) -> Path:
        """Files on their way in, on the same disk as the warehouse."""
        return self.lake_dir / "staging"

    @property
    def scratch(self) -> Path:
        """Where DuckDB may spill what does not fit in memory."""
        return self.lake_dir / "tmp"

    @property
    def lake_url(self) -> str:
        """SQLAlchemy URL of the lake's database."""
        given = os.environ.get("CITYBRAIN_LAKE_URL", "")
        return given or f"sqlite:///{(self.lake_dir / 'catalog.sqlite3').resolve()}"

    @property
    def control_url(self) -> str:
        """URL of the control plane's database."""
        given = os.environ.get("CITYBRAIN_CONTROL_URL", "")
        return given or f"sqlite:///{(self.root / 'control.sqlite3').resolve()}"

    @property
    def keys(self) -> Path:
        """Signing keys; readable by the service's user only."""
        return self.root / "keys"

    @property
    def connections_file(self) -> Path:
        """Where the systems' connections are, with their secrets."""
        return self.root / "connections.yml"

    @property
    def uploads(self) -> Path:
        """Files that officers uploaded."""
        return self.root / "uploads"

    @property
    def applied(self) -> Path:
        """Canonical copies of the cities that were applied."""
        return self.root / "applied"

    @property
    def rehearsal(self) -> bool:
        """Whether everything here is simulated, and must be marked so."""
        return os.environ.get("CITYBRAIN_REHEARSAL") == "1" or self.rehearsal_mark.exists()

    @property
    def rehearsal_mark(self) -> Path:
        """The empty file in a home that was made for a rehearsal."""
        return self.root / "REHEARSAL"

    @property
    def rehearsal_systems(self) -> Path:
        """Where ``make up`` writes the rehearsal's systems."""
        return self.root / "rehearsal" / "systems"

    def create(self) -> "Home":
        """Make the directories that are missing; a new home only for its owner, like its keys."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self.warehouse, self.staging, self.scratch, self.uploads, self.applied):
            folder.mkdir(parents=True, exist_ok=True)
        self.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self
