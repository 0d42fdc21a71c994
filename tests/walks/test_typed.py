"""The SQL that is typed: coloured as the server colours what it shows, sent as it was typed."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs

import pytest

from citybrain.interfaces.steward.highlighting import lines
from tests.steward.examples_query import SQL
from tests.walks.conftest import Opening
from tests.walks.seeing import NARROW, axe

pytestmark = pytest.mark.chromium
Parts = list[tuple[str, str]]
DRAWN = """() => [...document.querySelector('.typed pre').childNodes].map(
    one => [one.nodeType === 3 ? '' : one.localName, one.textContent])"""
TEXTS = [
    SQL,
    "SELECT 'open -- no comment\nSELECT 1",
    "SELECT 1 /* open\nSELECT 2",
    "a // b # c -- d\n\n\n",
    'SELECT "open 人口 FROM',
    "sum(x), select(y), Count (z), 中1 a1 1a 1.5 '\\' FROM",
    "",
]


def joined(parts: Parts) -> list[Parts]:
    """Line by line, without what is empty, plain neighbours as one."""
    rows: list[Parts] = [[]]
    for tag, text in parts:
        for at, piece in enumerate(text.split("\n")):
            if at:
                rows.append([])
            if piece and rows[-1] and not tag and not rows[-1][-1][0]:
                piece = rows[-1].pop()[1] + piece
            if piece:
                rows[-1].append((tag, piece))
    return rows


def by_the_server(sql: str) -> list[Parts]:
    found: Parts = []
    for line in lines(sql):
        for tag, inner, plain in re.findall(r"<(\w+)>(.*?)</\1>|([^<]+)", line.html):
            found.append((tag, unescape(inner or plain)))
        found.append(("", "\n"))
    return joined(found)


def by_the_browser(page: Any) -> list[Parts]:
    return joined([(tag, text) for tag, text in page.evaluate(DRAWN)])


@pytest.fixture
def editor(gallery: str, opened: Opening) -> Any:
    page = opened(gallery)
    page.goto(f"{gallery}/gallery/workbench")
    return page


def test_it_is_coloured_as_the_server_colours_it(editor: Any) -> None:
    for sql in TEXTS:
        editor.locator("#sql").fill(sql)
        assert by_the_browser(editor) == by_the_server(sql), sql
    editor.locator("#sql").fill("SELECT ")
    editor.keyboard.type("coun")
    editor.keyboard.press("Tab")  # takes what completes the word
    editor.keyboard.type("*)")
    assert by_the_browser(editor)[0] == [("b", "SELECT"), ("", " "), ("u", "count"), ("", "(*)")]


def test_what_is_sent_is_what_was_typed(editor: Any) -> None:
    editor.locator("#sql").fill("")
    editor.keyboard.type("SELECT 'a  b' AS x, ")
    editor.keyboard.insert_text("人口 -- 注")
    editor.keyboard.press("Escape")
    editor.keyboard.press("Enter")
    editor.keyboard.type("FROM t ;")
    typed = "SELECT 'a  b' AS x, 人口 -- 注\nFROM t ;"
    assert editor.locator("#sql").input_value() == typed
    with editor.expect_request("**/steward/sql/run") as sent:
        editor.keyboard.press("Control+Enter")
    (sql,) = parse_qs(sent.value.post_data)["sql"]
    assert sql.replace("\r\n", "\n") == typed


def test_characters_being_composed_are_seen_in_the_text_itself(editor: Any) -> None:
    editor.locator("#sql").fill("SELECT ")
    keys = editor.context.new_cdp_session(editor)
    keys.send(
        "Input.imeSetComposition", {"text": "ren kou", "selectionStart": 7, "selectionEnd": 7}
    )
    assert editor.locator(".typed").is_hidden()
    assert editor.locator("#sql.under").count() == 0
    keys.send("Input.insertText", {"text": "人口"})
    assert editor.locator("#sql.under").count() == 1
    assert by_the_browser(editor)[0] == [("b", "SELECT"), ("", " 人口")]


def test_a_long_text_stays_under_its_colours_wherever_it_is_scrolled(editor: Any) -> None:
    rows = [f"sum(a{n}) AS n, '第{n}行' AS s, -- {'x' * 60}" for n in range(2_000)]
    set_text = "t => { const a = document.getElementById('sql'); a.value = t;"
    editor.evaluate(f"{set_text} a.dispatchEvent(new Event('input')); }}", "\n".join(rows))
    drawn = editor.evaluate(
        """async () => {
          const area = document.getElementById('sql');
          area.scrollTop = area.scrollHeight;
          area.scrollLeft = 60;
          await new Promise(done => setTimeout(done, 100));
          const style = getComputedStyle(area);
          const box = area.getBoundingClientRect();
          const code = document.querySelector('.typed pre').getBoundingClientRect();
          return {
            below: box.top + area.clientTop + area.clientHeight - parseFloat(style.paddingBottom)
              - code.bottom,
            left: box.left + area.clientLeft + parseFloat(style.paddingLeft) - 60 - code.left,
            wide: area.scrollWidth - parseFloat(style.paddingLeft) - code.width,
            text: document.querySelector('.typed pre').textContent,
          };
        }"""
    )
    assert abs(drawn["below"]) <= 1
    assert abs(drawn["left"]) <= 1
    assert abs(drawn["wide"]) <= 1
    assert drawn["text"].rstrip("\n").endswith(rows[-1])
    assert drawn["text"].count("\n") < 100
    assert editor.locator(".gut").inner_text().split()[-1] == "2000"


def test_a_text_too_long_to_colour_is_plain(editor: Any) -> None:
    set_text = "n => { const a = document.getElementById('sql'); a.value = 'SELECT '.repeat(n);"
    for many, coloured in ((30_000, 0), (3, 1)):
        editor.evaluate(f"{set_text} a.dispatchEvent(new Event('input')); }}", many)
        assert editor.locator("#sql.under").count() == coloured


def test_chosen_colours_of_the_system_and_no_script_leave_the_text_itself(
    gallery: str, editor: Any, opened: Opening
) -> None:
    editor.emulate_media(forced_colors="active")
    assert editor.locator(".typed").is_hidden()
    colour = "getComputedStyle(document.getElementById('sql')).color"
    assert editor.evaluate(colour) != "rgba(0, 0, 0, 0)"
    plain = opened(gallery, script=False)
    plain.goto(f"{gallery}/gallery/workbench")
    assert plain.locator("#sql.under").count() == 0
    assert plain.locator("#sql").input_value() == SQL


def test_the_editor_is_clean_on_a_phone_and_in_the_dark(gallery: str, opened: Opening) -> None:
    page = opened(gallery, size=NARROW, theme="dark")
    page.goto(f"{gallery}/gallery/workbench-fault")
    assert axe(page) == []
    assert page.locator("#sql.under").count() == 1
