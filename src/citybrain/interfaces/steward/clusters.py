"""Which source records are one entity, as the geometry of an SVG: spokes round a hub."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from citybrain.engines.libraries.service import MentionRow, RecordView
from citybrain.interfaces.kit.templatetags.kit import say
from citybrain.interfaces.steward.lifelines import CHARACTER, fitted

CENTRE = (190.0, 168.0)
RADIUS, SPOKE = 128.0, 98.0
MOST = 16
ROOM = 7.2 * CHARACTER  # for a title beside its spoke
WORTH = 0.01  # a candidate that is less likely says nothing in a picture; the table has it
SURE = ("number", "by_hand", "alone")


@dataclass(frozen=True, kw_only=True)
class Node:
    """A table's mentions of one kind; ``sure`` ones are drawn solid, others by probability."""

    x: str
    y: str
    line_x: str
    line_y: str
    thick: str
    sure: bool
    label: str
    label_x: str
    label_y: str
    anchor: str
    tip: str


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """The picture; ``rejected`` is the closest other entity, outside the circle."""

    nodes: tuple[Node, ...]
    records: int
    left_out: int
    rejected: str
    rejected_probability: str


def cluster(view: RecordView) -> Cluster | None:
    """The picture of a record's mentions; None for a library without entities."""
    if not view.mentions:
        return None
    groups = _groups(view.mentions)
    shown = groups[:MOST]
    closest = max(view.mentions, key=lambda one: one.closest_probability or 0.0)
    return Cluster(
        nodes=tuple(_node(n, len(shown), group) for n, group in enumerate(shown)),
        records=len(view.mentions),
        left_out=sum(len(group) for group in groups[MOST:]),
        rejected=closest.closest if (closest.closest_probability or 0.0) >= WORTH else "",
        rejected_probability=f"{closest.closest_probability or 0:.2f}",
    )


def _groups(mentions: Sequence[MentionRow]) -> list[list[MentionRow]]:
    """Mentions of one table, role and certainty together, the uncertain last."""
    found: dict[tuple[bool, str, str], list[MentionRow]] = {}
    for one in mentions:
        key = (one.how not in SURE, one.source.table, one.role)
        found.setdefault(key, []).append(one)
    return [found[key] for key in sorted(found)]


def _node(number: int, of: int, group: Sequence[MentionRow]) -> Node:
    angle = -pi / 2 + 2 * pi * number / of
    x, y = CENTRE[0] + SPOKE * cos(angle), CENTRE[1] + SPOKE * sin(angle)
    one = group[0]
    sure = one.how in SURE
    probability = min((m.probability or 0.0) for m in group) if not sure else 1.0
    count = f" ×{len(group)}" if len(group) > 1 else ""
    share = "" if sure else f" {probability:.2f}"
    side = cos(angle)
    return Node(
        x=f"{x:.1f}",
        y=f"{y:.1f}",
        line_x=f"{CENTRE[0] + 34 * cos(angle):.1f}",
        line_y=f"{CENTRE[1] + 34 * sin(angle):.1f}",
        thick=f"{4 if sure else 1.5 + 3 * max(probability - 0.5, 0):.1f}",
        sure=sure,
        label=f"{fitted(say(one.source.table_title), ROOM)}{count}{share}",
        label_x=f"{x + (12 if side > 0.25 else -12 if side < -0.25 else 0):.1f}",
        label_y=f"{y + (4 if abs(side) > 0.25 else -13 if y < CENTRE[1] else 22):.1f}",
        anchor="start" if side > 0.25 else "end" if side < -0.25 else "middle",
        tip=f"{say(one.source.department_title)} {say(one.source.table_title)} "
        f"{say(one.role_title)}: {say(one.how_title)}{share}",
    )
