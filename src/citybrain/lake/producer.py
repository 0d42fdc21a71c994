"""One Iceberg snapshot that drops and adds files, dated by our clock."""

from datetime import datetime

from pyiceberg.io import FileIO
from pyiceberg.manifest import DataFile
from pyiceberg.table import Transaction
from pyiceberg.table.snapshots import Operation
from pyiceberg.table.update import AddSnapshotUpdate, UpdatesAndRequirements
from pyiceberg.table.update.snapshot import _OverwriteFiles


class OneSnapshot(_OverwriteFiles):
    """pyiceberg's overwrite with two differences.

    Its time is the injected clock's, never earlier than the snapshot before it: readers in
    Java refuse a table whose history runs backwards, and a clock may be set back. And an
    addition without removal calls itself an append, as it is.
    """

    def __init__(
        self,
        transaction: Transaction,
        io: FileIO,
        *,
        properties: dict[str, str],
        now: datetime,
    ) -> None:
        super().__init__(Operation.APPEND, transaction, io, snapshot_properties=properties)
        before = transaction.table_metadata.current_snapshot()
        self._at = max(int(now.timestamp() * 1000), before.timestamp_ms if before else 0)

    def current_files(self) -> list[DataFile]:
        """The data files of the snapshot this one follows."""
        before = self._transaction.table_metadata.current_snapshot()
        if before is None:
            return []
        return [
            entry.data_file
            for listed in before.manifests(self._io)
            for entry in listed.fetch_manifest_entry(self._io, discard_deleted=True)
        ]

    def _commit(self) -> UpdatesAndRequirements:
        if self._deleted_data_files:
            self._operation = Operation.OVERWRITE
        updates, requirements = super()._commit()
        added = updates[0]
        if not isinstance(added, AddSnapshotUpdate):
            raise TypeError(f"pyiceberg staged {added!r} where a snapshot was expected")
        dated = added.snapshot.model_copy(update={"timestamp_ms": self._at})
        return (AddSnapshotUpdate(snapshot=dated), *updates[1:]), requirements
