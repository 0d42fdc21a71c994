"""Firms founded, changed and closed; permits granted to them and taken away."""

from datetime import date, timedelta
from random import Random

from citybrain.simulate import rhythm
from citybrain.simulate.draw import some
from citybrain.simulate.events.rates import open_day, today
from citybrain.simulate.firms import add_firm, trades
from citybrain.simulate.world import NOBODY, Company, World

_FOUNDED, _CLOSED, _CHANGED, _REVOKED = 7.0, 2.6, 5.0, 0.4
_WORK_AGE = range(22, 61)


def permit_first(world: World, rng: Random) -> None:
    """Permits of the firms that exist when the books begin, oldest first."""
    notes = []
    for firm in world.companies:
        kind = trades().permits.get(firm.scope) if firm.kind else None
        if kind and rng.random() < 0.85:
            latest = max(firm.founded, rhythm.years_before(world.today, 5))
            on = rhythm.next_open(world.city.calendar, rhythm.between(rng, latest, world.today))
            notes.append((on, firm.number, kind, rng.choice((30, 60, 120, 300))))
    for on, number, kind, area in sorted(notes):
        if on < world.today:
            world.note("permits", on, number, kind, area)


def day(world: World) -> None:
    """One day's firms."""
    rng = today(world, "business")
    owners = some(
        rng, world.people, open_day(world, rng, _FOUNDED),
        lambda p: p.here and p.entered and p.age(world.today) in _WORK_AGE,
    )  # fmt: skip
    for owner in owners:
        firm = add_firm(world, rng, owner=owner.number, on=world.today)
        kind = trades().permits.get(firm.scope)
        if kind:
            granted = rhythm.next_open(
                world.city.calendar, world.today + timedelta(days=5 + int(rng.random() * 15))
            )
            world.plan(granted, "permits", firm.number, kind, rng.choice((30, 60, 120, 300)))
    for firm in some(
        rng, world.companies, open_day(world, rng, _CLOSED), lambda c: _active(world, c)
    ):
        firm.closed, firm.changed = world.today, rhythm.office_time(rng, world.today)
    for firm in some(
        rng, world.companies, open_day(world, rng, _CHANGED), lambda c: _active(world, c)
    ):
        _change(world, rng, firm)
    granted_so_far = world.happened("permits")
    for _ in range(open_day(world, rng, _REVOKED)):
        if granted_so_far:
            at = int(rng.random() * len(granted_so_far))
            world.note("revocations", world.today, at, rng.choice("123334"))


def _active(world: World, firm: Company) -> bool:
    return bool(firm.kind) and firm.closed is None and firm.founded < world.today


def _change(world: World, rng: Random, firm: Company) -> None:
    item = rng.choice(("02", "03", "04", "07", "01"))
    before, after = _CHANGES[item](world, rng, firm)
    if before == after:
        return
    firm.changed = rhythm.office_time(rng, world.today)
    world.note("changes", world.today, firm.number, item, before, after, firm.changed)


def _new_address(world: World, rng: Random, firm: Company) -> tuple[str, str]:
    before = firm.address
    firm.address = world.places.address(rng, firm.town, urban=True)
    return before, firm.address


def _new_head(world: World, rng: Random, firm: Company) -> tuple[str, str]:
    before = world.people[firm.owner].name
    candidates = [n for n, _ in firm.holders] + [world.people[firm.owner].spouse]
    suited = [n for n in candidates if n not in (NOBODY, firm.owner) and world.people[n].here]
    if suited and firm.kind != "9500":
        firm.owner = suited[0]
    return before, world.people[firm.owner].name


def _new_capital(_world: World, rng: Random, firm: Company) -> tuple[str, str]:
    before = firm.capital
    firm.capital = before * rng.choice((2, 2, 3, 5))
    return f"{before}万元", f"{firm.capital}万元"


def _new_scope(_world: World, rng: Random, firm: Company) -> tuple[str, str]:
    before = firm.scope
    addition = rng.choice(
        ("货物进出口", "技术推广服务", "普通货物仓储", "机械设备租赁", "互联网销售")
    )
    after = before if addition in before else before.rstrip("。") + f"；{addition}。"
    if len(after) < 400:
        firm.scope = after
    return before, firm.scope


def _new_name(_world: World, rng: Random, firm: Company) -> tuple[str, str]:
    before, words = firm.name, trades().words
    old = next((w for w in words if w in before), "")
    if old:
        firm.name = before.replace(old, words[int(rng.random() * len(words))], 1)
    return before, firm.name


_CHANGES = {
    "01": _new_name,
    "02": _new_address,
    "03": _new_head,
    "04": _new_capital,
    "07": _new_scope,
}


def permit_valid_to(on: date) -> date:
    """Permits hold for five years, less a day."""
    return rhythm.anniversary(on, 5) - timedelta(days=1)
