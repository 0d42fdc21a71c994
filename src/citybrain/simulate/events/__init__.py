"""What happens on one day, topic by topic; each topic draws from a stream of its own."""

from collections.abc import Callable

from citybrain.simulate.events import (
    business,
    care,
    family,
    homes,
    incoming,
    moving,
    schooling,
    traffic,
    voice,
    working,
)
from citybrain.simulate.world import World

TOPICS: tuple[Callable[[World], None], ...] = (
    family.planned,
    schooling.day,
    family.day,
    moving.day,
    incoming.day,
    business.day,
    working.day,
    traffic.day,
    homes.day,
    care.day,
    voice.day,
)


def live(world: World) -> None:
    """Let the world's day pass."""
    for topic in TOPICS:
        topic(world)
