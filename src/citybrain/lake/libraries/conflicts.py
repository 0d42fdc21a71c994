"""The values that lost: every row that says otherwise than the golden record, and why."""

from citybrain.city import City
from citybrain.lake import sqltext
from citybrain.lake.libraries.expressions import put
from citybrain.lake.libraries.mentions import seen_at
from citybrain.lake.libraries.model import Library, LibraryField, Mention
from citybrain.lake.libraries.names import ROW
from citybrain.lake.libraries.sources import Plan, Rowset, counting_sql, follow, plan, readers
from citybrain.lake.models.model import ColumnNote, Expectation, Follow, Model

_COLUMNS = {
    "entity_id": ColumnNote(title="主体编号", title_en="Entity", level=2, masking="none"),
    "field": ColumnNote(title="字段", title_en="Field", level=2, masking="none"),
    "kept": ColumnNote(title="采信值", title_en="Kept value", level=4, masking="secret"),
    "kept_row": ColumnNote(title="采信来源行", title_en="Its row", level=4, masking="secret"),
    "other": ColumnNote(title="未采信值", title_en="Other value", level=4, masking="secret"),
    "other_row": ColumnNote(title="其来源行", title_en="Its row", level=4, masking="secret"),
    "other_table": ColumnNote(title="其来源表", title_en="Its table", level=2, masking="none"),
    "why": ColumnNote(
        title="未采信缘由",
        title_en="Why it lost",
        level=2,
        masking="none",
        why="只说依哪条规则未采信，不含任何一方的值",
    ),
    "seen_at": ColumnNote(title="见于", title_en="Seen at", level=2, masking="none"),
}


def conflicts(library: Library, home: Library, city: City) -> Model:
    """``lib.<library>_conflicts``.

    ``why`` is ``rank`` (another source stands before it), ``older`` (a newer row of the same
    table was kept) or ``invalid`` (it cannot be a value of the field).
    """
    made = plan(library, home, city)
    steps, parts = [], []
    for rowset in made.rowsets:
        fields = _compared(made, rowset)
        if fields:
            steps += [_rows(made, rowset, fields), _different(made, rowset, fields)]
            parts += [_told(made, rowset, field) for field in fields]
    followed = follow(made, seen=True)
    if followed:
        followed |= {library.table: Follow(column=library.entity_id)}
    nothing = ", ".join(f"CAST(NULL AS {_type(c)}) AS {c}" for c in _COLUMNS)
    body = "\nUNION ALL ".join(parts) or f"SELECT {nothing} WHERE false"
    with_ = ",\n".join(steps)
    key = "entity_id, field, other_row"
    return Model(
        name=library.conflicts,
        title=f"{library.title}：未采信的值",
        title_en=f"{library.title_en or library.name}: values that lost",
        sql=f"WITH {with_}\n{body}" if steps else body,
        grain=("entity_id", "field", "other_row"),
        materialise="incremental" if followed else "full",
        by="entity_id" if followed else "",
        follow=followed,
        lookup=("entity_id",),
        owner=library.owner,
        columns=_COLUMNS,
        expectations=(
            Expectation(
                name="told_once",
                title="同一来源行的同一字段只列一次",
                title_en="A row loses once for each field",
                sql=f"SELECT {key} FROM {library.conflicts} GROUP BY {key} HAVING count(*) > 1",
            ),
        ),
        file=library.file,
        generated=True,
    )


def _type(column: str) -> str:
    return "TIMESTAMP" if column == "seen_at" else "VARCHAR"


def _compared(made: Plan, rowset: Rowset) -> list[LibraryField]:
    """Fields that this rowset is the first of its table to tell, and that may disagree."""
    return [
        field
        for field in made.library.fields
        if field.compare != "none" and not rowset.all and rowset in readers(made, field)
    ]


def _rows(made: Plan, rowset: Rowset, fields: list[LibraryField]) -> str:
    """All rows of the rowset with the values they say, valid or not."""
    values = ", ".join(f"{made.rowsets[rowset][f.name]} AS {sqltext.name(f.name)}" for f in fields)
    mention = made.mention(rowset) if not rowset.via else None
    seen = seen_at(mention or Mention(table=rowset.table, role="", columns={}), made.city)
    return (
        f'rows_{made.name(rowset)} AS (SELECT entity_id, "_row" AS other_row, '
        f"{seen} AS seen_at, {values} FROM ({counting_sql(made, rowset)}))"
    )


def _different(made: Plan, rowset: Rowset, fields: list[LibraryField]) -> str:
    """Those that say otherwise in any field, beside what was kept."""
    kept = ", ".join(
        f"g.{sqltext.name(f.name)} AS {sqltext.name('kept ' + f.name)}, "
        f"g.{sqltext.name(f.name + ROW)} AS {sqltext.name('row ' + f.name)}"
        for f in fields
    )
    any_ = " OR ".join(
        f"coalesce({_differs(f, f'o.{sqltext.name(f.name)}', f'g.{sqltext.name(f.name)}')}, false)"
        for f in fields
    )
    key = sqltext.name(made.library.entity_id)
    return (
        f"other_{made.name(rowset)} AS (SELECT o.*, {kept} FROM rows_{made.name(rowset)} AS o "
        f"JOIN {made.library.table} AS g ON g.{key} = o.entity_id WHERE {any_})"
    )


def _told(made: Plan, rowset: Rowset, field: LibraryField) -> str:
    name, kept = sqltext.name(field.name), sqltext.name(f"kept {field.name}")
    row = sqltext.name(f"row {field.name}")
    invalid = (
        f"WHEN NOT coalesce({put(field.valid, name)}, false) THEN 'invalid' "
        if (field.valid)
        else ""
    )
    table = sqltext.text(rowset.table)
    return (
        f"SELECT entity_id, {sqltext.text(field.name)} AS field, "
        f"CAST({kept} AS VARCHAR) AS kept, {row} AS kept_row, CAST({name} AS VARCHAR) AS other, "
        f"other_row, {table} AS other_table, CASE {invalid}"
        f"WHEN starts_with({row}, {sqltext.text(rowset.table + '/')}) THEN 'older' "
        f"ELSE 'rank' END AS why, seen_at FROM other_{made.name(rowset)} "
        f"WHERE {_differs(field, name, kept)} AND other_row IS DISTINCT FROM {row}"
    )


def _differs(field: LibraryField, other: str, kept: str) -> str:
    """Whether two values disagree; nothing said disagrees with nothing."""
    if field.compare == "number":
        return f"abs({other} - {kept}) >= 0.01"
    if field.compare == "text":
        # Nearly all are written alike; only the others are worth reading bare.
        return f"CASE WHEN {other} <> {kept} THEN {bare(other)} <> {bare(kept)} ELSE false END"
    return f"{other} <> {kept}"


def bare(value: str) -> str:
    """SQL of a text without what only writing differs in: dots, brackets, small letters."""
    return f"upper(regexp_replace(CAST({value} AS VARCHAR), '[^\\p{{L}}\\p{{N}}]', '', 'g'))"
