"""What people say to the hotline, who handles it, and how they judge the answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from random import Random

import yaml

from citybrain.simulate import rhythm
from citybrain.simulate.draw import Chooser, chooser, some
from citybrain.simulate.events.rates import any_day, today
from citybrain.simulate.world import NOBODY, World

_CALLS, _ANONYMOUS = 95.0, 0.22
_CHANNELS = chooser({"1": 72, "2": 7, "3": 11, "4": 5, "5": 4, "6": 1})
_DAYS_TO_ANSWER = 5
_VERDICTS = {
    True: "5" * 30 + "4" * 45 + "3" * 15 + "2" * 7 + "1" * 3,
    False: "4" * 10 + "3" * 30 + "2" * 40 + "1" * 20,
}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A kind of request: category, handling department, title and content as told."""

    category: str
    department: str
    share: float
    title: str
    content: str


@cache
def wishes() -> Chooser[Wish]:
    """The lists of ``hotline.yml``."""
    path = files("citybrain.simulate").joinpath("hotline.yml")
    return chooser(
        {w: w.share for w in (Wish(**w) for w in yaml.safe_load(path.read_text(encoding="utf-8")))}
    )


def day(world: World) -> None:
    """One day's calls, in the order they came."""
    rng = today(world, "voice")
    wanted = any_day(world, rng, _CALLS, rhythm.calls(world.city.calendar, world.today))
    callers = some(rng, world.people, wanted, lambda p: p.here and 17 <= p.age(world.today) <= 85)
    for at in sorted(rhythm.call_time(rng, world.today) for _ in callers):
        caller = callers.pop()
        _call(world, rng, caller.number, at)


def _call(world: World, rng: Random, caller: int, at: datetime) -> None:
    wish = wishes()(rng)
    person = world.people[caller]
    town = person.town if rng.random() < 0.8 else world.places.by_people(rng)
    address = world.places.address(rng, town, urban=town.urban or rng.random() < 0.6)
    due = _deadline(world, at)
    finished = at + (due - at) * (0.1 + rng.random() * (1.0 if rng.random() < 0.96 else 1.8))
    number = len(world.happened("tickets"))
    named = NOBODY if rng.random() < _ANONYMOUS else caller
    world.note(
        "tickets",
        at,
        wish,
        named,
        caller,
        town,
        address,
        _CHANNELS(rng),
        due,
        finished.replace(microsecond=0),
    )
    if rng.random() < 0.8:
        asked = rhythm.next_open(
            world.city.calendar, finished.date() + timedelta(days=1 + int(rng.random() * 3))
        )
        in_time = finished <= due and rng.random() < 0.85
        verdict = "0" if rng.random() < 0.08 else rng.choice(_VERDICTS[in_time])
        world.plan(asked, "callbacks", number, verdict, rhythm.office_time(rng, asked))


def _deadline(world: World, at: datetime) -> datetime:
    day = at.date()
    for _ in range(_DAYS_TO_ANSWER):
        day = rhythm.next_open(world.city.calendar, day + timedelta(days=1))
    return at.replace(year=day.year, month=day.month, day=day.day, hour=17, minute=30, second=0)
