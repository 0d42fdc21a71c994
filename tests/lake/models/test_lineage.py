"""Which source columns each column comes from, how, and how it is protected therefore."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citybrain.lake.mask import Class
from citybrain.lake.models.inherit import inherited
from citybrain.lake.models.lineage import Lineage, lineage, lineage_from
from tests.lake.making import duck

TABLES = {
    "lib.people": ["person_id", "name", "sex", "born", "county"],
    "ods.civil.marriages": ["id", "person_id", "name", "office"],
}
CLASSES = {
    "lib.people": {
        "person_id": Class(level=2), "name": Class(level=3, masking="name"),
        "sex": Class(level=3), "born": Class(level=3, masking="birth_date"),
        "county": Class(level=1),
    },
    "ods.civil.marriages": {
        "id": Class(level=1), "person_id": Class(level=2),
        "name": Class(level=4, masking="text"), "office": Class(level=1),
    },
}  # fmt: skip


def _told(sql: str, *outputs: str) -> Lineage:
    return lineage(sql, TABLES, outputs)


def _sources(sql: str, output: str = "x") -> list[tuple[str, str, str]]:
    found = _told(sql, output)
    assert found.known
    short = {"lib.people": "p", "ods.civil.marriages": "m"}
    return [(f"{short[s.table]}.{s.column}", s.kind, s.how) for s in found.columns[output]]


@pytest.mark.parametrize(
    ("sql", "sources"),
    [
        ("SELECT name AS x FROM lib.people", [("p.name", "direct", "")]),
        ("SELECT p.name AS x FROM lib.people AS p", [("p.name", "direct", "")]),
        ("SELECT lib.people.name AS x FROM lib.people", [("p.name", "direct", "")]),
        ("SELECT people.name AS x FROM lib.people", [("p.name", "direct", "")]),
        ("SELECT NAME AS x FROM LIB.People", [("p.name", "direct", "")]),
        ("SELECT upper(name) AS x FROM lib.people", [("p.name", "transform", "")]),
        ("SELECT name || sex AS x FROM lib.people", [("p.name", "transform", ""),
                                                     ("p.sex", "transform", "")]),
        ("SELECT x FROM (SELECT name AS x FROM lib.people)", [("p.name", "direct", "")]),
        ("WITH a AS (SELECT name AS y FROM lib.people) SELECT y AS x FROM a",
         [("p.name", "direct", "")]),
        ("WITH a(x) AS (SELECT name FROM lib.people) SELECT x FROM a", [("p.name", "direct", "")]),
        ("SELECT name AS x FROM lib.people UNION ALL SELECT office FROM civil.marriages",
         [("p.name", "direct", ""), ("m.office", "direct", "")]),
        ("SELECT CASE WHEN sex = '1' THEN name END AS x FROM lib.people",
         [("p.name", "transform", ""), ("p.sex", "condition", "case")]),
        ("SELECT count(name) AS x FROM lib.people", [("p.name", "condition", "count")]),
        ("SELECT count(*) AS x FROM lib.people", []),
        ("SELECT sum(person_id) AS x FROM lib.people", [("p.person_id", "transform", "statistic")]),
        ("SELECT max(born) AS x FROM lib.people", [("p.born", "transform", "")]),
        ("SELECT row_number() OVER (PARTITION BY sex ORDER BY born) AS x FROM lib.people",
         [("p.born", "condition", "window"), ("p.sex", "condition", "window")]),
        ("SELECT (SELECT max(office) FROM civil.marriages) AS x FROM lib.people",
         [("m.office", "transform", "")]),
        ("SELECT (SELECT max(m.office || p.name) FROM civil.marriages m) AS x FROM lib.people p",
         [("p.name", "transform", ""), ("m.office", "transform", "")]),
        ("WITH RECURSIVE r(x) AS (SELECT name FROM lib.people UNION ALL SELECT x FROM r) "
         "SELECT x FROM r", [("p.name", "direct", "")]),
        ("SELECT 1 AS x", []),
        ("FROM lib.people SELECT name AS x", [("p.name", "direct", "")]),
    ],
)  # fmt: skip
def test_each_way_of_coming_from_a_column(sql: str, sources: list[tuple[str, str, str]]) -> None:
    assert sorted(_sources(sql)) == sorted(sources)


SECRET = "王小明"
LEAKS = [
    "SELECT COLUMNS('name') FROM lib.people",
    "SELECT COLUMNS(*)::VARCHAR FROM lib.people",
    "SELECT coalesce(*COLUMNS('name|sex')) AS x FROM lib.people",
    "SELECT * LIKE '%name' FROM lib.people",
    "SELECT to_json(p) AS x FROM lib.people p",
    "SELECT p::VARCHAR AS x FROM lib.people p",
    "SELECT p AS x FROM lib.people p",
    "SELECT unnest(p) FROM lib.people p",
    "SELECT p['name'] AS x FROM lib.people p",
    "SELECT struct_extract(p, 'name') AS x FROM lib.people p",
    "SELECT first(p).name AS x FROM lib.people p",
    "SELECT row(*COLUMNS(*)) AS x FROM lib.people p",
    "SELECT p.name.upper() AS x FROM lib.people p",
    "SELECT name.upper() AS x FROM lib.people",
    "SELECT #2 AS x FROM lib.people",
    "SELECT b AS x FROM lib.people AS s(a, b, c, d, e)",
    "SELECT county AS x FROM lib.people AS s(person_id, county, sex, born, name)",
    "WITH c AS (FROM lib.people) SELECT county AS x FROM c AS s(a, county)",
    "SELECT a AS x FROM (VALUES ((SELECT max(name) FROM lib.people))) t(a)",
    "SELECT x FROM (SELECT unnest(list(p)) AS x FROM lib.people p)",
    "SELECT u AS x FROM lib.people p, unnest([p]) AS t(u)",
    "SELECT u AS x FROM lib.people p, LATERAL (SELECT p.name AS u)",
    "SELECT v AS x FROM (UNPIVOT lib.people ON name, sex INTO NAME k VALUE v)",
    "SELECT county AS x FROM (SELECT sex, name FROM lib.people) "
    "PIVOT (first(name) FOR sex IN ('1' AS county))",
    "SELECT 1 AS x, p.name AS x FROM lib.people p",
    "SELECT name_1 AS x FROM (SELECT 1 AS name, p.name FROM lib.people p)",
    "WITH RECURSIVE r(a, b, n) AS (SELECT name, county, 0 FROM lib.people UNION ALL "
    "SELECT b, a, n + 1 FROM r WHERE n < 2) SELECT b AS x FROM r",
    "WITH RECURSIVE r(a, b, n) AS (SELECT name, county, 0 FROM lib.people UNION ALL "
    "SELECT b, a, n + 1 FROM r WHERE n < 2) SELECT a AS y, b AS x FROM r",
    "SELECT x FROM query('SELECT name AS x FROM lib.people')",
    "SELECT x FROM (SELECT name AS y, county AS x FROM lib.people UNION BY NAME "
    "SELECT name AS x FROM lib.people)",
    "(SELECT name AS x FROM lib.people)",
    "(SELECT county AS x FROM lib.people) UNION ALL (SELECT name FROM lib.people)",
    "SELECT (SELECT (VALUES (name))) AS x FROM lib.people",
    "SELECT list_transform([p], lambda r: r.name) AS x FROM lib.people p",
    "SELECT [r.name FOR r IN [p]] AS x FROM lib.people p",
    "SELECT (FROM lib.people SELECT name) AS x",
    "SELECT * REPLACE (name AS county) FROM lib.people",
    "SELECT * RENAME (name AS x) FROM lib.people",
    "SELECT DISTINCT ON (county) name AS x FROM lib.people",
    "SELECT any_value(name) OVER () AS x FROM lib.people",
    "SELECT histogram(name) AS x FROM lib.people",
    "SELECT format('{}', p) AS x FROM lib.people p",
    "SELECT x FROM (TABLE lib.people) AS t(w, x)",
    "SELECT q.x FROM lib.people p POSITIONAL JOIN (SELECT name AS x FROM lib.people) q",
]


@pytest.mark.parametrize("sql", LEAKS)
def test_no_way_of_writing_it_brings_a_value_out_unmasked(sql: str) -> None:
    with duck() as connection:
        connection.execute("CREATE SCHEMA lib")
        connection.execute(
            "CREATE TABLE lib.people AS SELECT 7 AS person_id, $name AS name, '1' AS sex, "
            "'1990-01-01' AS born, '宣州' AS county",
            {"name": SECRET},
        )
        connection.execute(f"CREATE TABLE made AS {sql}")
        made = connection.execute("FROM made")
        columns = [one[0] for one in made.description or ()]
        rows = made.fetchall()
    holding = [n for place, n in enumerate(columns) if any(SECRET in str(r[place]) for r in rows)]
    assert holding
    told = lineage(sql, TABLES, columns)
    for column in holding:
        found = inherited(column, told, CLASSES)
        assert found is None or (found.level >= 3 and found.masking != "none")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 AS x FROM lib.people",
        "SELECT count(*) AS x FROM lib.people",
        "SELECT count(p) AS x FROM lib.people p",
        "SELECT count(*) FILTER (WHERE name = 'a') AS x FROM lib.people",
        "SELECT current_date AS x",
        "SELECT now() AS x",
        "SELECT a AS x FROM (VALUES (1), (2)) t(a)",
        "SELECT a AS x FROM range(10) t(a)",
        "SELECT unnest([1, 2]) AS x",
        "SELECT INTERVAL 1 DAY AS x",
        "SELECT DATE '2026-01-01' AS x",
    ],
)
def test_what_is_made_of_constants_is_shown(sql: str) -> None:
    assert inherited("x", _told(sql, "x"), CLASSES) == Class(level=2)


def test_the_order_of_fallbacks_is_kept() -> None:
    sql = (
        "SELECT coalesce(m.office, p.name, upper(p.county)) AS x "
        "FROM lib.people p LEFT JOIN civil.marriages m USING (person_id)"
    )
    found = {s.column: (s.kind, s.order) for s in _told(sql, "x").columns["x"]}
    assert found == {"office": ("fallback", 1), "name": ("fallback", 2), "county": ("transform", 0)}


def test_conditions_say_which_rows_there_are() -> None:
    found = _told(
        "SELECT p.county AS x, count(*) AS n FROM lib.people p JOIN civil.marriages m "
        "ON p.person_id = m.person_id WHERE p.sex = '1' GROUP BY p.county HAVING max(m.id) > 1",
        "x",
        "n",
    )
    assert {(s.column, s.how) for s in found.conditions} == {
        ("person_id", "join"), ("sex", "filter"), ("county", "group"), ("id", "filter"),
    }  # fmt: skip


def test_stars_are_followed() -> None:
    found = _told("SELECT * EXCLUDE (sex) FROM lib.people", "person_id", "name", "born", "county")
    assert {s.column for sources in found.columns.values() for s in sources} == {
        "person_id", "name", "born", "county",
    }  # fmt: skip


def test_without_names_a_select_has_those_of_its_text() -> None:
    found = lineage("SELECT county AS series, count(*) AS value FROM lib.people", TABLES)
    assert [s.column for s in found.columns["series"]] == ["county"]
    assert found.columns["value"] == ()
    assert not _told("SELECT county AS series, count(*) AS value FROM lib.people", "value").known


def test_lineage_survives_being_written_down() -> None:
    found = _told("SELECT coalesce(name, sex) AS x FROM lib.people WHERE born IS NULL", "x")
    assert lineage_from(found.as_dict()) == found


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    assert isinstance(lineage(text, TABLES, ["x"]), Lineage)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT name AS x FROM lib.people", Class(level=3, masking="name")),
        ("SELECT upper(name) AS x FROM lib.people", Class(level=3, masking="name")),
        ("SELECT name || born AS x FROM lib.people", Class(level=3, masking="text")),
        ("SELECT coalesce(p.name, m.name) AS x FROM lib.people p, civil.marriages m",
         Class(level=4, masking="text")),
        ("SELECT CASE name WHEN '王' THEN 1 ELSE 2 END AS x FROM lib.people",
         Class(level=3, masking="name")),
        ("SELECT count(name) AS x FROM lib.people", Class(level=2)),
        ("SELECT avg(year(born)) AS x FROM lib.people GROUP BY county", Class(level=2)),
        ("SELECT avg(year(born)) AS x FROM lib.people GROUP BY name", Class(level=3)),
        ("SELECT max(name) AS x FROM lib.people", Class(level=3, masking="name")),
        ("SELECT unknown AS x FROM lib.people", None),
        ("SELECT 1 AS x FROM lib.people", Class(level=2)),
    ],
)  # fmt: skip
def test_protection_follows_the_values(sql: str, expected: Class | None) -> None:
    tables = {**TABLES, "lib.people": [*TABLES["lib.people"], "unknown"]}
    assert inherited("x", lineage(sql, tables, ["x"]), CLASSES) == expected


def test_what_cannot_be_read_is_protected_wholly() -> None:
    assert inherited("x", Lineage(known=False), CLASSES) is None


@pytest.mark.parametrize("by", ["GROUP BY ALL", "GROUP BY 1", "GROUP BY name"])
def test_however_it_is_written_a_figure_of_one_person_is_personal(by: str) -> None:
    sql = f"SELECT name AS n, sum(year(born)) AS x FROM lib.people {by}"  # noqa: S608 - a test
    told = _told(sql, "n", "x")
    assert [(s.column, s.how) for s in told.conditions] == [("name", "group")]
    assert inherited("x", told, CLASSES) == Class(level=3)
    whole = _told("SELECT sum(year(born)) AS x FROM lib.people", "x")
    assert inherited("x", whole, CLASSES) == Class(level=2)


@pytest.mark.parametrize(
    "figure",
    [
        "sum(year(born)) OVER (ROWS BETWEEN CURRENT ROW AND CURRENT ROW)",
        "avg(year(born)) FILTER (WHERE sex = '1') OVER (PARTITION BY person_id)",
        "1 + sum(year(born)) OVER w",
    ],
)
def test_a_figure_over_a_window_is_as_personal_as_the_values(figure: str) -> None:
    sql = f"SELECT {figure} AS x FROM lib.people WINDOW w AS (ORDER BY name)"  # noqa: S608 - a test
    assert inherited("x", _told(sql, "x"), CLASSES) == Class(level=3, masking="birth_date")


def test_a_count_over_a_window_is_a_count() -> None:
    told = _told("SELECT count(name) OVER (PARTITION BY county) AS x FROM lib.people", "x")
    assert inherited("x", told, CLASSES) == Class(level=2)


@pytest.mark.parametrize(
    ("identifies", "table", "level"),
    [("", "p", 2), ("person", "p", 3), ("row", "p", 3), ("person", "m", 3), ("row", "m", 2)],
)
def test_a_figure_by_what_names_one_person_or_row_is_personal(
    identifies: str, table: str, level: int
) -> None:
    key = Class(level=2, identifies=identifies)
    classes = {name: {**columns, "person_id": key} for name, columns in CLASSES.items()}
    told = _told(
        f"SELECT sum(year(p.born)) AS x FROM lib.people p JOIN civil.marriages m "  # noqa: S608 - a test
        f"ON p.county = m.office GROUP BY {table}.person_id",
        "x",
    )
    assert inherited("x", told, classes).level == level
