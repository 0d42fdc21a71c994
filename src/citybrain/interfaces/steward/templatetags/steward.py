"""Filters and tags of the steward's pages alone; those of every page are the kit's."""

from collections.abc import Sequence

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from citybrain.base.clock import CITY_ZONE
from citybrain.engines.catalogue.service import (
    ProofView,
    SnapshotRow,
    StateCounts,
    TableDot,
    Text,
    said,
)
from citybrain.engines.libraries.service import STATES, RowColumn, SourceField, SourceView
from citybrain.interfaces.kit import words
from citybrain.interfaces.kit.figures import num, rows
from citybrain.interfaces.kit.templatetags.kit import say
from citybrain.interfaces.steward import merkle as drawing

register = template.Library()


@register.filter
def breadth(value: str) -> int:
    """The ``size`` of a cell's input: its value whole, unless it is very long.

    Browsers count in characters of the page's font, which are Chinese and nearly square.
    """
    wide = sum(1.0 if char >= "\u2e80" else 0.6 for char in value)
    return min(max(round(wide) + 1, 4), 32)


@register.filter
def by(name: str) -> str:
    """Who did it; what nobody pressed a button for was the schedule."""
    return gettext("定时任务") if name == "system" else name


_SHAPES = {
    "ok": '<circle class="o" cx="{x}" cy="5.5" r="4.5"/>',
    "warn": '<path class="w" d="M{x} .5l5 10h-10Z"/>',
    "bad": '<path class="b" d="M{x} 0l5.5 5.5-5.5 5.5-5.5-5.5Z"/>',
    "info": '<circle class="n" cx="{x}" cy="5.5" r="4.5"/>',
    "idle": '<circle class="i" cx="{x}" cy="5.5" r="4"/>',
}
_URGENCY = ("damaged", "failed", "late", "arrived", "waiting")


@register.simple_tag
def dots(tables: Sequence[TableDot]) -> SafeString:
    """One shape per table, the urgent first, with the counts as its label."""
    states = [table.state for table in tables]
    ordered = sorted(states, key=lambda s: _URGENCY.index(s) if s in _URGENCY else 9)
    counts = {state: ordered.count(state) for state in dict.fromkeys(ordered)}
    label = gettext("、").join(f"{words.word(s).text} {n}" for s, n in counts.items())
    shapes = format_html_join(
        "",
        "{}",
        (
            (SafeString(_SHAPES[words.word(state).shape].format(x=5.5 + 14 * i)),)
            for i, state in enumerate(ordered)
        ),
    )
    return format_html(
        '<span class="dots"><svg viewBox="0 0 {} 11" role="img" aria-label="{}">{}</svg></span>',
        max(14 * len(ordered) - 3, 11),
        label,
        shapes,
    )


@register.simple_tag
def stack(counts: StateCounts) -> SafeString:
    """The states of all tables as one bar, the urgent first."""
    parts = [
        ("b", counts.damaged + counts.failed),
        ("w", counts.late),
        ("o", counts.arrived),
        ("i", counts.waiting),
    ]
    total = sum(count for _kind, count in parts) or 1
    bars, x = [], 0.0
    for kind, count in parts:
        width = 400 * count / total
        if count:
            bars.append((kind, f"{x:.1f}", f"{max(width - 2, 1):.1f}"))
        x += width
    shapes = format_html_join("", '<rect class="{}" x="{}" width="{}" height="14"/>', bars)
    return format_html(
        '<svg class="stack" viewBox="0 0 400 14" preserveAspectRatio="none" aria-hidden="true">'
        "{}</svg>",
        shapes,
    )


@register.simple_tag(takes_context=True)
def snapshot_label(context: template.Context, snap: SnapshotRow) -> str:
    """A snapshot as one line of a list: when, how many rows, which number."""
    local = timezone.localtime(snap.at, CITY_ZONE)
    parts = {"at": f"{local:%m-%d %H:%M}", "rows": rows(snap.rows), "n": num(snap.number)}
    return gettext("%(at)s · %(rows)s · 快照 %(n)s") % parts


@register.inclusion_tag("steward/_merkle.html")
def merkle(proof: ProofView) -> dict[str, object]:
    """The picture of a path in the tree."""
    return {"picture": drawing.picture(proof), "proof": proof}


@register.simple_tag
def same_field(source: SourceView, name: str) -> SourceField:
    """The field of that name of a source record, so that records stand side by side."""
    empty = SourceField(name=name, title=Text(zh=name), value=None, masked=False)
    return next((one for one in source.fields if one.name == name), empty)


@register.filter
def signed(points: int) -> str:
    """Points with their sign, the true minus where they are taken."""
    return f"{points:+d}".replace("-", "−")


@register.simple_tag
def cell_column(columns: Sequence[RowColumn], index: int) -> RowColumn:
    """The column that a cell stands in."""
    return columns[index]


@register.simple_tag
def finding_state(state: str) -> str:
    """The word for where a finding stands."""
    return say(STATES.get(state, Text(zh=state)))


@register.simple_tag
def at_cell(at: tuple[int, int], row: int, column: int) -> str:
    """The class of the one cell of a grid that is meant."""
    return "cell" if at == (row, column) else ""


@register.simple_tag
def layer_word(layer: str) -> str:
    """What a layer of the lake is called."""
    words_of = {
        "ods": gettext("贴源层"),
        "dwd": gettext("标准层"),
        "lib": gettext("基础库"),
        "theme": gettext("主题库"),
        "ads": gettext("应用层"),
    }
    return words_of.get(layer, layer)


@register.filter
def words_list(text: str) -> list[str]:
    """Words between blanks, to go through in a template."""
    return text.split()


@register.simple_tag
def model_state_word(state: str) -> str:
    """The word for how a model stands."""
    return str(words.word(state).text)


@register.simple_tag
def model_state(state: str) -> SafeString:
    """How a model stands, or how a build of it ended, as word, shape and colour."""
    return tag_of(words.word(state))


@register.simple_tag
def job_word(state: str) -> str:
    """The word for where a job stands."""
    return str(words.word({"ready": "queued"}.get(state, state)).text)


@register.simple_tag
def job_state(state: str) -> SafeString:
    """Where a job stands, as word, shape and colour."""
    return tag_of(words.word({"ready": "queued"}.get(state, state)))


@register.simple_tag
def model_test(state: str) -> SafeString:
    """How a test ended."""
    return tag_of(words.word({"passed": "kept", "failed": "broken", "never": "unrun"}[state]))


@register.filter
def failure(text: str) -> str:
    """What a job failed at, in the reader's language where that kind of failure is known."""
    return say(said(text))


def tag_of(word: words.Word) -> SafeString:
    """A word with its shape."""
    return format_html('<span class="tag tag--{}">{}</span>', word.shape, word.text)
