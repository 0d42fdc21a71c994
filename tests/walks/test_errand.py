"""The errand by plain HTTP, as a browser without scripts would do it."""

from pathlib import Path
from typing import Any

from django.test import Client
from django.urls import reverse

from tests.steward.conftest import TABLE, Site


def run_of(answer: Any) -> str:
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"].rsplit("/", 1)[1])


def collected(site: Site, client: Client) -> dict[str, Any]:
    run = run_of(client.post(reverse("collect"), {"table": TABLE}))
    site.work()
    view: dict[str, Any] = client.get(reverse("run_twin", args=[run, "json"])).json()["view"]
    assert not view["moving"]
    return view


def test_touch_one_fact(own_site: Site) -> None:
    client = own_site.client()
    broken = client.post(reverse("tour_break"))
    assert broken["Location"] == reverse("table", args=[TABLE])
    view = collected(own_site, client)
    row = view["row"]
    assert row["read"] == row["accepted"] + row["quarantined"]
    assert row["quarantined"] == 1

    masked = client.get(reverse("repair", args=[TABLE])).content.decode()
    assert reverse("repair_twin", args=[TABLE, "csv"]) in masked
    twins = [client.get(reverse("repair_twin", args=[TABLE, one])) for one in ("csv", "json")]
    assert "man_birth_date" in twins[0].content.decode()
    (row,) = twins[1].json()["view"]["rows"]
    assert {c["field"]: c["masked"] for c in row["cells"]}["man_birth_date"]
    assert 'name="v-' not in masked
    reveal = reverse("repair_reveal", args=[TABLE])
    assert client.post(reveal, {"purpose": ""}).status_code == 422
    shown = client.post(reveal, {"purpose": "核对出生日期"}).content.decode()
    assert "身份证号显示" in shown
    key = shown.partition('name="row" value="')[2].partition('"')[0]
    take = shown.partition('name="take" value="')[2].partition('"')[0]
    assert "=" in take
    form = {"row": key, "take": take, "purpose": "核对出生日期"}
    fixed = client.post(reverse("repair_correct", args=[TABLE]), form)
    assert "已改" in fixed.content.decode()

    assert collected(own_site, client)["row"]["quarantined"] == 0
    thing = {"thing": f"table:{TABLE}"}
    record = client.get(reverse("record_twin", args=["json"]), thing).json()["view"]["rows"]
    reveals = [one for one in record if one["reading"] == "revealed" and one["purpose"]]
    assert reveals
    assert all(one["is_me"] for one in reveals)
    assert "核对出生日期" in {one["purpose"] for one in reveals}


def test_the_moving_part_brings_the_navigation_with_its_counts(own_site: Site) -> None:
    client = own_site.client()
    client.post(reverse("tour_break"))
    run = run_of(client.post(reverse("collect"), {"table": TABLE}))
    live = reverse("run_live", args=[run])
    before, _, navigation = client.get(live).content.decode().partition('<nav id="links"')
    assert 'data-moving="1"' in before
    assert 'class="num"' not in navigation
    own_site.work()
    after, _, navigation = client.get(live).content.decode().partition('<nav id="links"')
    assert 'data-moving="0"' in after
    assert navigation.startswith(' hx-swap-oob="outerMorph"')
    assert '<b class="num">1<' in navigation
    assert 'aria-current="page"' in navigation
    page = client.get(reverse("run", args=[run])).content.decode()
    assert page.count('<nav id="links"') == 1
    assert "hx-swap-oob" not in page


def test_a_masked_value_is_not_corrected_without_a_reveal(own_site: Site) -> None:
    client = own_site.client()
    client.post(reverse("tour_break"))
    collected(own_site, client)
    page = client.get(reverse("repair", args=[TABLE])).content.decode()
    key = page.partition('name="row" value="')[2].partition('"')[0]
    form = {"row": key, "v-man_birth_date": "1980-01-01", "take": ""}
    answer = client.post(reverse("repair_correct", args=[TABLE]), form)
    assert answer.status_code in {403, 422}
    assert collected(own_site, client)["row"]["quarantined"] == 1


def test_a_refused_correction_names_its_row_and_keeps_what_was_typed(own_site: Site) -> None:
    client, purpose = own_site.client(), {"purpose": "核对出生日期"}
    client.post(reverse("tour_break"))
    collected(own_site, client)
    page = client.post(reverse("repair_reveal", args=[TABLE]), purpose).content.decode()
    key = page.partition('name="row" value="')[2].partition('"')[0]
    form = {"row": key, "v-man_birth_date": "1989-13-45", "take": "", **purpose}
    answer = client.post(reverse("repair_correct", args=[TABLE]), form)
    assert answer.status_code == 422
    said = answer.content.decode()
    assert f'<a href="#row-{key}">第 2 行</a>' in said
    assert 'name="v-man_birth_date" value="1989-13-45"' in said
    assert "男方出生日期：男方出生日期" not in said


def test_the_excel_of_rows_set_aside_needs_a_purpose(own_site: Site) -> None:
    client = own_site.client()
    client.post(reverse("tour_break"))
    collected(own_site, client)
    address = reverse("repair_excel", args=[TABLE])
    assert client.post(address, {"purpose": ""}).status_code in {403, 422}
    answer = client.post(address, {"purpose": "带回本单位核对"})
    assert answer.status_code == 200
    assert answer.content[:2] == b"PK"


