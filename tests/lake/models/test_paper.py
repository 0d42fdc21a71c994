"""What the page about models shows holds in the shipped city."""

import re
from pathlib import Path

from citybrain.city import load
from citybrain.city.sqlfile import parse_sql
from citybrain.lake.models.analysis import analyse
from citybrain.lake.models.header import model_of
from citybrain.lake.models.registry import models

ROOT = Path(__file__).parents[3]


def test_the_example_of_the_page_is_a_model_without_problems() -> None:
    page = (ROOT / "docs/models.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```sql\n(.*?)```", page, re.S)
    file = "models/ads/marriages_by_county.sql"
    model = model_of(parse_sql(block.encode(), file=file))
    assert model
    city = load(ROOT / "cities/xuancheng").city
    assert model.owner in city.departments
    needed = {"dwd.civil.marriages": models(city)["dwd.civil.marriages"], model.name: model}
    found = analyse(city, needed)
    assert found.problems == ()
    assert found.classes[model.name]["marriages"].masking == "none"
    assert found.classes[model.name]["marriages"].level == 2
