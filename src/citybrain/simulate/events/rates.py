"""How much happens on a day: yearly rates per thousand people, on open days or on all."""

from random import Random

from citybrain.simulate import rhythm
from citybrain.simulate.draw import count, stream
from citybrain.simulate.world import World

_DAYS, _OPEN_DAYS = 365.25, 250.0


def today(world: World, topic: str) -> Random:
    """The day's own stream of chance for a topic."""
    return stream(world.seed, topic, world.today.isoformat())


def is_open(world: World) -> bool:
    """Whether counters are open on the world's day."""
    return rhythm.is_open(world.city.calendar, world.today)


def any_day(world: World, rng: Random, yearly: float, factor: float = 1.0) -> int:
    """How often something happens today that may happen on every day."""
    return count(rng, yearly * factor * len(world.people) / 1000 / _DAYS)


def open_day(world: World, rng: Random, yearly: float) -> int:
    """How often something happens today that happens at counters only."""
    return count(rng, yearly * len(world.people) / 1000 / _OPEN_DAYS) if is_open(world) else 0
