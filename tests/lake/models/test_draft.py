"""A query set in order, and a model's file made of it that the city's check accepts."""

from pathlib import Path

import pytest
import sqlglot

from citybrain.base.errors import CityError
from citybrain.base.wording import both
from citybrain.city import check
from citybrain.city.kinds import BASE_KINDS
from citybrain.lake.models.draft import formatted, model_file
from citybrain.lake.models.kind import MODEL
from tests.lake.models.small import a_model, write_city

ASKED = """-- how many live where
select township, count(*) as people, a // 2 as half
from lib.population p where county = '宣州区' and birth_date >= DATE '1980-01-01' /* 成年 */
group by all"""


def test_a_formatted_query_is_the_same_with_its_comments_and_stays_so() -> None:
    text = formatted(ASKED)
    assert sqlglot.parse_one(text, read="duckdb") == sqlglot.parse_one(ASKED, read="duckdb")
    assert "how many live where" in text
    assert "成年" in text
    assert text.count("\n") > ASKED.count("\n")
    assert formatted(text) == text


@pytest.mark.parametrize(
    "sql", ["select 1; select 2", "select * frm x where", "select 'a", "drop table x"]
)
def test_what_is_no_select_is_refused_in_both_languages(sql: str) -> None:
    for make in (formatted, lambda sql: model_file(sql, title="x", owner="x", titles={})):
        with pytest.raises(CityError) as refused:
            make(sql)
        assert "没有改动" in str(refused.value)
        assert "left as it is" in refused.value.in_english()


def test_the_drafted_file_is_a_model_that_the_citys_check_accepts(tmp_path: Path) -> None:
    sql = "SELECT name, count(*) AS people FROM lib.people GROUP BY name;"
    drafted = model_file(
        sql,
        title="各姓名人数 */ DROP",
        owner="police",
        titles={"name": both("姓名", "Name"), "phone": both("电话")},
    )
    people = a_model("SELECT person_id, name FROM household.persons", owner="police")
    write_city(tmp_path, {"lib.people": people, "ads.drafted": drafted})
    found = check(tmp_path, kinds=(*BASE_KINDS, MODEL))
    assert [one for one in found if one.file.startswith("models/ads")] == []
    head, _end, text = drafted.partition("*/\n")
    assert "grain:\n- name" in head
    assert "title_en: Name" in head
    assert "phone" not in head
    assert text == f"{sql.rstrip(';')}\n"