def spoilt(site: Site, to: Path, *, rows: int = 1) -> Path:
    """The department's spreadsheet with birth dates that cannot be in its first rows."""
    from openpyxl import load_workbook

    source = next(site.systems.rglob("*.xlsx"))
    for candidate in site.systems.rglob("*.xlsx"):
        if "婚姻" in candidate.name or "marriage" in candidate.name:
            source = candidate
    book = load_workbook(source)
    sheet = book.active
    header = [str(cell.value) for cell in sheet[1]]
    for row in range(2, 2 + rows):
        sheet.cell(row=row, column=header.index("男方出生日期") + 1, value="1901-01-01")
    book.save(to)
    return to


def test_the_twins_of_rows_set_aside_give_all_of_them(own_site: Site, tmp_path: Path) -> None:
    client = own_site.client()
    path = spoilt(own_site, tmp_path / "婚姻登记.xlsx", rows=25)
    with path.open("rb") as file:
        sent = client.post(reverse("upload_new"), {"table": TABLE, "file": file})
    page = client.get(sent["Location"]).content.decode()
    removed = page.partition('name="confirmed" value="')[2].partition('"')[0]
    form = {"do": "submit", "confirmed": removed}
    assert client.post(sent["Location"], form).status_code == 302
    twins = [client.get(reverse("repair_twin", args=[TABLE, one])) for one in ("csv", "json")]
    view = twins[1].json()["view"]
    assert len(view["rows"]) == view["total"] >= 25
    assert not any("1901-01-01" in twin.content.decode() for twin in twins)  # masked
    assert len(twins[0].content.decode().splitlines()) > view["total"]
    link = reverse("repair_twin", args=[TABLE, "csv"])
    assert f'href="{link}"' in client.get(reverse("repair", args=[TABLE])).content.decode()


def test_a_spreadsheet_is_put_in_repaired_and_submitted(own_site: Site, tmp_path: Path) -> None:
    client = own_site.client()
    path = spoilt(own_site, tmp_path / "婚姻登记.xlsx")
    with path.open("rb") as file:
        sent = client.post(reverse("upload_new"), {"table": TABLE, "file": file})
    assert sent.status_code == 302, sent.content.decode()
    address = sent["Location"]
    page = client.get(address).content.decode()
    assert "1901-01-01" not in page
    assert "身份证号显示" not in page
    assert 'name="purpose"' in page
    assert client.post(address, {"do": "reveal", "purpose": ""}).status_code == 422
    assert "1901-01-01" not in client.get(address).content.decode()
    sent = client.post(address, {"do": "reveal", "purpose": "核对出生日期"})
    assert sent.status_code == 302
    page = client.get(address).content.decode()
    assert "1901-01-01" in page
    assert "身份证号显示" in page
    assert 'aria-invalid="true"' in page
    accept = page.partition('value="accept:')[2].partition('"')[0]
    assert client.post(address, {"do": f"accept:{accept}"}).status_code == 302
    fixed = client.get(address).content.decode()
    assert "已改" in fixed
    assert client.post(address, {"do": "submit"}).status_code == 302
    own_site.work()
    assert "已提交" in client.get(address).content.decode()


def test_a_file_that_is_none_is_said_to_be(own_site: Site, tmp_path: Path) -> None:
    client = own_site.client()
    path = tmp_path / "假的.xlsx"
    path.write_bytes(b"not a workbook")
    with path.open("rb") as file:
        answer = client.post(reverse("upload_new"), {"table": TABLE, "file": file}, follow=True)
    html = answer.content.decode()
    assert "◆" in html
    assert client.post(reverse("upload_new"), {"table": TABLE}).status_code == 422


def test_cheating_is_found_named_refused_and_repaired(own_site: Site) -> None:
    client = own_site.client()
    client.get(reverse("table", args=[TABLE]))
    client.post(reverse("integrity_verify"))
    assert client.get(reverse("integrity_twin", args=["json"])).json()["view"]["state"] == "whole"
    client.post(reverse("integrity_cheat"))
    view = client.get(reverse("integrity_twin", args=["json"])).json()["view"]
    assert view["state"] == "damaged"
    assert len(view["file_problems"]) == 1
    assert len(view["entry_problems"]) == 1
    html = client.get(reverse("integrity")).content.decode()
    assert view["file_problems"][0]["file"] in html
    assert "现在拒绝" in html
    rows = reverse("table_rows", args=[view["file_problems"][0]["table"], "csv"])
    assert client.get(rows).status_code in {403, 409, 422}
    assert client.get(reverse("evidence")).content[:2] == b"PK"
    for step in view["steps"]:
        if step["action"] not in {"", "evidence"}:
            form = {"action": step["action"], "argument": step["argument"]}
            assert client.post(reverse("integrity_repair"), form).status_code == 302
    assert client.get(reverse("integrity_twin", args=["json"])).json()["view"]["state"] == "whole"


def test_cheating_and_breaking_exist_in_rehearsal_only(own_site: Site, settings: Any) -> None:
    client = own_site.client()
    settings.CITYBRAIN_REHEARSAL = False
    for name in ("integrity_cheat", "tour_break"):
        answer = client.post(reverse(name))  # a rehearsal's account is nobody here
        assert answer.status_code == 302
        assert answer["Location"].startswith("/login/")
