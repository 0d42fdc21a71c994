"""What a department should correct: disagreements with the source of a field, impossibilities.

A finding's id is made of its kind, field, entity and table, so that it stays while the value is
wrong and is gone when it is right. It is not made of the row's name, which carries numbers of
people: whoever may not see those could find them by trying.
"""

from collections.abc import Mapping

from citybrain.city import City
from citybrain.lake import sqltext
from citybrain.lake.libraries.expressions import outputs
from citybrain.lake.libraries.golden import notes
from citybrain.lake.libraries.model import Impossible, Library, LibraryField
from citybrain.lake.libraries.names import (
    FINDINGS,
    department,
    department_title,
    table_title,
)
from citybrain.lake.models.model import ColumnNote, Expectation, Model

DISAGREEMENT = "disagreement"
_COLUMNS = {
    "finding_id": ColumnNote(title="发现编号", title_en="Finding", level=1),
    "kind": ColumnNote(title="种类", title_en="Kind", level=1),
    "title": ColumnNote(title="名称", title_en="Title", level=1),
    "title_en": ColumnNote(title="英文名称", title_en="English title", level=1),
    "library": ColumnNote(title="库", title_en="Library", level=1),
    "entity_id": ColumnNote(title="主体编号", title_en="Entity", level=2),
    "field": ColumnNote(title="字段", title_en="Field", level=1),
    "department": ColumnNote(title="应核对部门", title_en="Department to correct it", level=1),
    "table_name": ColumnNote(title="表", title_en="Table", level=1),
    "_row": ColumnNote(title="来源行", title_en="Source row", level=4, masking="secret"),
    "said": ColumnNote(title="所报", title_en="Said", level=4, masking="secret"),
    "believed": ColumnNote(title="采信", title_en="Believed", level=4, masking="secret"),
    "sentence": ColumnNote(title="说明", title_en="Sentence", level=4, masking="secret"),
    "sentence_en": ColumnNote(
        title="英文说明", title_en="Sentence in English", level=4, masking="secret"
    ),
    "seen_at": ColumnNote(title="见于", title_en="Seen at", level=1),
}


def findings(libraries: Mapping[str, Library], city: City) -> Model:
    """``lib.findings`` of all libraries."""
    parts = [
        _disagreements(library, field, city)
        for library in libraries.values()
        for field in library.fields
        if field.finding and library.entity != "none"
    ]
    parts += [
        _impossible(library, one, city)
        for library in libraries.values()
        for one in library.impossible
    ]
    nothing = ", ".join(f"CAST(NULL AS {_type(c)}) AS {sqltext.name(c)}" for c in _COLUMNS)
    return Model(
        name=FINDINGS,
        title="数据问题发现",
        title_en="Findings",
        description="各库中的分歧与不可能之事，送数源部门核对。",
        sql="\nUNION ALL\n".join(parts) or f"SELECT {nothing} WHERE false",
        grain=("finding_id",),
        columns=_COLUMNS,
        expectations=(
            Expectation(
                name="one_row_each",
                title="每项发现只有一行",
                title_en="One row for each finding",
                sql=f"SELECT finding_id FROM {FINDINGS} GROUP BY finding_id HAVING count(*) > 1",
            ),
        ),
        file=next((one.file for one in libraries.values()), ""),
        generated=True,
    )


def note_of(library: Library, field: str) -> ColumnNote:
    """How the values of a finding's field are masked; wholly where no field is named."""
    return notes(library).get(field, ColumnNote(level=4, masking="secret"))


def _type(column: str) -> str:
    return "TIMESTAMP" if column == "seen_at" else "VARCHAR"


