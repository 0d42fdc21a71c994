"""The lineage of a library's field, with what decides it, in states a small city seldom reaches."""

from dataclasses import replace

from citybrain.engines.libraries import views_lineage as v
from citybrain.engines.libraries.wiring import both
from tests.steward.examples import LONG, text

SOURCES = (
    ("household.persons", "birth_date", "", 2_741_306),
    ("medical.enrolled", "", "CASE WHEN birth_year IS NULL THEN NULL ELSE birth_date END", 38_114),
    ("household.persons", "birth_date", "", None),
    ("students.students", "birth_date", "status = '01'", 87),
)
RECORDS = 2_781_800


def source(rank: int, *, counted: bool, long: bool) -> v.DecidingSource:
    table, column, sql, records = SOURCES[rank - 1]
    held = records if counted else None
    return v.DecidingSource(
        rank=rank,
        choice=both("首选来源", "first choice") if rank == 1 else both("备选来源", "fallback"),
        department="d",
        department_title=text("市公安局", long=long),
        table=table,
        table_title=text("户籍人口", long=long),
        role=text("户籍人口", long=long),
        value=LONG if long else column or sql,
        column="" if long else column,
        where=sql if rank == len(SOURCES) else "",
        how=(both("与前者不同不算分歧", "may differ from those before it"),) if rank == 2 else (),
        records=held,
        share=None if held is None else held / RECORDS,
        counted_with=1 if rank == 3 else 0,
        counts_too=(3,) if rank == 1 else (),
    )


def lineage(*, counted: bool = True, long: bool = False) -> v.LineageView:
    """A field of four sources, two of them rows of one table."""
    sources = tuple(source(n, counted=counted, long=long) for n in range(1, len(SOURCES) + 1))
    deciding = v.Deciding(
        kind="sources",
        library="population",
        file="libraries/population.yml",
        valid="value >= DATE '1900-01-01'",
        sources=sources,
        values=(),
        select="",
        rules=(),
        bounds=(0, 0, 0),
        records=RECORDS if counted else None,
        empty=2_293 if counted else None,
        empty_share=2_293 / RECORDS if counted else None,
        uncounted=both("") if counted else both("还没有构建出这个字段", "no build has made it yet"),
    )
    return v.LineageView(
        table="lib.population",
        column="birth_date",
        title=text("出生日期", long=long),
        level=3,
        columns=(v.LineageColumn(name="birth_date", title=text("出生日期"), side="me"),),
        tables=(),
        steps=(),
        upstream=(),
        downstream=(),
        deciding=deciding,
    )


def score() -> v.LineageView:
    """A score, which rules make."""
    found = lineage()
    assert found.deciding is not None
    rules = (
        v.DecidingRule(title=text("有住宅产权"), points=8, when="homes > 0"),
        v.DecidingRule(title=text("交通违法未处理"), points=-5, when="open_violations > 0"),
    )
    made = replace(
        found.deciding, kind="score", sources=(), valid="", rules=rules, bounds=(60, 0, 100)
    )
    return replace(found, table="theme.credit_household", column="score", deciding=made)


def selected() -> v.LineageView:
    """A field of a library that is one SELECT."""
    found = lineage()
    assert found.deciding is not None
    made = replace(
        found.deciding, kind="select", sources=(), valid="", values=("upper(t.kind)", "NULL"),
        select="SELECT upper(t.kind) AS kind\nFROM dwd.hotline.tickets AS t",
    )  # fmt: skip
    return replace(found, table="lib.event", column="kind", deciding=made)
