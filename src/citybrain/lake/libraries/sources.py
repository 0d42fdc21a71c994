"""The rows of one source by entity: the latest, those that count, or all of them together.

Fields that come from the same rows of the same table share one pass over it. Which row of a
table is an entity's latest is found once for all tables; only entities that a table mentions
more than once need their times for that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from citybrain.city import City
from citybrain.lake import sqltext
from citybrain.lake.libraries.expressions import columns, is_alone, put
from citybrain.lake.libraries.mentions import seen_at
from citybrain.lake.libraries.model import Library, LibraryField, Mention, Source, Via
from citybrain.lake.libraries.names import LINKS, dwd, mention_of, standardised
from citybrain.lake.models.model import Follow


@dataclass(frozen=True)
class Rowset:
    """Which rows: the table's, in a role, that count, taken one by one or all together."""

    table: str
    role: str
    where: str
    all: bool
    via: Via | None

    @property
    def mentioned(self) -> tuple[str, str]:
        """The table and role by which a row belongs to an entity."""
        return (self.via.table, self.via.role) if self.via else (self.table, self.role)

    @property
    def latest(self) -> bool:
        """Whether the entity's latest row of the table will do."""
        return not (self.where or self.all or self.via)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A library's sources: its rowsets in order, each with the fields that read it."""

    library: Library
    home: Library
    city: City
    rowsets: Mapping[Rowset, Mapping[str, str]]

    def name(self, rowset: Rowset) -> str:
        """What the SQL calls the rowset."""
        return f"from_{list(self.rowsets).index(rowset) + 1}"

    def mention(self, rowset: Rowset) -> Mention | None:
        """The mention that a rowset's rows are."""
        found = mention_of(self.home.identity, *rowset.mentioned)
        return found[0] if found else None


def plan(library: Library, home: Library, city: City) -> Plan:
    """The rowsets of the library, and the value each gives to each field."""
    rowsets: dict[Rowset, dict[str, str]] = {}
    for field in library.fields:
        for source in field.sources:
            rowsets.setdefault(rowset_of(source, home), {})[field.name] = source.value
    return Plan(library=library, home=home, city=city, rowsets=rowsets)


def rowset_of(source: Source, home: Library) -> Rowset:
    """The rows a source names; a role left out is the only one of its table."""
    via = source.via
    if via and not via.role:
        via = Via(table=via.table, role=_only(home, via.table), by=via.by)
    role = "" if via else source.role or _only(home, source.table)
    return Rowset(source.table, role, source.where, source.all, via)


def _only(home: Library, table: str) -> str:
    found = mention_of(home.identity, table, "")
    return found[0].role if found else ""


def latest_sql(made: Plan) -> list[str]:
    """CTEs up to ``latest``: the newest row of every entity in every table and role used.

    Tables and roles go by their number here: comparing two texts in each of a city's links once
    for every source costs a fifth of the time of making the library.
    """
    entity = made.library.entity
    pairs = [(sqltext.text(t), sqltext.text(r), n) for (t, r), n in _numbers(made).items()]
    told = ", ".join(f"({t}, {r}, {n})" for t, r, n in pairs) or "('', '', 0)"
    return [
        f"roles (table_name, role, source) AS (VALUES {told})",
        "linked AS (SELECT r.source, l.entity_id, l._row, l.seen_at "
        f"FROM {LINKS[entity]} AS l JOIN roles AS r "
        "ON r.table_name = l.table_name AND r.role = l.role)",
        'counted AS (SELECT source, entity_id, min("_row") AS _row, count(*) AS n '
        "FROM linked GROUP BY source, entity_id)",
        "latest AS (SELECT source, entity_id, _row FROM counted WHERE n = 1 UNION ALL "
        "SELECT l.source, l.entity_id, arg_max(l._row, "
        "(coalesce(l.seen_at, TIMESTAMP '0001-01-01'), l._row)) AS _row "
        "FROM linked AS l JOIN counted AS c ON c.n > 1 AND c.source = l.source "
        "AND c.entity_id = l.entity_id GROUP BY l.source, l.entity_id)",
    ]


def _numbers(made: Plan) -> dict[tuple[str, str], int]:
    """A number for each table and role of which the latest rows are wanted."""
    wanted = sorted({r.mentioned for r in made.rowsets if r.latest})
    return {pair: number for number, pair in enumerate(wanted, 1)}


