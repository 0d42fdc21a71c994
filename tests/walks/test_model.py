"""The walk of docs/models-walk.md: write a model, plan, run, see lineage, break, repair, remove."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.urls import reverse

from tests.steward.conftest import Site
from tests.walks.commanding import CITY, ROOT

MODEL = "ads.marriages_by_county"
ROWS = 'citybrain query "SELECT * FROM ads.marriages_by_county" --format json'
PAGE = ROOT / "docs" / "models-walk.md"


def blocks(language: str) -> list[str]:
    """The page's blocks of a language, so that the page and the test cannot differ."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@dataclass(frozen=True)
class Walker:
    """A newcomer in the folder of a checkout, who types what the page says."""

    here: Path

    @property
    def file(self) -> Path:
        return self.here / "my-city" / "models" / "ads" / "marriages_by_county.sql"

    def type(self, commands: str, *, code: int = 0) -> str:
        """What the commands said, after the settings of the page's first line."""
        settings = blocks("sh")[0].splitlines()[0]
        mine = {k: v for k, v in os.environ.items() if not k.startswith("CITYBRAIN_")}
        # The page's own PATH names the checkout; here it is wherever these tests run.
        mine["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{mine['PATH']}"
        done = subprocess.run(
            ["bash", "-e", "-c", f"{settings}\n{commands}"], cwd=self.here, env=mine, text=True,
            capture_output=True, check=False, timeout=600,
        )  # fmt: skip
        said = f"{commands}\n{done.stdout}\n{done.stderr}"
        assert done.returncode == code, said
        assert "Traceback" not in said, said
        return said


@pytest.fixture
def walker(own_site: Site, tmp_path: Path) -> Walker:
    """The site's home and the shipped city, where a checkout has them."""
    here = tmp_path / "checkout"
    here.mkdir()
    (here / "var").symlink_to(own_site.home)
    shutil.copytree(CITY, here / "cities" / "xuancheng")
    return Walker(here)


def status(said: str, model: str = MODEL) -> str:
    """What a build's table says of a model."""
    (line,) = re.findall(rf"^{re.escape(model)} +(\w+) +\d", said, re.MULTILINE)
    return str(line)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_write_plan_build_look_break_repair_remove(walker: Walker, own_site: Site) -> None:
    begin, checks, first, again, repaired, removed = blocks("sh")
    written, broken_sql, repaired_sql = blocks("sql")
    client = own_site.client()
    walker.type("\n".join(begin.splitlines()[1:]))

    walker.file.write_text(written.replace("dwd.civil.marriages", "dwd.civil.mariages"))
    said = walker.type(checks, code=1)
    assert "dwd.civil.mariages" in said
    assert "models/ads/marriages_by_county.sql:" in said

    walker.file.write_text(written)
    walker.type(checks)
    said = walker.type(first)
    assert f"+ model {MODEL}" in said
    assert status(said) == status(said, "dwd.civil.marriages") == "built"
    assert status(walker.type(f"citybrain build {MODEL}")) == "unchanged"

    rows = walker.type(ROWS)
    page = client.get(reverse("model_twin", args=[MODEL, "json"])).json()["view"]
    assert page["sql"].strip() == written.partition("*/")[2].strip()
    lineage = client.get(
        reverse("lineage_twin", args=[MODEL, "json"]), {"column": "county"}
    ).content.decode()
    assert "ods.civil.marriages" in lineage
    assert "office" in lineage

    walker.file.write_text(broken_sql)
    said = walker.type(again, code=1)
    assert f"~ model {MODEL}" in said
    assert "+SELECT strftime" in said
    assert status(said) == "refused"
    assert walker.type(ROWS) == rows
    shown = client.get(reverse("model_twin", args=[MODEL, "json"])).json()["view"]
    (broken,) = [e for e in shown["expectations"] if e["name"] == "known_county"]
    assert broken["broken"] > 0
    assert broken["sample"]["rows"]
    assert "只有七个县市区" in client.get(reverse("model", args=[MODEL])).content.decode()

    walker.file.write_text(repaired_sql)
    assert status(walker.type(repaired)) == "unchanged"  # the rows of the first build
    shown = client.get(reverse("model_twin", args=[MODEL, "json"])).json()["view"]
    assert [e["broken"] for e in shown["expectations"] if e["name"] == "known_county"] == [0]

    said = walker.type(removed)
    assert f"- model {MODEL}" in said
    assert status(said) == "removed"
    assert client.get(reverse("model", args=[MODEL])).status_code == 404
    assert MODEL not in client.get(reverse("models")).content.decode()
    assert "There is no table" in walker.type(ROWS, code=1)
