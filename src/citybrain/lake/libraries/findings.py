"""What a department should correct: disagreements with the source of a field, impossibilities.

A finding's id is made of its kind, field, entity and table, so that it stays while the value is
wrong and is gone when it is right. It is not made of the row's name, which carries numbers of
people: whoever may not see those could find them by trying.
"""

from collections.abc import Mapping, Sequence

from citybrain.city import City
from citybrain.lake import sqltext
from citybrain.lake.libraries.codes import titles
from citybrain.lake.libraries.disagreements import OUTVOTED, disagreements, told_fields
from citybrain.lake.libraries.expressions import outputs
from citybrain.lake.libraries.golden import notes
from citybrain.lake.libraries.model import Impossible, Library
from citybrain.lake.libraries.names import (
    FINDINGS,
    department,
    department_title,
    home,
    table_title,
)
from citybrain.lake.models.model import ColumnNote, Expectation, Model

_TABLE = "只取来源行名称中的表名，不含它的键"  # where the source itself is asked
_COLUMNS = {
    "finding_id": ColumnNote(
        title="发现编号", title_en="Finding", level=2, masking="none", why=_TABLE
    ),
    "kind": ColumnNote(title="种类", title_en="Kind", level=2, masking="none"),
    "title": ColumnNote(title="名称", title_en="Title", level=2, masking="none"),
    "title_en": ColumnNote(title="英文名称", title_en="English title", level=2, masking="none"),
    "library": ColumnNote(title="库", title_en="Library", level=2, masking="none"),
    "entity_id": ColumnNote(title="主体编号", title_en="Entity", level=2, masking="none"),
    "field": ColumnNote(title="字段", title_en="Field", level=2, masking="none"),
    "department": ColumnNote(
        title="应核对部门",
        title_en="Department to correct it",
        level=2,
        masking="none",
        why=_TABLE,
    ),
    "table_name": ColumnNote(title="表", title_en="Table", level=2, masking="none", why=_TABLE),
    "_row": ColumnNote(title="来源行", title_en="Source row", level=4, masking="secret"),
    "said": ColumnNote(title="所报", title_en="Said", level=4, masking="secret"),
    "believed": ColumnNote(title="对照", title_en="Set against", level=4, masking="secret"),
    "sentence": ColumnNote(title="说明", title_en="Sentence", level=4, masking="secret"),
    "sentence_en": ColumnNote(
        title="英文说明", title_en="Sentence in English", level=4, masking="secret"
    ),
    "seen_at": ColumnNote(title="见于", title_en="Seen at", level=2, masking="none"),
}


