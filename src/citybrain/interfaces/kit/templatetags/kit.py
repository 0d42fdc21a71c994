"""Filters and tags of every page: numbers, times, states and titles look the same everywhere."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from citybrain.base.clock import CITY_ZONE
from citybrain.engines.catalogue.service import GridColumn, Text
from citybrain.engines.identity.service import Actor
from citybrain.interfaces.kit import figures, words
from citybrain.interfaces.kit.access import may_open
from citybrain.interfaces.kit.figures import NONE, duration, num, percent, rows

register = template.Library()
for _figure in (
    num,
    percent,
    rows,
    figures.tables,
    figures.files,
    figures.entries,
    figures.departments,
    figures.size,
    duration,
    figures.span,
    figures.hundred,
    figures.digest,
):
    register.filter(_figure)

# From a Chinese character to the last one before the next word in Latin letters.
_CHINESE = re.compile(r"[⺀-鿿](?:[^A-Za-z]*[⺀-鿿＀-￯])?")
WORRY = 99.5  # below this share of valid rows a field is marked


def _english() -> bool:
    return (get_language() or "").startswith("en")


@register.filter("plain")
def say(text: Text | str | None) -> str:
    """The sentence in the reader's language; Chinese where there is no English.

    In templates this is ``plain``, for attributes and other places that hold no elements.
    """
    if not isinstance(text, Text):
        return str(text or "")
    return (text.en or text.zh) if _english() else text.zh


@register.filter("say")
def spoken(text: object) -> object:
    """The same for the text of a page: on an English page what is Chinese says that it is.

    What is neither a sentence nor a string, as the number of a cell, stays what it is.
    """
    if text is not None and (isinstance(text, SafeString) or not isinstance(text, (Text, str))):
        return text
    words = say(text)
    if not _english() or not _CHINESE.search(words):
        return words
    *others, last = _CHINESE.split(words)
    pairs = zip(others, _CHINESE.findall(words), strict=True)
    return format_html_join("", '{}<span lang="zh">{}</span>', pairs) + format_html("{}", last)


@register.simple_tag
def lang(text: Text | str | None) -> SafeString:
    """The attribute of an element whose text holds no elements: Chinese on an English page."""
    chinese = _english() and _CHINESE.search(say(text))
    return SafeString(' lang="zh"' if chinese else "")


@register.simple_tag
def titled(chinese: str, english: str = "") -> object:
    """A title of the city's folder in the reader's language."""
    return spoken(Text(zh=chinese, en=english))


@register.simple_tag
def opens(who: Actor | None, name: str) -> bool:
    """Whether the page of that name opens to the reader, so that no link leads to a refusal."""
    return may_open(who, name) if who else False


@register.simple_tag
def icon(name: str) -> SafeString:
    """One icon of the set, hidden from readers of the page by ear."""
    source = static("kit/icons.svg")
    return format_html(
        '<svg class="ico" aria-hidden="true"><use href="{}#{}"/></svg>', source, name
    )


@register.simple_tag
def tag(state: str, extra: object = "") -> SafeString:
    """A state as word, shape and colour; ``extra`` follows the word."""
    word = words.word(str(state))
    tail = f" {num(extra)}" if isinstance(extra, int) else str(extra and f" {extra}")
    return format_html('<span class="tag tag--{}">{}{}</span>', word.shape, word.text, tail)


@register.simple_tag
def run_tag(state: str, count: int | None = None) -> SafeString:
    """A run's or table's phase as word, shape and colour, with how many are in it."""
    word = words.RUN_STATES.get(state) or words.word(state)
    tail = "" if count is None else f" {num(count)}"
    return format_html('<span class="tag tag--{}">{}{}</span>', word.shape, word.text, tail)


@register.simple_tag
def result(state: str, text: Text) -> SafeString:
    """How something ended, in its own words, with the shape of its state."""
    word = words.RUN_STATES.get(state) or words.word(state)
    return format_html('<span class="tag tag--{}">{}</span>', word.shape, spoken(text) or word.text)


@register.simple_tag
def look(reading: str) -> SafeString:
    """How somebody looked: masked, revealed, or without content."""
    return tag(reading)


@register.simple_tag
def level(value: int, short: bool = False) -> SafeString:
    """A data level as bars and word; ``short`` leaves the number out."""
    bars = format_html_join(
        "",
        '<rect class="{}" x="{}" y="{}" width="3" height="{}"/>',
        (("f" if i < value else "g", 4 * i, 9 - 3 * i, 3 + 3 * i) for i in range(4)),
    )
    text = words.LEVELS.get(value, "")
    label = text if short else gettext("%(n)s 级 %(word)s") % {"n": value, "word": text}
    return format_html(
        '<span class="lv"><svg viewBox="0 0 16 12" aria-hidden="true">{}</svg>{}</span>',
        bars,
        label,
    )


@register.simple_tag(takes_context=True)
def when(context: template.Context, at: datetime | None, style: str = "short") -> SafeString:
    """A time as this reader needs it: the hour today, the day this year, all of it else.

    ``style`` is ``short``, ``seconds`` (with seconds), ``log`` (only the hour), ``full``,
    ``brief`` (the hour or the day, never both), or ``list`` (the hour, and the day below it when
    it is another day).
    """
    if at is None:
        return format_html('<span class="dim">{}</span>', NONE)
    local = timezone.localtime(at, CITY_ZONE)
    clock = f"{local:%H:%M}" if style in {"short", "list"} else f"{local:%H:%M:%S}"
    day = "" if style == "log" else _day(context, local, full=style == "full")
    if style == "brief":
        shown = day or f"{local:%H:%M}"
    elif style == "list":
        shown = format_html("{}<small>{}</small>", clock, day) if day else clock
    else:
        shown = f"{day} {clock}".strip()
    return format_html(
        '<time class="num" datetime="{}">{}</time>', local.isoformat(timespec="seconds"), shown
    )


def _day(context: template.Context, local: datetime, *, full: bool) -> str:
    now = context.get("now")
    if full or not isinstance(now, datetime) or now.year != local.year:
        return f"{local:%Y-%m-%d}"
    return "" if now.date() == local.date() else f"{local:%m-%d}"


@register.simple_tag(takes_context=True)
def ago(context: template.Context, at: datetime | None) -> str:
    """How long ago, counted from the page's own time."""
    now = context.get("now")
    if at is None or not isinstance(now, datetime):
        return NONE
    passed = (now - at).total_seconds()
    if passed < 1:
        return gettext("刚刚")
    return gettext("%(time)s前") % {"time": duration(passed if passed > 10 else int(passed))}


