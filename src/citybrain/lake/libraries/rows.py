"""Libraries whose rows are no entities: rows of several tables under common fields."""

from citybrain.lake import sqltext
from citybrain.lake.libraries.golden import field_note
from citybrain.lake.libraries.model import Library, Rows, Score
from citybrain.lake.libraries.names import LINKS, dwd
from citybrain.lake.models.model import ColumnNote, Expectation, Model
from citybrain.lake.types import parse

SCORE, REASONS, POINTS = "score", "score__reasons", "points__"
_ROW = ColumnNote(title="来源行", title_en="Source row", level=4, masking="secret")
_TABLE = ColumnNote(title="来源表", title_en="Source table", level=2, masking="none")


def table_of_rows(library: Library) -> Model:
    """The library's table from its ``rows`` or its own ``select``, scored if it has a score."""
    inner = library.select or "\nUNION ALL\n".join(_part(library, one) for one in library.rows)
    sql = _scored(inner, library.score) if library.score else inner
    keys = ", ".join(sqltext.name(k) for k in library.key)
    expected = Expectation(
        name="key_once",
        title="主键只出现一次",
        title_en="A key stands once",
        sql=f"SELECT {keys} FROM {library.table} GROUP BY {keys} HAVING count(*) > 1",
    )
    return Model(
        name=library.table,
        title=library.title,
        title_en=library.title_en,
        description=library.description,
        description_en=library.description_en,
        sql=sql,
        grain=library.key,
        owner=library.owner,
        columns=_notes(library),
        expectations=(expected,) if library.key else (),
        file=library.file,
        generated=True,
    )


def is_scored(column: str) -> bool:
    """Whether a column holds the score, its points or its reasons."""
    return column in (SCORE, REASONS) or column.startswith(POINTS)


def entities(library: Library) -> tuple[str, ...]:
    """Whose ids stand in the rows: person, company, both or none."""
    return tuple(e for e in ("person", "company") if any(e in one.links for one in library.rows))


def _part(library: Library, one: Rows) -> str:
    values = [
        f"CAST({one.values.get(f.name, 'NULL')} AS {parse(f.type).duckdb}) "
        f"AS {sqltext.name(f.name)}"
        for f in library.fields
    ]
    joins = []
    for entity in entities(library):
        role = one.links.get(entity)
        values.append(f"{f'{entity}_entity' if role else 'NULL'} AS {entity}_id")
        if role:
            joins.append(_join(one.table, entity, role))
    values += [f"{one.row} AS _row", f"{sqltext.text(one.table)} AS table_name"]
    where = f"\nWHERE {one.where}" if one.where else ""
    group = "\nGROUP BY ALL" if one.grouped else ""
    return f"SELECT {', '.join(values)}\nFROM {dwd(one.table)} AS d{''.join(joins)}{where}{group}"


def _join(table: str, entity: str, role: str) -> str:
    return (
        f'\nLEFT JOIN (SELECT "_row" AS {entity}_row, entity_id AS {entity}_entity '
        f"FROM {LINKS[entity]} WHERE table_name = {sqltext.text(table)} "
        f'AND role = {sqltext.text(role)}) AS {entity}_links ON {entity}_row = d."_row"'
    )


def _scored(inner: str, score: Score) -> str:
    """The rows, the points that each rule gives, their sum within bounds, and its reasons."""
    points = ", ".join(
        f"CASE WHEN coalesce({r.when}, false) THEN {r.points} ELSE 0 END "
        f"AS {sqltext.name(POINTS + r.name)}"
        for r in score.rules
    )
    total = " + ".join([str(score.base), *(sqltext.name(POINTS + r.name) for r in score.rules)])
    reasons = ", ".join(
        f"CASE WHEN {sqltext.name(POINTS + r.name)} <> 0 "
        f"THEN {sqltext.text(f'{r.title} {r.points:+d}')} END"
        for r in score.rules
    )
    return (
        f"SELECT *, CAST(least({score.highest}, greatest({score.lowest}, {total})) AS INTEGER) "
        f"AS {SCORE}, concat_ws('；', {sqltext.text(f'起评 {score.base}')}, {reasons}) "
        f"AS {REASONS}\nFROM (SELECT *, {points} FROM (\n{inner}\n))"
    )


def _notes(library: Library) -> dict[str, ColumnNote]:
    found = {one.name: field_note(one) for one in library.fields}
    for entity in entities(library):
        found[f"{entity}_id"] = ColumnNote(
            title="主体编号", title_en="Entity", level=2, masking="none"
        )
    if library.rows or "_row" in library.select:
        found |= {"_row": _ROW, "table_name": _TABLE}
    if library.score:
        found |= _score_notes(library.score)
    return found


def _score_notes(score: Score) -> dict[str, ColumnNote]:
    titles = {POINTS + r.name: (r.title, r.title_en) for r in score.rules}
    titles |= {SCORE: ("评分", "Score"), REASONS: ("评分依据", "Reasons of the score")}
    return {
        name: ColumnNote(title=zh, title_en=en, level=2, masking="none", why=score.why)
        for name, (zh, en) in titles.items()
    }