def rowset_sql(made: Plan, rowset: Rowset) -> str:
    """The rowset as a CTE: ``entity_id``, ``_row`` and the value of each field that reads it."""
    valid = {f.name: f.valid for f in made.library.fields}
    values = {name: _passing(value, valid[name]) for name, value in made.rowsets[rowset].items()}
    shown = ", ".join(f"{sql} AS {sqltext.name(name)}" for name, sql in values.items())
    if rowset.all:
        body = (
            f'SELECT entity_id, max("_row") AS _row, {shown} '
            f"FROM ({counting_sql(made, rowset)}) GROUP BY entity_id"
        )
    elif rowset.latest:
        body = (
            f'SELECT entity_id, "_row" AS _row, {shown} FROM (SELECT k.entity_id, d.* '
            f'FROM latest AS k JOIN {dwd(rowset.table)} AS d ON d."_row" = k._row '
            f"WHERE k.source = {_numbers(made)[rowset.mentioned]})"
        )
    else:
        body = (
            f'SELECT entity_id, "_row" AS _row, {shown} '
            f"FROM ({counting_sql(made, rowset)}) QUALIFY row_number() OVER (PARTITION BY "
            f'entity_id ORDER BY {_seen(made, rowset)} DESC NULLS LAST, "_row") = 1'
        )
    return f"{made.name(rowset)} AS ({body})"


def counting_sql(made: Plan, rowset: Rowset) -> str:
    """All rows that count, each with its entity: ``entity_id`` and the row's columns."""
    table, role = rowset.mentioned
    links = LINKS[made.library.entity]
    where = f" AND ({rowset.where})" if rowset.where else ""
    linked = f"l.table_name = {sqltext.text(table)} AND l.role = {sqltext.text(role)}"
    if rowset.via:
        # Several rows may give the entity the same number; its rows still count once.
        on = sqltext.name(rowset.via.by)
        joined = (
            f"JOIN (SELECT DISTINCT l.entity_id, v.{on} AS via_on FROM {dwd(table)} AS v "
            f'JOIN {links} AS l ON l._row = v."_row" WHERE {linked}) AS o ON o.via_on = d.{on}'
        )
        inner = f"SELECT o.entity_id, d.* FROM {dwd(rowset.table)} AS d {joined}"
    else:
        inner = (
            f"SELECT l.entity_id, d.* FROM {dwd(rowset.table)} AS d "
            f'JOIN {links} AS l ON l._row = d."_row" WHERE {linked}'
        )
    return f"SELECT * FROM ({inner}) WHERE true{where}"


def _passing(value: str, valid: str) -> str:
    return f"CASE WHEN {put(valid, value)} THEN {value} END" if valid else value


def _seen(made: Plan, rowset: Rowset) -> str:
    """When a row that counts was true; rows that came by way of another have their batch."""
    mention = made.mention(rowset)
    if mention is None or rowset.via:
        mention = Mention(table=rowset.table, role="", columns={}, seen_at="")
    return seen_at(mention, made.city)


def readers(made: Plan, field: LibraryField) -> Sequence[Rowset]:
    """The rowsets of a field in the order of their rank."""
    return [rowset_of(source, made.home) for source in field.sources]


def follow(made: Plan, *, seen: bool = False) -> dict[str, Follow]:
    """How changed rows lead to entities; empty where an expression asks other tables too.

    ``seen``: when any row was true matters too, not only for choosing among an entity's.
    """
    links = LINKS[made.library.entity]
    own = f"SELECT l.entity_id AS key FROM {{{links}}} l JOIN {{rows}} c ON l._row = c._row"
    ways: dict[str, list[str]] = {}
    reads: dict[str, set[str]] = {}
    valid = {f.name: f.valid for f in made.library.fields}
    for rowset, values in made.rowsets.items():
        said = [_passing(value, valid[name]) for name, value in values.items()]
        if rowset.where:
            said.append(rowset.where)
        if seen or not rowset.latest:
            said.append(_seen(made, rowset))
        table, role = rowset.mentioned
        for one in {rowset.table, table}:
            ways.setdefault(standardised(one), []).append(own)
            reads.setdefault(standardised(one), {"_row"})
        for expression in said:
            if not is_alone(expression):
                return {}
            reads[standardised(rowset.table)] |= columns(expression)
        if rowset.via:
            on = sqltext.name(rowset.via.by)
            ways[standardised(rowset.table)].append(
                f"SELECT l.entity_id AS key FROM {{{standardised(table)}}} v "
                f"JOIN {{{links}}} l ON l._row = v._row AND l.role = {sqltext.text(role)} "
                f"JOIN {{rows}} c ON c.{on} = v.{on}"
            )
            reads[standardised(rowset.table)].add(rowset.via.by)
            reads[standardised(table)].add(rowset.via.by)
    found = {
        table: Follow(sql=" UNION ALL ".join(dict.fromkeys(sql)), reads=tuple(sorted(reads[table])))
        for table, sql in ways.items()
    }
    told = ("mention", "_row", "table_name", "role", "seen_at")
    return found | {links: Follow(column="entity_id", reads=told)}
