"""The walk of docs/models-walk.md: write a model, plan, run, see lineage, break it, repair it."""

import shutil
from pathlib import Path

import pytest
from django.urls import reverse

from tests.steward.conftest import Site
from tests.walks.commanding import CITY, ROOT, Installation

MODEL = "ads.marriages_by_county"
ROWS = "SELECT county, marriages FROM ads.marriages_by_county"
PAGE = ROOT / "docs" / "models-walk.md"


def block(number: int) -> str:
    """A block of SQL of the page, so that the page and the test cannot differ."""
    return PAGE.read_text(encoding="utf-8").split("```sql\n")[number].partition("```")[0]


@pytest.fixture
def place(own_site: Site, tmp_path: Path) -> Installation:
    """The site's home, driven from a city's folder that may be edited."""
    folder = tmp_path / "city"
    shutil.copytree(CITY, folder)
    return Installation(
        home=own_site.home, systems=own_site.systems, settings={"CITYBRAIN_CITY": str(folder)}
    )


def built(place: Installation, *, code: int = 0) -> dict[str, str]:
    """The status of every model that a build of the walk's model touched."""
    rows = place.json("build", MODEL, code=code)
    return {row["model"]: row["status"] for row in rows}


@pytest.mark.long
def test_write_plan_build_look_break_repair(place: Installation, own_site: Site) -> None:
    client = own_site.client()
    file = Path(place.settings["CITYBRAIN_CITY"]) / "models" / "ads" / "marriages_by_county.sql"

    file.write_text(block(1).replace("dwd.civil.marriages", "dwd.civil.mariages"))
    said = place.run("check", code=1)
    assert "dwd.civil.mariages" in said
    assert "models/ads/marriages_by_county.sql:" in said

    file.write_text(block(1))
    place.run("check")
    assert f"+ model {MODEL}" in place.run("plan")
    place.run("apply")
    first = built(place)
    assert first[MODEL] == "built"
    assert first["dwd.civil.marriages"] == "built"
    assert set(built(place).values()) == {"unchanged"}

    rows = place.json("query", ROWS)
    assert rows
    page = client.get(reverse("model_twin", args=[MODEL, "json"])).json()["view"]
    assert page["sql"].strip() == block(1).partition("*/")[2].strip()
    lineage = client.get(
        reverse("lineage_twin", args=[MODEL, "json"]), {"column": "county"}
    ).content.decode()
    assert "ods.civil.marriages" in lineage
    assert "office" in lineage

    file.write_text(block(2))
    plan = place.run("plan")
    assert f"~ model {MODEL}" in plan
    assert "+" in plan
    place.run("apply")
    assert built(place, code=1)[MODEL] == "refused"
    assert place.json("query", ROWS) == rows
    shown = client.get(reverse("model_twin", args=[MODEL, "json"])).json()["view"]
    (broken,) = [e for e in shown["expectations"] if e["name"] == "known_county"]
    assert broken["broken"] > 0
    assert broken["sample"]["rows"]
    assert "只有七个县市区" in client.get(reverse("model", args=[MODEL])).content.decode()

    file.write_text(block(3))
    place.run("apply")
    assert built(place)[MODEL] == "unchanged"  # the rows are those of the first build
    assert place.json("query", ROWS) == rows
    shown = client.get(reverse("model_twin", args=[MODEL, "json"])).json()["view"]
    assert [e["broken"] for e in shown["expectations"] if e["name"] == "known_county"] == [0]
    assert set(built(place).values()) == {"unchanged"}
