"""Three links from the number on the wall to the department's cell that changed, and back."""

import re
import shutil
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from citybrain import city
from citybrain.base.clock import SystemClock
from tests.steward.conftest import Site, site_over

pytestmark = pytest.mark.long

TABLE, NUMBER = "civil.marriages", "marriages_registered"
LINK = re.compile(r'<a[^>]* href="([^"]+)"')


@pytest.fixture
def town(
    tmp_path: Path,
    filled: Path,
    systems: Path,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    transactional_db: None,
) -> Iterator[Site]:
    """The pages over a filled home and departments' files of one's own."""
    home, mine = tmp_path / "home", tmp_path / "systems"
    shutil.copytree(filled, home)
    shutil.copytree(systems, mine)
    yield from site_over(home, mine, settings, monkeypatch)


def sheet_changed(site: Site, head: str, to: Callable[[str], str]) -> tuple[str, str]:
    """Change one cell of the first registration that is a marriage; its name and the new value."""
    (path,) = site.systems.rglob("婚姻登记累计表.xlsx")
    book = load_workbook(path)
    sheet = book.active
    heads = [cell.value for cell in sheet[1]]
    column = heads.index(head) + 1
    kinds = {n: row[heads.index("登记类型")].value for n, row in enumerate(sheet.iter_rows(), 1)}
    cell = sheet.cell(row=next(n for n, kind in kinds.items() if kind == "结婚"), column=column)
    cell.value = to(str(cell.value))
    book.save(path)
    return cell.coordinate, str(cell.value)


def delivered(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Collect the spreadsheet, build what stands on it, work the numbers out."""
    from citybrain.config.adapters import readers
    from citybrain.lake.collect import collect
    from citybrain.lake.home import Home
    from citybrain.lake.indicators.measure import refresh
    from citybrain.lake.models.build import build
    from citybrain.lake.store import open_store

    monkeypatch.setenv("CITYBRAIN_SYSTEMS", str(site.systems))
    applied, clock = city.applied_city(site.home), SystemClock()
    assert applied is not None
    store = open_store(Home(site.home), clock=clock)
    got = collect(store, applied, (TABLE,), readers=readers(), clock=clock)
    assert not [one.error for one in got.results if one.error]
    made = build(store, applied, names=None, clock=clock, workers=2)
    assert not [one.error for one in made if one.error]
    refresh(store, applied)


def links(client: Client, address: str) -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content.decode()
    return [unescape(found) for found in LINK.findall(answer.content.decode())]


def wall(client: Client) -> float:
    """What the wall's first map says the number is."""
    view = client.get("/cockpit/data-centre.json").json()["view"]
    (value,) = [card["value"] for card in view["cards"] if card["name"] == NUMBER]
    return float(value)


def clicks(client: Client) -> tuple[str, str, str]:
    """The three links: of the number on the wall, of its trace, of the cell that changed."""
    assert f"/steward/trace/indicator:{NUMBER}" in links(client, "/cockpit/data-centre")
    first = next(
        a for a in links(client, "/cockpit/data-centre") if a == f"/cockpit/indicators/{NUMBER}"
    )
    second = next(a for a in links(client, first) if a == f"/steward/trace/indicator:{NUMBER}")
    third = next(a for a in links(client, second) if f"/{TABLE}/" in a)
    return first, second, third


@pytest.mark.parametrize(
    ("head", "column", "to"),
    [
        ("登记类型", "kind", lambda _was: "补领"),
        ("登记机关", "office", lambda was: "绩溪县" if was != "绩溪县" else "旌德县"),
        ("女方姓名", "woman_name", lambda was: f"{was}某"),
    ],
)
def test_three_links_lead_from_the_wall_to_the_cell_that_changed_and_back(
    town: Site, monkeypatch: pytest.MonkeyPatch, head: str, column: str, to: Callable[[str], str]
) -> None:
    at, value = sheet_changed(town, head, to)
    delivered(town, monkeypatch)
    client = town.client()
    first, second, third = clicks(client)
    assert third.endswith(f"/{column}?via={NUMBER}")
    thing = third.partition("?")[0]
    view = client.get(f"{thing}.json", {"via": NUMBER}).json()["view"]
    kinds = [step["kind"] for step in view["steps"]]
    assert kinds[:3] == ["number", "indicator", "model"]
    assert kinds[-2:] == ["row", "cell"]
    assert view["steps"][-1]["title"]["zh"] == at
    shown = client.post(f"{thing}/reveal", {"purpose": "核对改动", "via": NUMBER}).content.decode()
    assert value in shown
    back = links(client, third)
    assert second in back
    assert first in back
    assert first in links(client, second)
    others = {one["thing"].rpartition("/")[2] for one in view["cells"]}
    assert {"kind", "registered_on", "office"} - {column} <= others
    assert column not in others
    assert f"{thing.rpartition('/')[0]}/registered_on?via={NUMBER}" in back


def test_a_cell_made_wrong_moves_the_number_and_leads_to_the_row_set_aside(
    town: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = town.client()
    before = wall(client)
    was: list[str] = []
    sheet_changed(town, "女方出生日期", lambda now: (was.append(now), "1901-01-01")[1])
    delivered(town, monkeypatch)
    assert wall(client) == before - 1
    told = links(client, f"/steward/trace/indicator:{NUMBER}")
    assert f"/steward/repair/{TABLE}" in told
    sheet_changed(town, "女方出生日期", lambda _wrong: was[0])
    delivered(town, monkeypatch)
    assert wall(client) == before
    assert clicks(client)[2].endswith(f"/woman_birth_date?via={NUMBER}")


def test_the_number_leads_to_cells_before_anything_changed(town: Site) -> None:
    client = town.client()
    third = clicks(client)[2]
    view = client.get(third.replace("?", ".json?")).json()["view"]
    assert [step["kind"] for step in view["steps"]][-2:] == ["row", "cell"]


def test_a_cell_that_no_row_has_is_not_found(town: Site) -> None:
    client = town.client()
    thing = clicks(client)[2].partition("?")[0].rpartition("/")[0]
    for wrong in (f"{thing}/shoe_size", f"{thing[:-1]}99/kind", f"{thing}"):
        assert client.get(wrong).status_code == 404, wrong
