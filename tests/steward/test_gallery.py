"""All templates with full, wrong, empty and longest contents, in both languages."""

import pytest
from django.test import Client

from tests.steward.conftest import Site
from tests.steward.gallery import PAGES
from tests.steward.reading import faults

pytestmark = pytest.mark.urls("tests.steward.gallery")


@pytest.fixture
def reader(site: Site) -> Client:
    return site.client()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_example_keeps_the_rules_of_pages(reader: Client, language: str) -> None:
    if language == "en":
        reader.post("/language/", {"language": "en"})
    for name in PAGES:
        answer = reader.get(f"/gallery/{name}")
        assert answer.status_code == 200, name
        assert faults(answer.content.decode(), language=language) == [], name


def test_without_script_a_moving_run_reloads_itself(reader: Client) -> None:
    html = reader.get("/gallery/moving").content.decode()
    assert '<noscript><meta http-equiv="refresh"' in html
    assert 'hx-trigger="every 1s"' in html
    still = reader.get("/gallery/run").content.decode()
    assert "refresh" not in still
    assert "hx-get" not in still


def test_a_masked_cell_cannot_be_edited_and_a_revealed_one_can(reader: Client) -> None:
    assert 'name="v-man_born"' not in reader.get("/gallery/repair").content.decode()
    assert 'name="v-man_born"' in reader.get("/gallery/repair-revealed").content.decode()


def test_wrong_cells_say_so_to_the_ear(reader: Client) -> None:
    html = reader.get("/gallery/upload").content.decode()
    cell = html.partition('name="r18-man_born"')[2].partition(">")[0]
    assert 'aria-invalid="true"' in cell
    assert 'aria-describedby="why-18"' in cell
    assert 'id="why-18"' in html


def test_a_damaged_page_names_both_and_offers_the_repair(reader: Client) -> None:
    html = reader.get("/gallery/integrity-damaged").content.decode()
    for word in ("已损坏", "已篡改", "现在拒绝", "从备份恢复文件", "恢复这条记录"):
        assert word in html


def test_only_what_is_masked_is_said_to_be(reader: Client) -> None:
    html = {
        name: reader.get(f"/gallery/{name}").content.decode()
        for name in ("repair", "repair-unmasked", "table", "table-unmasked")
    }
    assert "个人信息已脱敏" in html["repair"]
    assert "个人信息已脱敏" not in html["repair-unmasked"]
    assert "按级别脱敏" in html["table"]
    sample = html["table-unmasked"].partition('id="sample"')[2].partition("</section>")[0]
    assert "没有要脱敏的字段" in sample
    assert "需要明文" not in sample
