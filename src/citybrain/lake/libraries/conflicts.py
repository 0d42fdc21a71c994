"""The values that lost: every row that says otherwise than the golden record, and why."""

from collections.abc import Mapping

from citybrain.city import City
from citybrain.lake import sqltext
from citybrain.lake.libraries.expressions import put
from citybrain.lake.libraries.mentions import seen_at
from citybrain.lake.libraries.model import Library, LibraryField, Mention
from citybrain.lake.libraries.names import LINKS, ROW, dwd
from citybrain.lake.libraries.sources import Plan, Rowset, counting_sql, follow, plan, readers
from citybrain.lake.models.model import ColumnNote, Expectation, Follow, Model
from citybrain.lake.types import parse

_ROLE = sqltext.name("its role")  # no field can be called so; one may be called role
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
    compared = {rowset: fields for rowset in made.rowsets if (fields := _compared(made, rowset))}
    fields = [f for f in library.fields if any(f in told for told in compared.values())]
    followed = follow(made, seen=True)
    if followed:
        followed |= {library.table: Follow(column=library.entity_id)}
    nothing = ", ".join(f"CAST(NULL AS {_type(c)}) AS {c}" for c in _COLUMNS)
    sql = f"SELECT {nothing} WHERE false"
    if fields:
        steps = [*_said(made, compared, fields), _unlike(made, fields)]
        told = "\nUNION ALL ".join(_told(field) for field in fields)
        sql = f"WITH {', '.join(steps)}\n{told}"
    key = "entity_id, field, other_row"
    return Model(
        name=library.conflicts,
        title=f"{library.title}：未采信的值",
        title_en=f"{library.title_en or library.name}: values that lost",
        sql=sql,
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


def _said(
    made: Plan, compared: Mapping[Rowset, list[LibraryField]], fields: list[LibraryField]
) -> list[str]:
    """All rows with the entity they belong to and what they say, valid or not.

    They meet the links once, all together: reading a city's links anew for every source takes
    more time than comparing.
    """
    own = [_rows(made, r, told, fields) for r, told in compared.items() if not r.via]
    steps, parts = [], []
    if own:
        steps = [_cte("read", own)]
        parts = [
            f"SELECT l.entity_id, r.* EXCLUDE ({_ROLE}) FROM read AS r "
            f"JOIN {LINKS[made.library.entity]} AS l "
            f"ON l._row = r.other_row AND l.role = r.{_ROLE}"
        ]
    parts += [_rows(made, r, told, fields) for r, told in compared.items() if r.via]
    return [*steps, _cte("said", parts)]


def _cte(name: str, parts: list[str]) -> str:
    return f"\n{name} AS (" + "\nUNION ALL ".join(parts) + ")"


def _rows(made: Plan, rowset: Rowset, told: list[LibraryField], fields: list[LibraryField]) -> str:
    """The rowset's rows, each field that it does not tell being null.

    So is a value that the field cannot hold at all: it is no other value of it.
    """
    values = ", ".join(
        f"TRY_CAST({made.rowsets[rowset][f.name] if f in told else 'NULL'} AS {_held(f)}) "
        f"AS {sqltext.name(f.name)}"
        for f in fields
    )
    mention = made.mention(rowset) if not rowset.via else None
    seen = seen_at(mention or Mention(table=rowset.table, role="", columns={}), made.city)
    table = sqltext.text(rowset.table)
    shown = f'"_row" AS other_row, {table} AS other_table, {seen} AS seen_at, {values}'
    if rowset.via:
        return f"SELECT entity_id, {shown} FROM ({counting_sql(made, rowset)})"
    where = f" WHERE {rowset.where}" if rowset.where else ""
    role = sqltext.text(rowset.role)
    return f"SELECT {role} AS {_ROLE}, {shown} FROM {dwd(rowset.table)}{where}"


def _held(field: LibraryField) -> str:
    return parse(field.type).duckdb


def _unlike(made: Plan, fields: list[LibraryField]) -> str:
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
        f"\nunlike AS (SELECT o.*, {kept} FROM said AS o "
        f"JOIN {made.library.table} AS g ON g.{key} = o.entity_id WHERE {any_})"
    )


def _told(field: LibraryField) -> str:
    name, kept = sqltext.name(field.name), sqltext.name(f"kept {field.name}")
    row = sqltext.name(f"row {field.name}")
    invalid = (
        f"WHEN NOT coalesce({put(field.valid, name)}, false) THEN 'invalid' " if field.valid else ""
    )
    return (
        f"SELECT entity_id, {sqltext.text(field.name)} AS field, "
        f"CAST({kept} AS VARCHAR) AS kept, {row} AS kept_row, CAST({name} AS VARCHAR) AS other, "
        f"other_row, other_table, CASE {invalid}"
        f"WHEN starts_with({row}, other_table || '/') THEN 'older' ELSE 'rank' END AS why, "
        f"seen_at FROM unlike WHERE {_differs(field, name, kept)} "
        f"AND other_row IS DISTINCT FROM {row}"
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
