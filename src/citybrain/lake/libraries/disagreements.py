"""Who is asked to look where departments disagree: the one that says otherwise, or the source.

The golden value stays with the field's source: that is the rule, one datum, one source. But where
most departments agree with each other against it, it is the source that can correct, and one
finding for it stands for those of all the others. In the rehearsal of 25,000 people, 180 of 397
findings about names went to the department that was wrong; with this rule it is 229 of 250.
"""

from dataclasses import dataclass

from citybrain.city import City
from citybrain.lake import sqltext
from citybrain.lake.libraries.conflicts import bare
from citybrain.lake.libraries.model import Library, LibraryField
from citybrain.lake.libraries.names import LINKS, department

DISAGREEMENT = "disagreement"
OUTVOTED = "outvoted"
KINDS = (DISAGREEMENT, OUTVOTED)
"""Kinds whose first value is what the finding's own row says."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """The SQL of a library's disagreements: steps, and the SELECT of findings over them.

    The steps read ``known_tables``, which gives each table's department and its titles.
    """

    steps: tuple[str, ...]
    select: str


def told_fields(library: Library) -> list[LibraryField]:
    """The fields whose disagreements are findings."""
    return [f for f in library.fields if f.finding and library.entity in LINKS]


def disagreements(library: Library, home: Library, city: City) -> Told:
    """What is told of a library's conflicts; ``home`` says where its entities are mentioned."""
    name = library.name
    steps = (
        f"said_{name} AS ({_said(library)})",
        f"votes_{name} AS ({_votes(library)})",
        f"held_{name} AS ({_held(library, home, city)})",
        f"outvoted_{name} AS ({_outvoted(library)})",
    )
    same = "o.entity_id = s.entity_id AND o.field = s.field"
    where = f"{sqltext.text(name)} AS library"
    select = (
        f"SELECT '{OUTVOTED}' AS kind, '' AS title, '' AS title_en, {where}, entity_id, field, "
        'kept_table AS table_name, kept_row AS "_row", kept AS said, said AS believed, '
        "kept_table, voters, voters_en, CAST(NULL AS VARCHAR) AS sentence, "
        f"CAST(NULL AS VARCHAR) AS sentence_en, seen_at, '' AS part FROM outvoted_{name}\n"
        f"UNION ALL SELECT '{DISAGREEMENT}', '', '', {where}, entity_id, field, table_name, "
        "\"_row\", said, kept, kept_table, '', '', NULL, NULL, seen_at, '' "
        f"FROM said_{name} AS s WHERE NOT EXISTS (SELECT 1 FROM outvoted_{name} AS o "
        f"WHERE {same} AND o.alike = s.alike)"
    )
    return Told(steps=steps, select=select)


def _said(library: Library) -> str:
    """The newest row of each table that says otherwise than a field's source.

    A row that a newer one of its own table replaced has nothing to correct.
    """
    told = told_fields(library)
    quiet = "".join(
        f" AND NOT (field = {sqltext.text(field.name)} "
        f"AND other_table IN ({', '.join(map(sqltext.text, tables))}))"
        for field in told
        if (tables := _quiet(field))
    )
    texts = [sqltext.text(f.name) for f in told if f.compare == "text"]
    alike = f"CASE WHEN field IN ({', '.join(texts)}) THEN {bare('other')} ELSE other END"
    return (
        'SELECT entity_id, field, other_table AS table_name, other_row AS "_row", other AS said, '
        "kept, kept_row, split_part(kept_row, '/', 1) AS kept_table, why, seen_at, "
        f"{alike if texts else 'other'} AS alike FROM {library.conflicts} "
        f"WHERE field IN ({', '.join(sqltext.text(f.name) for f in told)}) "
        f"AND why <> 'older'{quiet} "
        "QUALIFY row_number() OVER (PARTITION BY entity_id, field, other_table "
        "ORDER BY seen_at DESC NULLS LAST, other_row) = 1"
    )


def _quiet(field: LibraryField) -> list[str]:
    """The tables whose values may well differ."""
    loud = {source.table for source in field.sources if not source.quiet}
    return sorted({source.table for source in field.sources if source.quiet} - loud)


def _votes(library: Library) -> str:
    """Values that at least two departments say against a third; a value out of rules is none."""
    return (
        "SELECT s.entity_id, s.field, s.alike, min(s.said) AS said, min(s.kept) AS kept, "
        "min(s.kept_row) AS kept_row, min(s.kept_table) AS kept_table, "
        "min(k.department) AS kept_department, max(s.seen_at) AS seen_at, "
        "count(DISTINCT d.department) AS votes, "
        "string_agg(DISTINCT d.department_title, '、' ORDER BY d.department_title) AS voters, "
        "string_agg(DISTINCT d.department_title_en, ', ' ORDER BY d.department_title_en) "
        f"AS voters_en FROM said_{library.name} AS s "
        "JOIN known_tables AS d ON d.table_name = s.table_name "
        "JOIN known_tables AS k ON k.table_name = s.kept_table "
        "WHERE s.why = 'rank' AND d.department <> k.department "
        "GROUP BY s.entity_id, s.field, s.alike HAVING count(DISTINCT d.department) >= 2"
    )


def _held(library: Library, home: Library, city: City) -> str:
    """How many other departments may say what the source says.

    They know the entity, could say the field, and do not say otherwise. Who leaves the field
    empty is counted too, so that a source is rather asked too seldom.
    """
    named = {mention.table for mention in home.identity}
    rows = sorted(
        {
            f"({sqltext.text(field.name)}, {sqltext.text(source.table)}, "
            f"{sqltext.text(department(city, source.table))})"
            for field in told_fields(library)
            for source in field.sources
            if source.table in named
        }
    )
    tells = ", ".join(rows) or "('', '', '')"
    return (
        "SELECT v.entity_id, v.field, count(DISTINCT t.department) AS others "
        f"FROM (SELECT DISTINCT entity_id, field, kept_department FROM votes_{library.name}) AS v "
        f"JOIN {LINKS[library.entity]} AS l ON l.entity_id = v.entity_id "
        f"JOIN (VALUES {tells}) AS t(field, table_name, department) "
        "ON t.field = v.field AND t.table_name = l.table_name "
        "AND t.department <> v.kept_department "
        f"WHERE NOT EXISTS (SELECT 1 FROM said_{library.name} AS s WHERE s.entity_id = v.entity_id "
        "AND s.field = v.field AND s.table_name = l.table_name) GROUP BY v.entity_id, v.field"
    )


def _outvoted(library: Library) -> str:
    """Where more departments agree with each other than may agree with the source and itself."""
    return (
        f"SELECT v.* FROM votes_{library.name} AS v LEFT JOIN held_{library.name} AS h "
        "ON h.entity_id = v.entity_id AND h.field = v.field "
        "WHERE v.votes > coalesce(h.others, 0) + 1 QUALIFY row_number() OVER "
        "(PARTITION BY v.entity_id, v.field ORDER BY v.votes DESC, v.alike) = 1"
    )
