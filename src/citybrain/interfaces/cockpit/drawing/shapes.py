"""Shapes that both pictures of the river are made of, and how bands share a width."""

from collections.abc import Sequence
from dataclasses import dataclass

from citybrain.interfaces.cockpit.figures import clip, folded

FOLDS = 40.0  # from this height on a title beside the river may have two lines


@dataclass(frozen=True, kw_only=True)
class Band:
    """A band from one place to another; ``kind`` is its colour: b, w, bad, a or m."""

    path: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A thing beside or upon the river: where it is, what it is called, how much.

    ``x``, ``y``, ``width`` and ``height`` are numbers as text; ``tone`` is a tone of states;
    ``more`` is the title's second line; a ``turned`` title runs from below to above.
    """

    x: str
    y: str
    width: str
    height: str
    middle: str
    title: str
    more: str = ""
    value: str = ""
    note: str = ""
    tone: str = "ok"
    url: str = ""
    turned: bool = False


@dataclass(frozen=True, kw_only=True)
class Picture:
    """The river as shapes. ``flows`` are the middle lines for the moving grains."""

    bands: tuple[Band, ...]
    springs: tuple[Mark, ...]
    libraries: tuple[Mark, ...]
    themes: tuple[Mark, ...]
    users: tuple[Mark, ...]
    lines: tuple[str, ...]
    flows: str
    gate: float
    height: float
    standard: bool
    has_users: bool


def f(value: float) -> str:
    """A coordinate."""
    return f"{value:.1f}"


def across(
    x1: float, y1: float, h1: float, x2: float, y2: float, h2: float, *, bend: float | None = None
) -> str:
    """A band that runs from left to right: upper edges ``y1`` and ``y2``, its two widths.

    It runs level as far as ``bend``, where there is something above that it must not cross.
    """
    b = x1 if bend is None else bend
    m = (b + x2) / 2
    return (
        f"M{f(x1)} {f(y1)}H{f(b)}C{f(m)} {f(y1)} {f(m)} {f(y2)} {f(x2)} {f(y2)}"
        f"V{f(y2 + h2)}C{f(m)} {f(y2 + h2)} {f(m)} {f(y1 + h1)} {f(b)} {f(y1 + h1)}H{f(x1)}Z"
    )


def down(x1: float, w1: float, y1: float, x2: float, w2: float, y2: float) -> str:
    """A band that runs from top to bottom: left edges ``x1`` and ``x2``, its two widths."""
    m = (y1 + y2) / 2
    return (
        f"M{f(x1)} {f(y1)}C{f(x1)} {f(m)} {f(x2)} {f(m)} {f(x2)} {f(y2)}"
        f"H{f(x2 + w2)}C{f(x2 + w2)} {f(m)} {f(x1 + w1)} {f(m)} {f(x1 + w1)} {f(y1)}Z"
    )


def shares(values: Sequence[float], total: float, *, least: float) -> list[float]:
    """``total`` shared out in proportion, none below ``least``, the greatest giving way."""
    if not values:
        return []
    whole = sum(values) or 1.0
    found = [max(total * value / whole, least) for value in values]
    excess = sum(found) - total
    while excess > 1e-6:
        room = [max(size - least, 0.0) for size in found]
        if sum(room) <= 1e-9:
            break
        factor = min(excess / sum(room), 1.0)
        found = [size - r * factor for size, r in zip(found, room, strict=True)]
        excess = sum(found) - total
    return found


def stacked(sizes: Sequence[float], start: float, *, gap: float = 0.0) -> list[float]:
    """Where each of them begins, one after the other."""
    places, at = [], start
    for size in sizes:
        places.append(at)
        at += size + gap
    return places


def room_before(value: str, width: float) -> float:
    """How many Chinese characters (16 px) a title has before its number (18 px)."""
    number = sum(10.6 if sign.isalnum() else 5.0 for sign in value)
    return (width - 8 - number) / 16


def beside(title: str, width: float, value: str, height: float) -> tuple[str, str]:
    """A title beside the river, on two lines where it is long and they have the height."""
    room = room_before(value, width)
    return folded(title, room) if height >= FOLDS else (clip(title, room), "")
