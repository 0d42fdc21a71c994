"""A model whose new rows break its expectation: not published, shown masked, and mended."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from citybrain import city
from citybrain.base.clock import SystemClock
from citybrain.config.kinds import KINDS
from tests.engines.libraries.oracle import NUMBER, done, lake, somebody, view
from tests.steward.conftest import FOLDER, Site

pytestmark = pytest.mark.long
NAME = "ads.spouses"
TEXT = """/*
title: 有配偶的人
grain: [person_id]
owner: civil_affairs
expectations:
  nobody_married:
    title: 没有人有配偶
    sql: SELECT id_number AS person_id, name, id_number FROM ads.spouses WHERE married{}
*/
SELECT person_id, name, id_number, spouse_id_number IS NOT NULL AS married
FROM lib.population
"""
TEST = """tests:
  married:
    title: 有配偶即已婚
    given:
      lib.population:
        - {person_id: p1, spouse_id_number: s1}
    expect:
      - {person_id: p1, married: "true"}
"""
READER = """/*
title: 有配偶的人数
grain: []
owner: civil_affairs
*/
SELECT count(*) AS people FROM ads.spouses
"""


@pytest.fixture
def home(tmp_path: Path, filled: Path) -> Path:
    """A home of one's own, whose city gets two more models."""
    copy = tmp_path / "home"
    shutil.copytree(filled, copy)
    return copy


def write(site: Site, tmp_path: Path, condition: str) -> None:
    """Apply the city with the model; with a condition added to what must not be."""
    folder = tmp_path / "city"
    if not folder.exists():
        shutil.copytree(FOLDER, folder)
    models = folder / "models" / "ads"
    (models / "spouses.sql").write_text(TEXT.format(condition), encoding="utf-8")
    (folder / "tests").mkdir(exist_ok=True)
    (folder / "tests" / f"{NAME}.yml").write_text(TEST, encoding="utf-8")
    (models / "spouses_counted.sql").write_text(READER, encoding="utf-8")
    city.apply(folder, site.home, clock=SystemClock(), kinds=KINDS)


def built(site: Site, *names: str) -> Any:
    sent = site.client().post("/steward/models/build", {"model": list(names)})
    assert sent.status_code == 302, sent.content.decode()
    site.work()
    return site.client().get(sent["Location"]).content.decode()


def state(site: Site, name: str) -> str:
    rows = view(site, "/steward/models.json")["rows"]
    return str(next(row["state"] for row in rows if row["name"] == name))


def test_refused_shown_masked_to_readers_alone_and_mended(site: Site, tmp_path: Path) -> None:
    write(site, tmp_path, "")
    told = view(site, "/steward/models.json")
    assert {step["model"]: step["action"] for step in told["plan"]["steps"]} == {
        NAME: "added",
        "ads.spouses_counted": "added",
    }
    page = built(site, NAME)
    assert NAME in page
    assert state(site, NAME) == "refused"
    assert state(site, "ads.spouses_counted") in {"blocked", "never"}
    assert not any("spouses" in table for table in _tables(site.home))

    person = somebody(site.home)
    (row,) = lake(
        site.home,
        "SELECT count(*) AS n FROM {lib.population} WHERE spouse_id_number IS NOT NULL",
    )
    shown = view(site, f"/steward/models/{NAME}.json")
    (broken,) = [one for one in shown["expectations"] if one["name"] == "nobody_married"]
    assert broken["broken"] == row["n"]
    assert broken["sample"]["columns"] == ["person_id", "name", "id_number"]
    names = {cells[1] for cells in broken["sample"]["rows"]}
    assert all(name.endswith("*") for name in names)
    # A number stays masked under the name of a column that is shown.
    assert all("*" in cells[0] for cells in broken["sample"]["rows"])
    assert NUMBER.findall(str(shown)) == []
    assert person.name not in str(shown)
    assert len(broken["sample"]["rows"]) == min(20, row["n"])
    assert broken["sample"]["kept"] == row["n"]
    read = site.client().get(f"/steward/models/{NAME}").content.decode()
    assert "有改动，未运行" not in read
    assert "它还没有发布过" in read
    assert "1 个试过而没有发布" in read
    assert "给定与期望" in read
    sent = site.client().get(f"/steward/models/{NAME}/broken/nobody_married.csv")
    lines = sent.content.decode("utf-8-sig").splitlines()
    assert len(lines) == row["n"] + 1
    assert NUMBER.findall("".join(lines)) == []
    (taken,) = done(f"table:{NAME}", "lake.export")
    assert (taken.masked, taken.count) == (True, row["n"])
    assert site.client("leader").get(sent.request["PATH_INFO"]).status_code == 403
    assert shown["tests"][0]["state"] == "never"
    reveal = f"/steward/models/{NAME}/reveal"
    refused = site.client().post(reveal, {"purpose": ""})
    assert refused.status_code == 422
    assert NUMBER.findall(refused.content.decode()) == []
    assert site.client("leader").post(reveal, {"purpose": "核对不合的行"}).status_code == 403
    opened = site.client().post(reveal, {"purpose": "核对不合的行"}).content.decode()
    assert NUMBER.findall(opened)
    (looked,) = done(f"table:{NAME}", "lake.reveal")
    assert (looked.masked, looked.purpose) == (False, "核对不合的行")
    entry, *_again = done(f"table:{NAME}", "lake.read")
    assert (entry.masked, entry.count) == (True, len(broken["sample"]["rows"]))

    seen = view(site, f"/steward/models/{NAME}.json", "leader")
    assert [one["sample"] for one in seen["expectations"]] == [None] * len(seen["expectations"])
    listed = site.client("leader").get("/steward/models").content.decode()
    assert "没有人有配偶" in listed
    assert len(done(f"table:{NAME}", "lake.read")) == 3

    write(site, tmp_path, " AND name IS NULL AND id_number IS NULL")
    built(site)
    assert {state(site, NAME), state(site, "ads.spouses_counted")} == {"current"}
    (count,) = lake(site.home, "SELECT people FROM {ads.spouses_counted}")
    (all_,) = lake(site.home, "SELECT count(*) AS n FROM {lib.population}")
    assert count["people"] == all_["n"]


def _tables(home: Path) -> list[str]:
    from citybrain.lake.home import Home
    from citybrain.lake.store import open_store

    return list(open_store(Home(home), clock=SystemClock()).tables())
