"""SQL as coloured parts: whatever the text, it stays what it was."""

from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citybrain.interfaces.steward.highlighting import lines

TAGS = ("b", "i", "u", "s", "var")


def bare(sql: str) -> str:
    """The text of the lines without their tags."""
    text = "\n".join(line.html for line in lines(sql))
    for tag in TAGS:
        text = text.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
    return unescape(text)


@given(st.text(alphabet="aS1 '\"-*/\n(.中<&;", max_size=40))
def test_no_character_is_lost_or_added(sql: str) -> None:
    assert bare(sql) == sql


@pytest.mark.parametrize(
    ("sql", "shown"),
    [
        ("SELECT 'it''s'", "<b>SELECT</b> <i>&#x27;it&#x27;&#x27;s&#x27;</i>"),
        ("SELECT 'open", "<b>SELECT</b> <i>&#x27;open</i>"),
        ("a // b # c", "a // b # c"),
        ("count(*) -- n", "<u>count</u>(*) <s>-- n</s>"),
        ("x /* open", "x <s>/* open</s>"),
        ('1_000.5 "a 1"', "<var>1_000.5</var> &quot;a 1&quot;"),
    ],
)
def test_each_part_has_its_colour(sql: str, shown: str) -> None:
    assert [line.html for line in lines(sql)] == [shown]
