"""The workbench: one SELECT, masked and bounded; all else refused; each reader's own history."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from citybrain.engines.libraries import querying
from citybrain.engines.libraries.models import PastQuery, SavedQuery
from tests.engines.libraries.oracle import NUMBER, Person, done, lake, record, view
from tests.steward.conftest import Site

pytestmark = pytest.mark.long
ASK = "SELECT person_id, name, id_number FROM lib.population ORDER BY person_id"
ONE = "SELECT p.name, p.id_number FROM lib.population p WHERE p.person_id = '@' LIMIT 1"
NUMBERED = "SELECT count(*) AS n FROM lib.population WHERE id_number = '@'"
WHY = "核对人口库抽样"
HOSTILE = (
    "INSERT INTO lib.population SELECT * FROM lib.population",
    "DELETE FROM lib.population",
    "DROP TABLE lib.population",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "ATTACH '/tmp/x.db' AS x",
    "COPY (SELECT 1) TO '/tmp/stolen.csv'",
    "PRAGMA database_list",
    "SELECT 1; SELECT 2",
    "SET memory_limit = '100GB'",
    "SELECT getenv('HOME')",
    "SELECT * FROM information_schema.tables",
)


def post(site: Site, what: str, who: str = "engineer", **form: str) -> Any:
    return site.client(who).post(f"/steward/sql/{what}", form)


def exported(site: Site, sql: str, who: str = "engineer", fmt: str = "csv") -> Any:
    return post(site, "export", who, sql=sql, format=fmt)


def rows_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_a_select_runs_is_masked_and_is_one_entry_about_each_table(
    site: Site, person: Person
) -> None:
    joined = "lib.population p JOIN lib.person_links l ON l.entity_id = p.person_id"
    answer = post(site, "run", sql=ONE.replace("lib.population p", joined).replace("@", person.id))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert f"{person.name[0]}**" in text
    assert person.name not in text
    assert NUMBER.findall(text) == []
    for table in ("lib.population", "lib.person_links"):
        (entry,) = done(f"table:{table}", "lake.read")
        assert (entry.masked, entry.count) == (True, 1)


def test_a_condition_on_a_masked_column_sees_the_mask_only(site: Site, person: Person) -> None:
    (row,) = rows_of(exported(site, NUMBERED.replace("@", person.number)))
    assert row["n"] == "0"
    masked = f"{person.number[:6]}********{person.number[-4:]}"
    (row,) = rows_of(exported(site, NUMBERED.replace("@", masked)))
    assert int(row["n"]) >= 1


def test_who_compares_masks_is_told_and_a_type_error_leads_to_the_values(site: Site) -> None:
    counted = post(site, "run", sql="SELECT count(DISTINCT id_number) AS n FROM lib.population")
    assert "lib.population.id_number (aggregate)" in counted.content.decode()
    plain = post(site, "run", sql="SELECT count(*) AS n FROM lib.population")
    assert "掩码" not in plain.content.decode()
    born = "SELECT count(*) AS n FROM lib.population WHERE birth_date < DATE '1980-01-01'"
    refused = post(site, "run", sql=born)
    assert refused.status_code == 422
    text = refused.content.decode()
    assert "这些列已脱敏" in text
    assert "lib.population.birth_date (WHERE)" in text
    assert 'name="purpose"' in text
    shown = post(site, "reveal", sql=born, purpose=WHY)
    assert shown.status_code == 200
    assert "掩码" not in shown.content.decode()


@pytest.mark.parametrize("sql", HOSTILE)
def test_what_is_not_one_harmless_select_is_refused_in_a_sentence(site: Site, sql: str) -> None:
    answer = post(site, "run", sql=sql)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="fault" role="alert"' in text
    assert "root:" not in text
    assert not Path("/tmp/stolen.csv").exists()  # noqa: S108
    assert exported(site, sql).status_code == 422
    assert done("table:", "lake.read", "lake.export") == []
    assert PastQuery.objects.filter(error="").count() == 0


def test_a_slip_is_shown_with_its_place_and_a_remedy(site: Site) -> None:
    answer = post(site, "run", sql="SELECT nam\nFROM lib.population")
    text = answer.content.decode()
    assert "没有名为“nam”的列" in text
    assert "第 1 行第 8 个字" in text
    assert "您是不是要" in text
    text = post(site, "run", sql="SELECT 1 FROM lib.populatoin").content.decode()
    assert "lib.populatoin" in text
    assert post(site, "run", sql="").status_code == 422
    assert "20,000" in post(site, "run", sql="SELECT 1" + " " * 10 + "-" * 20_001).content.decode()


def test_the_page_shows_two_hundred_rows_and_says_that_there_are_more(site: Site) -> None:
    text = post(site, "run", sql="SELECT range AS n FROM range(1000)").content.decode()
    assert "还有更多，只显示前 200 行" in text
    assert text.count('<td class="r num dim">') == querying.MOST_SHOWN


def test_unmasking_needs_a_purpose_and_is_recorded_with_it(site: Site, person: Person) -> None:
    sql = ONE.replace("@", person.id)
    refused = post(site, "reveal", sql=sql, purpose="")
    assert refused.status_code == 422
    assert person.number not in refused.content.decode()
    assert done("table:lib.population", "lake.reveal") == []
    shown = post(site, "reveal", sql=sql, purpose=WHY)
    assert person.number in shown.content.decode()
    (entry,) = done("table:lib.population", "lake.reveal")
    assert (entry.purpose, entry.masked, entry.count) == (WHY, False, 1)
    assert post(site, "reveal", "auditor", sql=sql, purpose=WHY).status_code == 403


def test_an_export_is_masked_marked_and_recorded_as_taken_away(site: Site, home: Path) -> None:
    answer = exported(site, ASK)
    rows = rows_of(answer)
    (held,) = lake(home, "SELECT count(*) AS n FROM {lib.population}")
    assert len(rows) == held["n"]
    assert NUMBER.findall(answer.content.decode("utf-8-sig")) == []
    assert {row["rehearsal"] for row in rows} == {"演练"}
    (entry,) = done("table:lib.population", "lake.export")
    assert (entry.count, entry.masked) == (held["n"], True)
    assert exported(site, ASK, fmt="xlsx").content[:2] == b"PK"
    assert exported(site, ASK, fmt="exe").status_code == 422


def test_an_export_is_bounded_and_its_last_row_says_so(site: Site) -> None:
    rows = rows_of(exported(site, "SELECT range AS n FROM range(6000)"))
    assert len(rows) == querying.MOST_EXPORTED + 1
    assert "只有前 5,000 行" in rows[-1]["n"]


def test_a_value_that_a_spreadsheet_would_run_is_taken_away_as_text(site: Site) -> None:
    (row,) = rows_of(exported(site, "SELECT '=1+1' AS a, '@x' AS b"))
    assert (row["a"], row["b"]) == ("'=1+1", "'@x")


@pytest.mark.parametrize("username", ["civil", "police", "operator", "leader"])
def test_who_may_not_read_the_whole_lake_does_not_ask_it(site: Site, username: str) -> None:
    client = site.client(username)
    assert client.get("/steward/sql").status_code == 403
    assert client.get("/steward/sql/tables.json").status_code == 403
    for what in ("run", "save", "export", "reveal"):
        answer = post(site, what, username, sql=ASK, purpose=WHY, title="t", format="csv")
        assert answer.status_code == 403, what
        assert "**" not in answer.content.decode().partition("<main")[2]
    assert not SavedQuery.objects.exists()
    assert done("table:", "lake.read", "lake.reveal", "lake.export") == []


def test_an_auditor_asks_but_takes_nothing_away(site: Site) -> None:
    assert post(site, "run", "auditor", sql=ASK).status_code == 200
    assert exported(site, ASK, "auditor").status_code == 403
    assert "/steward/sql/export" not in site.client("auditor").get("/steward/sql").content.decode()


def test_a_kept_query_has_an_address_that_only_its_owner_opens(site: Site) -> None:
    kept = post(site, "save", sql=ASK, title="全部人口")
    assert kept.status_code == 302
    page = site.client().get(kept["Location"]).content.decode()
    assert "全部人口" in page
    assert "ORDER BY person_id</textarea>" in page
    assert record("table:lib.population") == []  # it runs when its reader says so
    stranger = site.client("auditor").get(kept["Location"])
    assert stranger.status_code == 404
    assert "没有这条查询" in stranger.content.decode()
    assert "全部人口" not in site.client("auditor").get("/steward/sql").content.decode()
    assert post(site, "save", sql="", title="空").status_code == 422
    assert SavedQuery.objects.count() == 1


def test_past_queries_are_the_readers_own(site: Site) -> None:
    post(site, "run", sql=ASK)
    post(site, "run", sql="SELECT 1; SELECT 2")
    mine = view(site, "/steward/sql/history.json")
    assert [(row["state"], row["rows"] is None) for row in mine] == [
        ("failed", True),
        ("done", False),
    ]
    assert mine[1]["sql"] == ASK
    assert view(site, "/steward/sql/history.json", "auditor") == []
    number = str(mine[1]["number"])
    assert ASK in site.client().get("/steward/sql", {"past": number}).content.decode()
    other = site.client("auditor").get("/steward/sql", {"past": number})
    assert other.status_code == 404
    assert ASK not in other.content.decode()


def test_completion_offers_tables_and_columns_with_their_levels(site: Site) -> None:
    tables = {row["table"]: row for row in view(site, "/steward/sql/tables.json")}
    assert {"lib.population", "civil.marriages", "ads.age_structure"} <= tables.keys()
    columns = {c["name"]: c["level"] for c in tables["lib.population"]["columns"]}
    assert columns["id_number"] == 4
    assert columns["person_id"] <= 2


def test_an_answer_is_drawn_as_the_reader_chose(site: Site) -> None:
    sql = "SELECT county, sum(people) AS n FROM ads.age_structure GROUP BY county ORDER BY county"
    text = post(site, "run", sql=sql, chart_by="county", chart_of="n").content.decode()
    assert '<svg class="bch"' in text
    assert post(site, "run", sql=sql, chart_by="nothing", chart_of="<b>").status_code == 200
