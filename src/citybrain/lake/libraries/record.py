"""One golden record: each value with the row that said it, those that lost, and the sources.

A reader who does not reveal gets every value masked by its class and no row by its name (a
row's name carries its key, which may be a person's number): a row then goes by its ``ref``,
its place among the record's rows of that table. A hash of the name would be no mask: numbers of
people are few enough to try them all.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from citybrain.base.errors import CityError
from citybrain.city import City
from citybrain.lake.duck import shared
from citybrain.lake.libraries.model import Library, LibraryField
from citybrain.lake.libraries.names import LINKS, ROW, classes, department
from citybrain.lake.libraries.reading import libraries
from citybrain.lake.libraries.rows import POINTS, SCORE, entities
from citybrain.lake.libraries.told import Edge, Loser, Place, Record, SourceRecord, Value
from citybrain.lake.mask import mask_value
from citybrain.lake.store import Store

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = [
    "Edge",
    "Loser",
    "Place",
    "Record",
    "SourceRecord",
    "Value",
    "declared",
    "golden",
    "ref_of",
]
_NO_ENTITY = "_row"


def golden(
    store: Store,
    city: City,
    library: str,
    entity_id: str,
    *,
    reveal: bool = False,
    as_of: datetime | None = None,
) -> Record | None:
    """The record of one entity, None when the library has none of that id.

    For a library whose rows are no entities ``entity_id`` is the key's values joined by ``|``.
    ``as_of`` asks what was believed then. ``CityError`` for a library that is not declared.
    """
    found = declared(city, library)
    rows = _Rows(store, as_of)
    with shared(store.home) as duck:
        return _Reader(store, city, rows, reveal=reveal).record(duck, found, entity_id)


def golden_both(
    store: Store, city: City, library: str, entity_id: str
) -> tuple[Record, Record] | None:
    """The record as it is shown and as it is held, read once; None where there is none."""
    found, rows = declared(city, library), _Rows(store, None)
    with shared(store.home) as duck:
        shown, whole = (
            _Reader(store, city, rows, reveal=reveal).record(duck, found, entity_id)
            for reveal in (False, True)
        )
    return (shown, whole) if shown and whole else None


def declared(city: City, name: str) -> Library:
    """The library of that name, or of that table; ``CityError`` when there is none."""
    held = libraries(city)
    found = held.get(name) or next((one for one in held.values() if one.table == name), None)
    if found is None:
        raise CityError(
            f"There is no library {name}",
            why="no file of libraries/ has that name",
            do=f"Choose from {', '.join(held) or 'none'}",
            where=name,
        )
    return found


def ref_of(store: Store, city: City, library: str, entity_id: str, row: str) -> str:
    """The ``ref`` under which the record has a row; empty when it names no such row."""
    reader = _Reader(store, city, _Rows(store, None), reveal=True)
    with shared(store.home) as duck:
        return reader.held(duck, declared(city, library), entity_id).get(row, "")


class _Rows:
    """Rows of tables at one moment; what was read once is not read again."""

    def __init__(self, store: Store, as_of: datetime | None) -> None:
        self.store, self.as_of = store, as_of
        self._read: dict[tuple[str, str, tuple[str, ...]], list[dict[str, Any]]] = {}

    def of(
        self, duck: "DuckDBPyConnection", table: str, key: str, wanted: Sequence[str]
    ) -> list[dict[str, Any]]:
        """Rows of a table whose key is one of those; none while the table is not built."""
        asked = (table, key, tuple(wanted))
        if asked not in self._read:
            self._read[asked] = self._fetch(duck, *asked) if wanted else []
        return self._read[asked]

    def _fetch(
        self, duck: "DuckDBPyConnection", table: str, key: str, wanted: tuple[str, ...]
    ) -> list[dict[str, Any]]:
        if not self.store.exists(table):
            return []
        scan = self.store.scan_sql(table, as_of=self.as_of)
        # Values in the text are looked for while the file is read; a joined list is not.
        marks = ", ".join("?" for _ in wanted)
        answer = duck.execute(f"SELECT * FROM ({scan}) WHERE {key} IN ({marks})", list(wanted))
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


class _Reader:
    """Reads one record, for one way of looking."""

    def __init__(self, store: Store, city: City, rows: _Rows, *, reveal: bool) -> None:
        self.store, self.city, self.as_of = store, city, rows.as_of
        self.reveal = reveal
        self._rows = rows.of
        self.refs: dict[str, str] = {}
        self.person = False
        self.name = ""

    def record(self, duck: "DuckDBPyConnection", library: Library, entity: str) -> Record | None:
        """See ``golden``."""
        self.person = library.entity == "person"
        rows = self._rows(duck, library.table, key_sql(library), [entity])
        if not rows:
            return None
        self.name = str(rows[0].get("name") or "") if self.person else ""
        snapshot = self.store.snapshot(library.table, as_of=self.as_of)
        links = self._links(duck, library, entity)
        seen = {link["_row"]: link["seen_at"] for link in links if link.get("seen_at")}
        lost = self._lost(duck, library, entity)
        self.refs = self.held(duck, library, entity)
        return Record(
            library=library,
            entity_id=entity,
            snapshot_id=snapshot.snapshot_id if snapshot else None,
            committed_at=snapshot.committed_at if snapshot else None,
            values=tuple(self._value(one, rows[0], lost, seen) for one in library.fields),
            sources=self._sources(duck, self.refs, links, seen),
            edges=tuple(self._edge(link, seen) for link in links),
            records=int(rows[0].get("records") or len(self.refs)),
            beyond={name: plain(rows[0].get(name)) for name in beyond(library)},
        )

    def held(self, duck: "DuckDBPyConnection", library: Library, entity: str) -> dict[str, str]:
        """The rows that the record names, with the ``ref`` of each."""
        rows = self._rows(duck, library.table, key_sql(library), [entity])
        if not rows:
            return {}
        lost = self._lost(duck, library, entity).values()
        return _refs(
            {
                *(link["_row"] for link in self._links(duck, library, entity)),
                *self._named(rows[0]),
                *(row["other_row"] for told in lost for row in told),
            }
        )

    def _links(
        self, duck: "DuckDBPyConnection", library: Library, entity: str
    ) -> list[dict[str, Any]]:
        if library.entity == "none":
            return []
        found = self._rows(duck, LINKS[library.entity], "entity_id", [entity])
        return sorted(found, key=lambda link: (link["table_name"], link["mention"]))

    def _lost(
        self, duck: "DuckDBPyConnection", library: Library, entity: str
    ) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        if library.entity != "none":
            for row in self._rows(duck, library.conflicts, "entity_id", [entity]):
                found.setdefault(row["field"], []).append(row)
        return found

    def _named(self, row: Mapping[str, Any]) -> set[str]:
        """The rows that the golden record itself names."""
        names = [_NO_ENTITY, *(column for column in row if column.endswith(ROW))]
        return {str(row[name]) for name in names if row.get(name)}

    def _value(
        self,
        one: LibraryField,
        row: Mapping[str, Any],
        lost: Mapping[str, list[dict[str, Any]]],
        seen: Mapping[str, datetime],
    ) -> Value:
        said_by = row.get(one.name + ROW) or row.get(_NO_ENTITY)
        value = row.get(one.name)
        losers = sorted(lost.get(one.name, ()), key=lambda r: (r["why"], r["other_row"]))
        shown = self._shown(value, one.masking, one.level)
        return Value(
            field=one,
            value=shown,
            masked=shown != plain(value),
            place=self._place(said_by, seen) if said_by and value is not None else None,
            losers=tuple(
                Loser(
                    value=self._shown(r["other"], one.masking, one.level),
                    place=self._place(r["other_row"], seen, r["seen_at"]),
                    why=r["why"],
                )
                for r in losers
            ),
        )

    def _shown(self, value: Any, masking: str, level: int) -> str | None:
        text = plain(value)
        return text if self.reveal else mask_value(text, masking, level)

    def _unnamed(self, text: str | None) -> str | None:
        """A text without the person's own name, which a shop may be called after."""
        if self.reveal or not text or not self.name or self.name not in text:
            return text
        return text.replace(self.name, mask_value(self.name, "name", 3) or "")

    def _place(
        self, row: str, seen: Mapping[str, datetime], seen_at: datetime | None = None
    ) -> Place:
        table = row.split("/", 1)[0]
        return Place(
            table=table,
            department=department(self.city, table),
            ref=self.refs.get(row, table),
            row=row if self.reveal else "",
            seen_at=seen.get(row, seen_at),
        )

    def _edge(self, link: Mapping[str, Any], seen: Mapping[str, datetime]) -> Edge:
        return Edge(
            mention=link["mention"] if self.reveal else f"{self.refs[link['_row']]}#{link['role']}",
            role=link["role"],
            place=self._place(link["_row"], seen),
            how=link["how"],
            probability=link["probability"],
            closest_id=link["closest_id"] or "",
            closest_probability=link["closest_probability"],
        )

    def _sources(
        self,
        duck: "DuckDBPyConnection",
        named: Iterable[str],
        links: list[dict[str, Any]],
        seen: Mapping[str, datetime],
    ) -> tuple[SourceRecord, ...]:
        """The delivered rows, table by table, the newest first."""
        tables: dict[str, list[str]] = {}
        for row in sorted(named):
            tables.setdefault(row.split("/", 1)[0], []).append(row)
        roles: dict[str, list[str]] = {}
        for link in links:
            roles.setdefault(link["_row"], []).append(link["role"])
        found = [
            self._source(table, row, roles.get(row["_row"], []), seen)
            for table, wanted in tables.items()
            for row in self._rows(duck, f"ods.{table}", '"_row"', wanted)
        ]
        newest = sorted(found, key=lambda s: str(s.place.seen_at or ""), reverse=True)
        return tuple(sorted(newest, key=lambda s: s.place.table))

    def _source(
        self, table: str, row: Mapping[str, Any], roles: list[str], seen: Mapping[str, datetime]
    ) -> SourceRecord:
        values: dict[str, str | None] = {}
        masked = []
        for name, (masking, level) in classes(self.city, table, person=self.person).items():
            text = plain(row.get(name))
            values[name] = self._unnamed(self._shown(text, masking, level))
            if values[name] != text:
                masked.append(name)
        return SourceRecord(
            place=self._place(row["_row"], seen),
            roles=tuple(roles),
            values=values,
            masked=tuple(masked),
        )


def _refs(rows: Iterable[str]) -> dict[str, str]:
    """Rows numbered within their tables: the number tells nothing of the row's key."""
    count: dict[str, int] = {}
    found = {}
    for row in sorted(rows):
        table = row.split("/", 1)[0]
        count[table] = count.get(table, 0) + 1
        found[row] = f"{table}/{count[table]}"
    return found


def beyond(library: Library) -> tuple[str, ...]:
    """The columns of a row that are no fields, and which every reader may see."""
    points = (POINTS + rule.name for rule in library.score.rules) if library.score else ()
    score = (SCORE, *points) if library.score else ()
    return (*score, *(f"{entity}_id" for entity in entities(library)))


def key_sql(library: Library) -> str:
    """The SQL of what names a row of the library."""
    if library.entity_id:
        return library.entity_id
    return f"concat_ws('|', {', '.join(library.key)})"


def plain(value: Any) -> str | None:
    """A value as text, as it is shown and compared."""
    if isinstance(value, bool):
        return "1" if value else "0"
    return None if value is None else str(value)
