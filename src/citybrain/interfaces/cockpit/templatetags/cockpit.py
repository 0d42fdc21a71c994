"""Tags of the cockpit: numbers with their unit, and how fresh they are."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from citybrain.engines.indicators.service import Card
from citybrain.interfaces.cockpit.figures import amount, split
from citybrain.interfaces.kit.templatetags.kit import say, spoken

register = template.Library()


def _english() -> bool:
    return (get_language() or "").startswith("en")


@register.simple_tag
def figure(card: Card) -> SafeString:
    """A card's number with its unit; ``33 of 36`` where it is a part of a whole."""
    digits, word = split(card.value, english=_english(), decimals=card.decimals)
    if card.value is None:
        return format_html('<b class="num">{}</b>', digits)
    unit = say(card.unit)
    if card.of is not None:
        unit = f"/ {card.of:,} {unit}"
    space = " " if _english() else ""
    return format_html(
        '<b class="num">{}<small>{}{}{}</small></b>', digits, word, space, spoken(unit)
    )


@register.filter(name="amount")
def amount_filter(value: float | None) -> str:
    """A whole number in the reader's language."""
    return amount(value, english=_english())


@register.filter
def digits(value: float | None, decimals: int = 0) -> str:
    """A number with its decimals."""
    return split(None, english=False)[0] if value is None else f"{value:,.{decimals}f}"


@register.filter
def share(value: float | None, whole: float) -> str:
    """What part of the whole it is, from 0 to 100, for a bar."""
    return f"{100 * (value or 0) / whole:.1f}" if whole else "0"


@register.filter
def arc(value: float | None) -> str:
    """The length of a ring's arc for a percentage, of a circle whose length is 100."""
    return f"{min(max(value or 0.0, 0.0), 100.0):.1f} 100"
