"""Decisions by hand: two are one, or one is two; for a purpose, recorded, after the next build.

How they take effect is in ``test_overriding_built``.
"""

from pathlib import Path
from typing import Any

import pytest

from citybrain.engines.work.models import Job
from tests.engines.libraries.oracle import Person, done, lake, view
from tests.steward.conftest import Site

pytestmark = pytest.mark.long
WHY = "经核对证件原件为同一人"
MAN = "civil.marriages/1#man"


def decide(site: Site, person: Person, who: str = "engineer", **form: str) -> Any:
    return site.client(who).post(f"{person.page}/same", {"purpose": WHY, **form})


@pytest.mark.parametrize("purpose", ["", "   ", "是"])
def test_without_a_purpose_nothing_is_decided(
    site: Site, person: Person, stranger: str, purpose: str
) -> None:
    answer = decide(site, person, other=stranger, same="1", purpose=purpose)
    assert answer.status_code in {403, 422}
    assert "至少 4 个字" in answer.content.decode()
    assert not Job.objects.exists()
    assert done("person:", "library.override") == []


def test_nobody_but_the_steward_decides(site: Site, person: Person, stranger: str) -> None:
    for who in ("civil", "police", "operator", "auditor", "leader"):
        assert decide(site, person, who, other=stranger, same="1").status_code == 403, who
    page = site.client("auditor").get(person.page).content.decode()
    assert f"{person.page}/same" not in page
    assert not Job.objects.exists()
    assert done("person:", "library.override") == []


@pytest.mark.parametrize(
    ("other", "same"),
    [("P000000000000000000000000", "1"), ("", "1"), (MAN, "1"), ("civil.marriages/9#man", "0")],
)
def test_a_decision_that_means_nothing_is_refused_in_a_sentence(
    site: Site, person: Person, other: str, same: str
) -> None:
    held = view(site, f"{person.page}.json")["mentions"]
    other = other.replace(MAN, held[0]["mention"])
    answer = decide(site, person, other=other, same=same)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert 'role="alert"' in text
    assert "里没有" in text or "已经算在这个主体里" in text
    assert not Job.objects.exists()


def test_rows_that_are_nobody_are_not_decided_about(site: Site, home: Path) -> None:
    (row,) = lake(home, "SELECT * FROM {lib.component} LIMIT 1")
    key = str(next(iter(row.values())))
    answer = site.client().post(
        f"/steward/libraries/component/{key}/same", {"other": "x", "same": "1", "purpose": WHY}
    )
    assert answer.status_code in {404, 422}
    assert not Job.objects.exists()
