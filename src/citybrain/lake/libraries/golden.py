"""Golden records: one row per person or company, each field from the best that says it."""

from citybrain.city import City
from citybrain.lake import sqltext
from citybrain.lake.libraries.model import Library, LibraryField
from citybrain.lake.libraries.names import LINKS, ROW
from citybrain.lake.libraries.sources import Plan, follow, latest_sql, plan, readers, rowset_sql
from citybrain.lake.models.model import ColumnNote, Expectation, Model
from citybrain.lake.types import parse

RECORDS = "records"


def golden(library: Library, home: Library, city: City) -> Model:
    """The library's own table: key, fields, and for each field the row that said it."""
    made = plan(library, home, city)
    followed = follow(made)
    key = sqltext.name(library.entity_id)
    values = [_value(made, field) for field in library.fields]
    joins = [
        f"LEFT JOIN {made.name(r)} ON {made.name(r)}.entity_id = entities.entity_id"
        for r in made.rowsets
    ]
    steps = [*latest_sql(made), _entities(made), *(rowset_sql(made, r) for r in made.rowsets)]
    sql = (
        f"WITH {', '.join(_lines(steps))}\nSELECT entities.entity_id AS {key}, entities.{RECORDS}, "
        f"{_each(values)}\nFROM entities\n" + "\n".join(joins)
    )
    return Model(
        name=library.table,
        title=library.title,
        title_en=library.title_en,
        description=library.description,
        description_en=library.description_en,
        sql=sql,
        grain=(library.entity_id,),
        materialise="incremental" if followed else "full",
        by=library.entity_id if followed else "",
        follow=followed,
        lookup=(library.entity_id,),
        owner=library.owner,
        columns=notes(library),
        expectations=(
            Expectation(
                name="grain",
                title="每个主体只有一行",
                title_en="One row for each entity",
                sql=f"SELECT {key} FROM {library.table} GROUP BY {key} HAVING count(*) > 1",
            ),
        ),
        file=library.file,
        generated=True,
    )


def notes(library: Library) -> dict[str, ColumnNote]:
    """Title, level and mask of every column; which row said it names a person, so is hidden."""
    found = {
        library.entity_id: ColumnNote(
            title="主体编号",
            title_en="Entity",
            level=2,
            masking="none",
            identifies="person" if library.entity == "person" else "",
        ),
        RECORDS: ColumnNote(title="来源记录数", title_en="Source records", level=2, masking="none"),
    }
    for one in library.fields:
        found[one.name] = field_note(one)
        found[one.name + ROW] = ColumnNote(
            title=f"{one.title}的来源行",
            title_en=f"Source row of {one.title_en or one.name}",
            level=4,
            masking="secret",
        )
    return found


def field_note(one: LibraryField) -> ColumnNote:
    """What a field's column is."""
    return ColumnNote(
        title=one.title, title_en=one.title_en, level=one.level, masking=one.masking, why=one.why
    )


def _lines(steps: list[str]) -> list[str]:
    return [f"\n{step}" for step in steps]


def _entities(made: Plan) -> str:
    """Everyone whom more than a weak mention knows."""
    weak = [m for m in made.home.identity if m.weak]
    known = " OR ".join(
        f"(table_name = {sqltext.text(m.table)} AND role = {sqltext.text(m.role)})" for m in weak
    )
    having = f" HAVING count(*) FILTER (WHERE NOT ({known})) > 0" if weak else ""
    return (
        f"entities AS (SELECT entity_id, count(*) AS {RECORDS} "
        f"FROM {LINKS[made.library.entity]} GROUP BY entity_id{having})"
    )


def _each(values: list[str]) -> str:
    """One line for each field, so that it is found by reading."""
    return ",\n  ".join(values)


def _value(made: Plan, field: LibraryField) -> str:
    """A field and its row: the first source that says anything."""
    name, row = sqltext.name(field.name), sqltext.name(field.name + ROW)
    held = [made.name(r) for r in readers(made, field)]
    type_ = parse(field.type).duckdb
    said = ", ".join(f"{h}.{name}" for h in held) or "NULL"
    chosen = " ".join(f"WHEN {h}.{name} IS NOT NULL THEN {h}._row" for h in held)
    where = f"CASE {chosen} END" if held else "CAST(NULL AS VARCHAR)"
    return f"CAST(coalesce({said}) AS {type_}) AS {name}, {where} AS {row}"
