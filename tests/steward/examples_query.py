"""The SQL workbench with a query in the editor, answered by nothing or by a fault in it."""

from collections.abc import Mapping
from typing import Any

from citybrain.engines.libraries import service as libraries
from citybrain.engines.libraries import views_query as v
from citybrain.interfaces.steward.highlighting import for_typing, lines
from citybrain.interfaces.steward.templatetags.steward import layer_word
from tests.steward.examples import NOW, text

SQL = """-- 各县市区的婚姻登记：一行一个
SELECT county, count(*) AS n, 'it''s 中文' AS note, "引用 名" // 2 AS half /* across
  lines */
FROM civil.marriages

WHERE registered_on >= DATE '2021-01-01' AND office LIKE '3418%' AND length(office) > 1_0.5 OR 1a
GROUP BY ALL"""


def workbench(*, fault: bool = False, long: bool = False) -> Mapping[str, Any]:
    """What the page is given."""
    columns = tuple(
        v.ColumnHint(name=name, title=text("登记日期", long=long), type="date", level=level)
        for level, name in enumerate(("office", "county", "registered_on"), 1)
    )
    hint = v.TableHint(
        table="civil.marriages", layer="ods", title=text("婚姻登记", long=long), columns=columns
    )
    past = v.PastRow(
        number=1, at=NOW, sql=SQL, seconds=0.2, rows=7, revealed=False, state="done", error=""
    )
    saved = v.SavedRow(id="q1", title="各县市区的婚姻登记", sql=SQL, at=NOW)
    view = libraries.WorkbenchView(
        past=(past,), saved=(saved,), tables=(hint,), may_read=True, may_reveal=True,
        may_export=True, most_shown=500, most_exported=100_000,
    )  # fmt: skip
    spot = v.Spot(line=6, column=7, length=13)
    why = v.QueryFault(what=text("没有这一列"), why=text("表中没有"), do=text("请改"), spot=spot)
    parts, words = for_typing()
    return {
        "view": view,
        "sql": SQL,
        "parts": parts,
        "words": words,
        "rows_high": 10,
        "layers": [("ods", layer_word("ods"), [hint])],
        "tables_hash": "0",
        "named": {"civil.marriages"},
        "named_layers": {"ods"},
        "levels": (1, 2, 3, 4),
        "answer": v.Answer(sql=SQL, fault=why) if fault else None,
        "fault_lines": lines(SQL, marks={spot.line}) if fault else (),
    }