def _disagreements(library: Library, field: LibraryField, city: City) -> str:
    """The newest row of each table that says otherwise than the field's source.

    A row that a newer one of its own table replaced has nothing to correct.
    """
    tables = sorted({source.table for source in field.sources})
    other, kept = "other_table", "split_part(kept_row, '/', 1)"
    said, believed = (_titled(field, column, city) for column in ("other", "kept"))
    zh = (
        f"{_lookup(other, {t: table_title(city, t) for t in tables})} || "
        f"{sqltext.text(f'的{field.title}为“')} || {said} || '”，' || "
        f"{_lookup(kept, {t: department_title(city, t) for t in tables})} || '的' || "
        f"{_lookup(kept, {t: table_title(city, t) for t in tables})} || '为“' || {believed} || "
        f"'”，请' || {_lookup(other, {t: department_title(city, t) for t in tables})} || '核对。'"
    )
    name = field.title_en or field.name
    en = (
        f"{_lookup(other, _english(city, tables))} || {sqltext.text(f': {name} is “')} || {said} "
        f"|| '”; ' || {_lookup(kept, _english(city, tables))} || ' says “' || {believed} || "
        f"'”. Please check: ' || "
        f"{_lookup(other, {t: department_title(city, t, english=True) for t in tables})} || '.'"
    )
    inner = (
        f"SELECT *, {_lookup(other, {t: department(city, t) for t in tables})} AS department, "
        f"{zh} AS sentence, {en} AS sentence_en, '' AS part FROM {library.conflicts} "
        f"WHERE field = {sqltext.text(field.name)} AND why <> 'older'{_loud(field)} "
        "QUALIFY row_number() OVER (PARTITION BY entity_id, other_table "
        "ORDER BY seen_at DESC NULLS LAST, other_row) = 1"
    )
    return _shaped(
        library,
        kind=DISAGREEMENT,
        titles=(f"{field.title}不一致", f"{name} disagrees"),
        table="other_table",
        row="other_row",
        said="other",
        believed="kept",
        inner=inner,
    )


def _loud(field: LibraryField) -> str:
    """Without the tables whose values may well differ."""
    quiet = {s.table for s in field.sources if s.quiet} - {
        s.table for s in field.sources if not s.quiet
    }
    return (
        f" AND other_table NOT IN ({', '.join(map(sqltext.text, sorted(quiet)))})" if quiet else ""
    )


def _english(city: City, tables: list[str]) -> dict[str, str]:
    return {t: table_title(city, t, english=True) for t in tables}


def _impossible(library: Library, one: Impossible, city: City) -> str:
    owners = {t: department(city, t) for t in city.contracts}
    part = "CAST(part AS VARCHAR)" if "part" in outputs(one.sql) else "''"
    inner = (
        f'SELECT entity_id, field, table_name, "_row", CAST(said AS VARCHAR) AS said, '
        f"CAST(believed AS VARCHAR) AS believed, {_lookup('table_name', owners)} AS department, "
        f"{_filled(one.sentence)} AS sentence, {_filled(one.sentence_en)} AS sentence_en, "
        f"CAST(NULL AS TIMESTAMP) AS seen_at, {part} AS part FROM ({one.sql}) "
        "QUALIFY row_number() OVER (PARTITION BY entity_id, field, table_name, part "
        'ORDER BY "_row", said) = 1'
    )
    return _shaped(
        library,
        kind=one.name,
        titles=(one.title, one.title_en or one.title),
        table="table_name",
        row='"_row"',
        said="said",
        believed="believed",
        inner=inner,
    )


def _shaped(
    library: Library,
    *,
    kind: str,
    titles: tuple[str, str],
    table: str,
    row: str,
    said: str,
    believed: str,
    inner: str,
) -> str:
    literal = sqltext.text
    return (
        f"SELECT substr(md5(concat_ws('|', {literal(kind)}, {literal(library.name)}, field, "
        f"entity_id, {table}, part)), 1, 16) AS finding_id, {literal(kind)} AS kind, "
        f"{literal(titles[0])} AS title, {literal(titles[1])} AS title_en, "
        f"{literal(library.name)} AS library, entity_id, field, "
        f'department, {table} AS table_name, {row} AS "_row", {said} AS said, '
        f"{believed} AS believed, sentence, sentence_en, seen_at\nFROM ({inner})"
    )


def _titled(field: LibraryField, column: str, city: City) -> str:
    """A value as a reader knows it: a code by its title."""
    codelist = city.codelists.get(field.codelist)
    if codelist is None:
        return column
    titles = {code: entry.title for code, entry in codelist.entries.items()}
    return _lookup(column, titles, otherwise=column)


def _lookup(column: str, values: Mapping[str, str], *, otherwise: str = "NULL") -> str:
    branches = " ".join(
        f"WHEN {sqltext.text(k)} THEN {sqltext.text(v)}" for k, v in values.items() if v
    )
    if not branches:
        return otherwise if otherwise != "NULL" else f"CAST({column} AS VARCHAR)"
    fallback = column if otherwise == "NULL" else otherwise
    return f"CASE {column} {branches} ELSE {fallback} END"


def _filled(sentence: str) -> str:
    """A sentence with its two values in place."""
    inner = f"replace({sqltext.text(sentence)}, '{{said}}', coalesce(CAST(said AS VARCHAR), '—'))"
    return f"replace({inner}, '{{believed}}', coalesce(CAST(believed AS VARCHAR), '—'))"
