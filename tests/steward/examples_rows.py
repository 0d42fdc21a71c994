"""Examples of libraries whose rows are no people or companies: lists, and one row."""

from citybrain.engines.catalogue.service import SeenPage
from citybrain.engines.libraries import service as libraries
from tests.steward import examples as x

_MONTHS = [f"2020-{month:02}" for month in range(1, 13)]


def score(*, total: int | None = None, long: bool = False) -> libraries.ScoreView:
    spread = tuple((low, 3 * low) for low in range(0, 100, 10))
    rules = (
        ("home", "有住宅产权", 8, "homes > 0", 8),
        ("debt", "抵押多于住宅", -6, "mortgages > homes", 0),
    )
    return libraries.ScoreView(
        base=60,
        lowest=0,
        highest=100,
        total=total,
        spread=() if total is not None else spread,
        rules=tuple(
            libraries.ScoreLine(
                name=name,
                title=x.text(title, long=long),
                points=points,
                when=when,
                given=given if total is not None else None,
            )
            for name, title, points, when, given in rules
        ),
    )


def series(*, long: bool = False) -> libraries.SeriesView:
    points = (
        libraries.SeriesPoint(
            period=month, value=n / 3, shown=f"{n / 3:.4f}", growth="5.2", id=f"m{n}"
        )
        for n, month in enumerate(_MONTHS)
    )
    return libraries.SeriesView(
        title=x.text("一般公共预算收入", long=long),
        of=((x.text("地区"), x.text("宣城市", long=long)),),
        unit="亿元",
        caliber="当月",
        source="统计月报",
        points=tuple(points),
    )


def rows(*, long: bool = False, empty: bool = False, drawn: bool = False) -> libraries.RowsView:
    names = ("kind", "number", "people", "late")
    columns = tuple(
        libraries.RowColumn(
            name=name,
            title=x.text(name, long=long),
            level=3 if name == "number" else 1,
            number=name == "people",
            open=name != "number",
        )
        for name in names
    )
    cells = tuple(
        libraries.RowCell(
            name=name,
            value="***" if name == "number" else "12",
            meaning=x.text("热线诉求" if name == "kind" else "", long=long and name == "kind"),
            masked=name == "number",
        )
        for name in names
    )
    line = [
        libraries.LibraryLine(
            id=f"r{n}", heading=x.text(f"水阳镇 · {n} 村", long=long), cells=cells, score=70 + n
        )
        for n in range(0 if empty else 25)
    ]
    return libraries.RowsView(
        library="credit_village",
        library_title=x.text("信用村主题库", long=long),
        description=x.text("每村一行。", long=long),
        table="theme.credit_village",
        owner_title=x.text("市地方金融监督管理局", long=long),
        file="libraries/credit_village.yml",
        built_at=x.NOW,
        whole=238,
        query="村",
        where=(("kind", x.text("种类"), "ticket", x.text("热线诉求", long=long)),),
        order="people",
        descending=True,
        offset=25,
        limit=25,
        total=0 if empty else 120,
        columns=columns,
        rows=tuple(line),
        facets=(
            libraries.Facet(
                name="kind",
                title=x.text("种类", long=long),
                chosen="ticket",
                values=(
                    ("ticket", x.text("热线诉求", long=long), 120),
                    ("other", x.text("别的"), 3),
                ),
            ),
        ),
        score=None if drawn else score(long=long),
        series=(series(long=long), series()) if drawn else (),
        sources=(
            libraries.SourceTable(
                table="statistics.monthly",
                title=x.text("月度主要指标", long=long),
                department_title=x.text("市统计局", long=long),
            ),
        ),
        entry="e1",
    )


def row(*, long: bool = False, revealed: bool = False) -> libraries.RowView:
    place = libraries.SourceRow(
        table="statistics.monthly",
        table_title=x.text("月度主要指标", long=long),
        department="statistics",
        department_title=x.text("市统计局", long=long),
        ref="statistics.monthly/1",
        at=x.NOW,
    )
    field = libraries.GoldenField(
        name="value",
        title=x.text("数值", long=long),
        level=3,
        value="***",
        code_title=x.text(""),
        masked=not revealed,
        source=place,
        lost=(),
    )
    nobody = libraries.GoldenField(
        name="village",
        title=x.text("村"),
        level=1,
        value=None,
        code_title=x.text(""),
        masked=False,
        source=None,
        lost=(),
    )
    record = libraries.RecordView(
        thing="credit_village:r1",
        library="credit_village",
        library_title=x.text("信用村主题库"),
        table="theme.credit_village",
        entity="none",
        id="m11",
        heading="水阳镇",
        born=None,
        believed_at=x.NOW,
        as_of=None,
        records=1,
        departments=1,
        disagreements=0,
        fields=(field, nobody),
        events=(),
        mentions=(),
        sources=(
            libraries.SourceView(
                source=place,
                roles=(),
                fields=(
                    libraries.SourceField(
                        name="v", title=x.text("数值", long=long), value="1", masked=False
                    ),
                ),
            ),
        ),
        findings=(),
        changes=(),
        overrides=(),
        ids=(),
        seen=SeenPage(rows=x.seen(long=long), total=120, offset=0, limit=8),
        now=x.NOW,
        revealed=revealed,
        purpose="核对信用评分的依据" if revealed else "",
        entry="e1",
        may_reveal=True,
        may_override=False,
    )
    return libraries.RowView(
        record=record,
        heading=x.text("水阳镇 · 东湖村", long=long),
        score=score(total=68, long=long),
        series=series(long=long),
        related=(
            libraries.Related(
                library="credit_household",
                library_title=x.text("农户信用档案", long=long),
                id="",
                where=(("village", "东湖村"),),
                rows=12,
            ),
        ),
    )
