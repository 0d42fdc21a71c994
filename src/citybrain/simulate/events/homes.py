"""Homes bought and sold, and the banks' rights in them."""

from random import Random

from citybrain.simulate import rhythm
from citybrain.simulate.draw import some
from citybrain.simulate.events.rates import open_day, today
from citybrain.simulate.local import local
from citybrain.simulate.things import add_title
from citybrain.simulate.world import NOBODY, Person, Title, World

_BOUGHT, _RESOLD_SHARE, _MORTGAGED = 7.0, 0.4, 3.0
_BORROWS = 0.55


def mortgage_first(world: World, rng: Random) -> None:
    """Mortgages that exist when the books begin, oldest first."""
    titles = [t for t in world.titles if t.right == "4" and rng.random() < 0.4]
    for title in sorted(titles, key=lambda t: (t.registered, t.number)):
        if title.registered.year >= 2006 and title.registered <= world.today:
            _mortgage(world, rng, title)


def day(world: World) -> None:
    """One day's register of homes."""
    rng = today(world, "homes")
    for buyer in some(rng, world.people, open_day(world, rng, _BOUGHT), lambda p: _buys(world, p)):
        _buy(world, rng, buyer)
    for title in some(
        rng,
        world.titles,
        open_day(world, rng, _MORTGAGED),
        lambda t: t.right == "4" and t.status == "1",
    ):
        _mortgage(world, rng, title)


def _buys(world: World, person: Person) -> bool:
    return (
        person.here
        and person.entered
        and person.household != NOBODY
        and 25 <= person.age(world.today) <= 62
    )


def _buy(world: World, rng: Random, buyer: Person) -> None:
    address = world.places.address(rng, buyer.town, urban=True)
    if rng.random() < _RESOLD_SHARE:
        for sold in some(rng, world.titles, 1, lambda t: t.right == "4" and t.status == "1"):
            sold.status, address = "2", sold.address
    title = add_title(world, rng, buyer, address, urban=True, on=world.today)
    if rng.random() < _BORROWS:
        _mortgage(world, rng, title)


def _mortgage(world: World, rng: Random, title: Title) -> None:
    amount = max(500, round(title.price * (0.3 + rng.random() * 0.4)))
    bank = local().banks[int(rng.random() * len(local().banks))]
    since = max(title.registered, world.today) if world.today > world.origin else title.registered
    until = rhythm.anniversary(since, rng.choice((10, 15, 20, 20, 30)))
    world.note("mortgages", since, title.number, title.owners[0], bank, amount, until)