@register.filter
def weekday(at: datetime) -> str:
    """The day of the week, short."""
    return date_format(at, "D")


@register.filter
def lookup(mapping: Mapping[object, object], key: object) -> object:
    """The value of a key; nothing when the mapping does not know it."""
    return mapping.get(key, "")


@register.simple_tag
def spark(trend: Sequence[float]) -> SafeString:
    """Shares of valid rows (0 to 100) as a small line; 95 and below touch the floor."""
    if len(trend) < 2:
        return SafeString("")
    step = 88 / (len(trend) - 1)
    points = [f"{i * step:.1f} {2 + min(100 - v, 5) * 3.6:.1f}" for i, v in enumerate(trend)]
    return format_html(
        '<svg class="sp" viewBox="0 0 88 22" aria-hidden="true"><path class="{}" d="M{}"/></svg>',
        "w" if trend[-1] < WORRY else "",
        " L".join(points),
    )


@register.simple_tag
def rate(value: float | None) -> SafeString:
    """A share of valid rows (0 to 100); a triangle warns where it is low."""
    if value is None:
        return format_html('<span class="dim">{}</span>', NONE)
    if value < WORRY:
        return format_html('<span class="warn">▲ {}</span>', percent(value / 100))
    return format_html("{}", percent(value / 100))


@register.simple_tag
def column(columns: Sequence[GridColumn], index: int) -> GridColumn:
    """The column of a grid at a place."""
    return columns[index]
