"""Whatever is written into an address, a field or a form: a page with sentences, never a fault."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.engines.libraries.oracle import somebody
from tests.steward.conftest import Site

pytestmark = pytest.mark.long
SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
WORDS = (
    SCRIPT,
    "9" * 5000,
    "../../../etc/passwd",
    "%2e%2e%2f",
    "人口·𠮷\u202e\u0000",
    "' OR 1=1 --",
    '"; DROP TABLE x; --',
    "汉" * 5000,
    "*%_\\",
    " ",
)
NAMES = range(len(WORDS))  # of the cases: the words themselves make no good ones
NAMED = (
    "/steward/libraries/{}",
    "/steward/libraries/{}.json",
    "/steward/libraries/population/{}",
    "/steward/libraries/population/{}.csv",
    "/steward/trace/person:{}/name",
    "/steward/trace/model:{}",
    "/steward/trace/{}.json",
    "/steward/lineage/{}",
    "/steward/lineage/lib.{}.json",
    "/steward/models/{}",
    "/steward/models/lib.{}",
    "/steward/models/lib.{}/runs.json",
    "/steward/builds/{}",
    "/steward/operations/{}",
    "/steward/operations/{}.json",
    "/steward/sql/q/{}",
    "/steward/quality/{}",
    "/steward/quality/departments/{}",
    "/steward/standards/{}",
)
ASKED = (
    "/steward/libraries/population?q={}",
    "/steward/libraries/legal_person.json?q={}",
    "/steward/findings?of={0}&state={0}&kind={0}",
    "/steward/findings.csv?of={}",
    "/steward/trace?thing={}",
    "/steward/trace?thing=person:{}",
    "/steward/trace/indicator:residents_living?via={}",
    "/steward/lineage/lib.population?column={}",
    "/steward/lineage/lib.population?way={}",
    "/steward/models?layer={0}&show={0}",
    "/steward/operations?state={}",
    "/steward/sql?past={}",
    "/steward/sql?table={}",
)


def sound(answer: Any, address: str, word: str) -> None:
    """A page or an error in sentences; what was written stands in it as text only."""
    assert answer.status_code in {200, 404, 422, 400}, (answer.status_code, address)
    text = answer.content.decode()
    if answer["Content-Type"].startswith("text/html"):
        assert "<script>alert(1)" not in text, address
        assert "<img src=x" not in text, address
        assert "<h1" in text, address
    assert "Traceback" not in text, address


@pytest.mark.parametrize("word", WORDS, ids=NAMES)
def test_a_strange_name_in_an_address_is_not_found(site: Site, word: str) -> None:
    client = site.client()
    for address in NAMED:
        asked = address.format(quote(word, safe=""))
        answer = client.get(asked)
        sound(answer, asked, word)
        assert answer.status_code in {404, 422}, asked[:80]


@pytest.mark.parametrize("word", WORDS, ids=NAMES)
def test_a_strange_question_is_answered_or_refused_in_sentences(site: Site, word: str) -> None:
    client = site.client()
    for address in ASKED:
        asked = address.format(quote(word, safe=""))
        sound(client.get(asked), asked[:80], word)


@pytest.mark.parametrize("word", WORDS, ids=NAMES)
def test_strange_words_in_forms_are_shown_as_text(site: Site, word: str) -> None:
    client, person = site.client(), somebody(site.home)
    forms = (
        ("/steward/sql/run", {"sql": word}),
        ("/steward/sql/run", {"sql": "SELECT 1 AS a", "chart_by": word, "chart_of": word}),
        ("/steward/sql/reveal", {"sql": "SELECT 1 AS a", "purpose": word}),
        ("/steward/sql/save", {"sql": word, "title": word}),
        ("/steward/sql/export", {"sql": word, "format": word}),
        (f"{person.page}/reveal", {"purpose": word}),
        (f"{person.page}/same", {"other": word, "same": word, "purpose": word}),
        (f"/steward/trace/person:{person.id}/name/reveal", {"purpose": word, "via": word}),
        ("/steward/findings/f0/handle", {"state": word, "reason": word}),
        ("/steward/models/build", {"model": word}),
    )
    for address, form in forms:
        answer = client.post(address, form, follow=True)
        if answer.status_code == 403:  # a purpose of too few letters
            continue
        sound(answer, address, word)
    sound(client.get("/steward/sql"), "the history", word)


def test_a_result_with_markup_is_shown_as_text(site: Site) -> None:
    sql = "SELECT '<script>alert(1)</script>' AS a, '<img src=x>' AS \"<b>head</b>\", 1 AS n"
    answer = site.client().post("/steward/sql/run", {"sql": sql, "chart_by": "a", "chart_of": "n"})
    text = answer.content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script>alert(1)" not in text
    assert "<b>head</b>" not in text
    assert "<img src=x>" not in text


def test_a_purpose_with_markup_is_shown_as_text_where_people_see_who_looked(site: Site) -> None:
    client, person = site.client(), somebody(site.home)
    shown = client.post(f"{person.page}/reveal", {"purpose": SCRIPT}).content.decode()
    later = client.get(person.page).content.decode()
    for text in (shown, later, client.get("/steward/record").content.decode()):
        assert "<script>alert(1)" not in text
        assert "<img src=x" not in text
    assert "&lt;script&gt;alert(1)" in shown
    assert "&lt;script&gt;alert(1)" in later
