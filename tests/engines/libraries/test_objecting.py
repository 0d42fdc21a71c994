"""Scores of a whole city, and who may object to one; the rest is in tests/steward/test_quality."""

from pathlib import Path
from typing import Any

import pytest

from citybrain.base.clock import SystemClock
from citybrain.base.hashing import sha256_bytes
from citybrain.base.wording import both
from citybrain.city.applied import applied_city
from citybrain.engines.libraries.models import Objection
from citybrain.engines.libraries.quality_words import found_apart
from citybrain.lake.home import Home
from citybrain.lake.libraries.reading import libraries
from citybrain.lake.quality.measuring import measure
from citybrain.lake.store import open_store
from tests.engines.libraries.oracle import lake, record, view
from tests.steward.conftest import Site

pytestmark = pytest.mark.long
OBJECT = "/steward/quality/departments/{}/object"
PAGE = "/steward/quality/departments/{}"
REASON = "累计表按年汇总，旧行不应计入本月"


@pytest.fixture(scope="module")
def measured(home: Path) -> Path:
    city = applied_city(home)
    assert city is not None
    measure(open_store(Home(home), clock=SystemClock()), city)
    return home


@pytest.fixture
def scored(measured: Path, site: Site) -> Site:
    """The pages of a city whose quality was measured."""
    return site


def objects(site: Site, who: str, department: str, **form: str) -> Any:
    sent = {"reason": REASON, "part": "", "table": "", **form}
    return site.client(who).post(OBJECT.format(department), sent)


def test_what_is_to_be_mended_names_the_disagreements_of_the_libraries(
    scored: Site, home: Path
) -> None:
    rows = view(scored, "/steward/quality/mend.json", "leader")
    told = [row for row in rows if row["kind"] == "finding"]
    held = lake(home, "SELECT DISTINCT table_name FROM {lib.findings}")
    assert {row["table"] for row in told} == {row["table_name"] for row in held}
    titles = {row["title"]["zh"] for row in told}
    assert {title[-7:] for title in titles} >= {"与其他部门不符", "与多数部门不符"}


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("paid_after_death", "死亡后仍发放救助"),
        ("outvoted", "“姓名”与多数部门不符"),
        ("disagreement", "“姓名”与其他部门不符"),
    ],
)
def test_what_is_to_be_mended_says_what_cannot_be_by_its_own_name(
    home: Path, kind: str, title: str
) -> None:
    city = applied_city(home)
    assert city is not None
    held = [one for library in libraries(city).values() for one in library.impossible]
    cannot = {one.name: both(one.title, one.title_en) for one in held}
    # The owner of a vehicle is named in a column of another name.
    for table in ("civil.allowances", "vehicles.vehicles"):
        told = found_apart(city.contracts[table], "name", kind, cannot, both("姓名", "Name"))
        assert told.zh == title
    assert told.en


def test_every_department_with_data_has_a_score_between_nothing_and_all(scored: Site) -> None:
    rows = view(scored, "/steward/quality.json")["departments"]
    assert len(rows) > 8
    assert all(0 <= row["score"]["value"] <= 100 for row in rows)


def test_a_department_objects_to_its_own_score_only_and_the_page_offers_nothing_else(
    scored: Site,
) -> None:
    form = 'action="/steward/quality/departments/public_security/object"'
    assert form in scored.client("police").get(PAGE.format("public_security")).content.decode()
    assert form in scored.client("engineer").get(PAGE.format("public_security")).content.decode()
    for who in ("civil", "leader", "operator", "auditor"):
        page = scored.client(who).get(PAGE.format("public_security")).content.decode()
        assert form not in page, who
        assert objects(scored, who, "public_security").status_code == 403, who
    assert not Objection.objects.exists()
    assert objects(scored, "police", "public_security").status_code == 302
    assert Objection.objects.get().department == "public_security"


def test_an_objection_is_shown_as_text_and_the_record_keeps_a_digest_only(scored: Site) -> None:
    reason = f"<script>alert(1)</script>{REASON}"
    assert objects(scored, "police", "public_security", reason=reason).status_code == 302
    for address in ("/steward/quality", PAGE.format("public_security")):
        page = scored.client("leader").get(address).content.decode()
        assert REASON in page, address
        assert "<script>alert" not in page, address
    (entry,) = [e for e in record("department:public_security") if e.action == "quality.object"]
    assert entry.digest == sha256_bytes(reason.encode())
    assert "script" not in entry.purpose


def test_only_who_keeps_the_score_answers(scored: Site) -> None:
    objects(scored, "police", "public_security")
    address = f"/steward/quality/objections/{Objection.objects.get().id}/answer"
    for who in ("police", "civil", "leader", "operator", "auditor"):
        answer = scored.client(who).post(address, {"verdict": "upheld", "answer": "同意所述"})
        assert answer.status_code == 403, who
    assert Objection.objects.get().state == "open"
    scored.client().post(address, {"verdict": "rejected", "answer": "短"})
    assert Objection.objects.get().state == "open"  # two characters are no answer
    there = PAGE.format("public_security")
    form = {"verdict": "rejected", "answer": "口径已在合同中写明", "next": there}
    assert scored.client().post(address, form)["Location"] == there
    assert Objection.objects.get().state == "rejected"
    page = scored.client("police").get(PAGE.format("public_security")).content.decode()
    assert "口径已在合同中写明" in page


def test_an_objection_about_nothing_is_not_found(scored: Site) -> None:
    for form in ({"table": "civil.marriages"}, {"part": "beauty"}, {"table": "x"}):
        assert objects(scored, "police", "public_security", **form).status_code == 404, form
    unknown = scored.client().post(
        "/steward/quality/objections/f0/answer", {"verdict": "upheld", "answer": "同意所述"}
    )
    assert unknown.status_code == 404
    assert not Objection.objects.exists()
