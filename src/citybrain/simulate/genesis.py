"""From nothing to a city on its first day, and from there day by day."""

from collections.abc import Callable
from datetime import date, timedelta

from citybrain.city import City
from citybrain.simulate import events, families, firms, public, things, work
from citybrain.simulate.draw import stream
from citybrain.simulate.events import business, homes, incoming
from citybrain.simulate.identity import Issuer
from citybrain.simulate.names import load_names
from citybrain.simulate.places import load_places
from citybrain.simulate.world import World

_REGISTERED_SHARE = 0.93
_WHOLE_CITY = "全市"


def create(city: City, *, people: int, seed: int, origin: date) -> World:
    """The city on ``origin`` with so many people, incomers among them."""
    world = World(
        city=city,
        seed=seed,
        origin=origin,
        today=origin,
        places=load_places(city),
        names=load_names(),
        issuer=Issuer(),
    )
    registered = round(people * _REGISTERED_SHARE)
    families.settle(world, people=registered)
    for topic in ("marriages", "births"):
        world.log.setdefault(topic, []).sort(key=lambda note: note[0])
    for person in world.people:
        world.note("registered", person.registered, person.number)
    world.shares = _shares(world)
    public.open_public_bodies(world)
    firms.found_firms(world)
    public.enrol_all(world)
    incoming.arrive_first(world, people=people - registered)
    world.founders = len(world.people)
    work.find_work_for_all(world)
    things.own_all(world)
    business.permit_first(world, stream(seed, "first permits"))
    homes.mortgage_first(world, stream(seed, "first mortgages"))
    return world


def _shares(world: World) -> dict[str, float]:
    """The whole city, and the part of the people each county has."""
    counties = dict.fromkeys((t.county_name for t in world.places.towns), 0)
    for person in world.people:
        counties[person.town.county_name] += 1
    total = sum(counties.values())
    return {_WHOLE_CITY: 1.0} | {name: n / total for name, n in counties.items()}


def live(world: World, *, until: date, progress: Callable[[int, int], None]) -> None:
    """Let the world live to the end of ``until``; ``progress`` gets days done and in all."""
    days = (until - world.today).days
    for done in range(1, days + 1):
        world.today += timedelta(days=1)
        events.live(world)
        progress(done, days)