def findings(libraries: Mapping[str, Library], city: City) -> Model:
    """``lib.findings`` of all libraries."""
    told = [
        disagreements(one, known, city)
        for one in libraries.values()
        if told_fields(one) and (known := home(libraries, one.entity))
    ]
    steps = [step for one in told for step in one.steps]
    parts = [one.select for one in told]
    parts += [
        _impossible(library, one) for library in libraries.values() for one in library.impossible
    ]
    nothing = ", ".join(f"CAST(NULL AS {_type(c)}) AS {sqltext.name(c)}" for c in _COLUMNS)
    return Model(
        name=FINDINGS,
        title="数据问题发现",
        title_en="Findings",
        description="各库中的分歧与不可能之事，送数源部门核对。",
        description_en="What disagrees or cannot be, for the departments to check.",
        sql=_sentences(steps, parts, libraries, city) if parts else f"SELECT {nothing} WHERE false",
        grain=("finding_id",),
        columns=_COLUMNS,
        expectations=(
            Expectation(
                name="grain",
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


def _impossible(library: Library, one: Impossible) -> str:
    part = "CAST(part AS VARCHAR)" if "part" in outputs(one.sql) else "''"
    return (
        f"SELECT {sqltext.text(one.name)} AS kind, {sqltext.text(one.title)} AS title, "
        f"{sqltext.text(one.title_en or one.title)} AS title_en, "
        f"{sqltext.text(library.name)} AS library, entity_id, field, table_name, "
        '"_row", CAST(said AS VARCHAR) AS said, CAST(believed AS VARCHAR) AS believed, '
        f"'' AS kept_table, '' AS voters, '' AS voters_en, {_filled(one.sentence)} AS sentence, "
        f"{_filled(one.sentence_en)} AS sentence_en, CAST(NULL AS TIMESTAMP) AS seen_at, "
        f"{part} AS part FROM ({one.sql}) "
        "QUALIFY row_number() OVER (PARTITION BY entity_id, field, table_name, part "
        'ORDER BY "_row", said) = 1'
    )


def _sentences(
    steps: list[str], parts: list[str], libraries: Mapping[str, Library], city: City
) -> str:
    """All findings, each with its department and its sentence."""
    union = "\nUNION ALL\n".join(parts)
    tables, names = _tables(city), (_fields(libraries), _codes(libraries, city))
    with_ = ",\n".join((tables, *steps, f"told AS ({union})", *names))
    zh = (
        "o.title || '的' || f.title || '为“' || coalesce(s.title, g.said) || '”，' || "
        "CASE WHEN g.voters <> '' THEN g.voters || '都为“' "
        "ELSE k.department_title || '的' || k.title || '为“' END || "
        "coalesce(b.title, g.believed) || '”，请' || o.department_title || '核对。'"
    )
    en = (
        "o.title_en || ': ' || f.title_en || ' is “' || coalesce(s.title_en, g.said) || '”; ' || "
        "CASE WHEN g.voters_en <> '' THEN g.voters_en || ' all say “' "
        "ELSE k.title_en || ' says “' END || coalesce(b.title_en, g.believed) || "
        "'”. Please check: ' || o.department_title_en || '.'"
    )
    title, title_en = (
        f"CASE g.kind WHEN '{OUTVOTED}' THEN '{most}' ELSE '{one}' END"
        for most, one in (("与多数部门不一致", "不一致"), (" differs from most", " disagrees"))
    )
    return (
        f"WITH {with_}\n"
        "SELECT substr(md5(concat_ws('|', g.kind, g.library, g.field, g.entity_id, g.table_name, "
        "g.part)), 1, 16) AS finding_id, g.kind, "
        f"coalesce(nullif(g.title, ''), f.title || {title}) AS title, "
        f"coalesce(nullif(g.title_en, ''), f.title_en || {title_en}) AS title_en, g.library, "
        'g.entity_id, g.field, o.department, g.table_name, g."_row", g.said, g.believed, '
        f"coalesce(g.sentence, {zh}) AS sentence, coalesce(g.sentence_en, {en}) AS sentence_en, "
        "g.seen_at\nFROM told AS g\n"
        "LEFT JOIN known_tables AS o ON o.table_name = g.table_name\n"
        "LEFT JOIN known_tables AS k ON k.table_name = g.kept_table\n"
        "LEFT JOIN fields AS f ON f.library = g.library AND f.field = g.field\n"
        "LEFT JOIN codes AS s ON s.library = g.library AND s.field = g.field AND s.code = g.said\n"
        "LEFT JOIN codes AS b ON b.library = g.library AND b.field = g.field "
        "AND b.code = g.believed"
    )


def _tables(city: City) -> str:
    """What the tables are called, and whose they are."""
    rows = [
        (
            name,
            table_title(city, name),
            table_title(city, name, english=True),
            department(city, name),
            department_title(city, name),
            department_title(city, name, english=True),
        )
        for name in city.contracts
    ]
    names = "table_name, title, title_en, department, department_title, department_title_en"
    return _values("known_tables", names, rows)


def _fields(libraries: Mapping[str, Library]) -> str:
    rows = [
        (library.name, f.name, f.title, f.title_en or f.name)
        for library in libraries.values()
        for f in told_fields(library)
    ]
    return _values("fields", "library, field, title, title_en", rows)


def _codes(libraries: Mapping[str, Library], city: City) -> str:
    """Codes by their titles, as a reader knows them."""
    rows = [
        (library.name, f.name, code, *told)
        for library in libraries.values()
        for f in told_fields(library)
        for code, told in titles(city, f).items()
    ]
    return _values("codes", "library, field, code, title, title_en", rows)


def _values(name: str, columns: str, rows: Sequence[tuple[str, ...]]) -> str:
    """A table of texts within the statement."""
    count = columns.count(",") + 1
    told: Sequence[tuple[str, ...]] = rows or [("",) * count]
    values = ", ".join(f"({', '.join(map(sqltext.text, row))})" for row in told)
    return f"{name} AS (SELECT * FROM (VALUES {values}) AS v({columns}))"


def _filled(sentence: str) -> str:
    """A sentence with its two values in place."""
    inner = f"replace({sqltext.text(sentence)}, '{{said}}', coalesce(CAST(said AS VARCHAR), '—'))"
    return f"replace({inner}, '{{believed}}', coalesce(CAST(believed AS VARCHAR), '—'))"
