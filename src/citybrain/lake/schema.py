"""Making a table and letting its columns change, always by field id.

A column keeps its id through a rename and a widening; a dropped column's id is never used
again, so a re-used name cannot show old values. What would need files rewritten is refused.
"""

import json
from collections.abc import Sequence

from citybrain.base.errors import CityError
from citybrain.lake.ground import Ground
from citybrain.lake.types import parse
from citybrain.lake.views import KEY_PROPERTY, Column, TableView

PROPERTIES = {
    "format-version": "2",
    "commit.retry.num-retries": "0",  # the library's retry duplicates batches
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "20",
}
_ATTEMPTS = 5


def create(ground: Ground, lake_table: str, columns: Sequence[Column], key: Sequence[str]) -> None:
    """Create the table with all columns optional; another process being first is no error."""
    from pyiceberg.exceptions import TableAlreadyExistsError
    from pyiceberg.schema import Schema
    from pyiceberg.types import NestedField

    _check(lake_table, columns, key)
    fields = [
        NestedField(number, c.name, parse(c.type).iceberg(), required=False, doc=c.doc or None)
        for number, c in enumerate(columns, 1)
    ]
    properties = {**PROPERTIES, KEY_PROPERTY: json.dumps(list(key), ensure_ascii=False)}
    try:
        ground.catalog().create(lake_table, Schema(*fields), properties)
    except TableAlreadyExistsError:
        return


def evolve(ground: Ground, view: TableView, columns: Sequence[Column], key: Sequence[str]) -> bool:
    """Bring the table's columns to ``columns``; True when anything changed.

    Raises ``CityError`` for a change of type that would need the files rewritten, and for
    another key while deltas of the old key are there.
    """
    from pyiceberg.exceptions import CommitFailedException

    _check(view.lake_table, columns, key)
    if not _differs(view, columns, key):
        return False
    _check_key(view, key)
    plan = _Plan(view, columns)
    for _attempt in range(_ATTEMPTS):
        try:
            plan.run(ground, key)
        except CommitFailedException:
            continue
        return True
    raise CityError(
        f"The columns of {view.lake_table} were not changed",
        why="other writers kept changing the table",
        do="Run again when they are done",
        where=view.lake_table,
    )


class _Plan:
    """Which steps lead from the table's columns to the wanted ones."""

    def __init__(self, view: TableView, columns: Sequence[Column]) -> None:
        self.table = view.lake_table
        have = {c.name: c for c in view.columns}
        want = {c.name for c in columns}
        # A name freed by a rename and taken again in the same step belongs to a new column.
        self.renames = {
            c.renamed_from: c.name for c in columns if c.renamed_from in have and c.name not in have
        }
        kept = {self.renames.get(name, name): column for name, column in have.items()}
        self.drops = [name for name in kept if name not in want]
        self.adds = [c for c in columns if c.name not in kept]
        self.alters = [(kept[c.name], c) for c in columns if c.name in kept]
        for old, new in self.alters:
            self._check_type(old, new)

    def _check_type(self, old: Column, new: Column) -> None:
        before, after = parse(old.type), parse(new.type)
        if before.widens_to(after):
            return
        raise CityError(
            f"The column {new.name} of {self.table} cannot become {after}",
            why=f"it is {before}, and its files hold values of that type",
            do="Give the field a new name in the contract (without renamed_from); "
            "the old column stays readable in older snapshots",
            where=self.table,
        )

    def run(self, ground: Ground, key: Sequence[str]) -> None:
        """All steps as one new metadata version."""
        table = ground.catalog().load_table(self.table)
        with table.transaction() as transaction:
            if self.renames:
                with transaction.update_schema() as update:
                    for old, new in self.renames.items():
                        update.rename_column((old,), new)
            if self.drops:
                with transaction.update_schema(allow_incompatible_changes=True) as update:
                    for name in self.drops:
                        update.delete_column((name,))
            with transaction.update_schema() as update:
                for _before, column in self.alters:
                    update.update_column(
                        (column.name,),
                        field_type=parse(column.type).iceberg(),
                        doc=column.doc or None,
                    )
                for column in self.adds:
                    update.add_column(
                        (column.name,), parse(column.type).iceberg(), doc=column.doc or None
                    )
            wanted = json.dumps(list(key), ensure_ascii=False)
            if table.properties.get(KEY_PROPERTY) != wanted:
                transaction.set_properties({KEY_PROPERTY: wanted})


def _differs(view: TableView, columns: Sequence[Column], key: Sequence[str]) -> bool:
    have = {c.name: (str(parse(c.type)), c.doc) for c in view.columns}
    want = {c.name: (str(parse(c.type)), c.doc) for c in columns}
    return have != want or tuple(key) != view.key


def _check(lake_table: str, columns: Sequence[Column], key: Sequence[str]) -> None:
    names = [c.name for c in columns]
    twice = {n for n in names if names.count(n) > 1}
    if twice or not names:
        raise CityError(
            f"The columns of {lake_table} are refused",
            why=f"{', '.join(sorted(twice))} stands twice" if twice else "there are none",
            do="Correct the contract",
            where=lake_table,
        )
    missing = [k for k in key if k not in names]
    if missing:
        raise CityError(
            f"The key of {lake_table} is refused",
            why=f"there is no column {', '.join(missing)}",
            do="Correct the contract",
            where=lake_table,
        )


def _check_key(view: TableView, key: Sequence[str]) -> None:
    if tuple(key) != view.key and any(f.role == "delta" for f in view.files):
        raise CityError(
            f"The key of {view.lake_table} cannot change now",
            why="it has files that replace rows by the old key",
            do="Compact the table first (citybrain compact), then run again",
            where=view.lake_table,
        )
