"""Companies, shops and public bodies: who owns them, what they do, where they sit."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from random import Random

import yaml

from citybrain.simulate import rhythm
from citybrain.simulate.draw import Chooser, chooser, stream
from citybrain.simulate.places import Town
from citybrain.simulate.world import NOBODY, Company, World

_PER_PERSON = 0.055
_SHOP_SHARE = 0.66
_KINDS = chooser({"1130": 55, "1151": 28, "1190": 6, "1152": 3, "1219": 1, "4540": 4, "9100": 3})
_ENDINGS = {"4540": "厂", "9100": "专业合作社", "1219": "股份有限公司"}
_REGISTRARS = {
    "shop": "92",
    "company": "91",
    "cooperative": "93",
    "government": "11",
    "public": "12",
}
_NUMBERED_SINCE = 2015  # since then the credit code replaces the registration number


@dataclass(frozen=True, kw_only=True)
class Trade:
    """A line of business: industry, word in the name, permit it needs and scope."""

    section: str
    code: str
    word: str
    share: float
    scope: str
    permit: str = ""


@dataclass(frozen=True, kw_only=True)
class Trades:
    """All lines of business, with permits by industry class and word."""

    words: tuple[str, ...]
    companies: Chooser[Trade]
    shops: Chooser[Trade]
    permits: dict[str, str]


@cache
def trades() -> Trades:
    """The lists of ``firms.yml``."""
    text = files(__package__).joinpath("firms.yml").read_text(encoding="utf-8")
    content = yaml.safe_load(text)
    companies = [Trade(**t) for t in content["trades"]]
    shops = [Trade(**t) for t in content["shops"]]
    return Trades(
        words=tuple(content["words"]),
        companies=chooser({t: t.share for t in companies}),
        shops=chooser({t: t.share for t in shops}),
        permits={t.scope: t.permit for t in companies + shops if t.permit},
    )


def found_firms(world: World) -> None:
    """All firms that exist when the books begin."""
    rng = stream(world.seed, "firms")
    adults = [p.number for p in world.people if 23 <= p.age(world.today) <= 60]
    for _ in range(max(12, round(len(world.people) * _PER_PERSON))):
        owner = adults[int(rng.random() * len(adults))]
        years = 0.2 + 17 * rng.random() ** 1.6
        on = rhythm.next_open(world.city.calendar, rhythm.years_before(world.today, years))
        adult_since = rhythm.years_before(world.people[owner].born, -20)
        firm = add_firm(world, rng, owner=owner, on=max(on, adult_since))
        if rng.random() < 0.05:
            firm.closed = rhythm.between(rng, firm.founded, world.today)


def add_firm(world: World, rng: Random, *, owner: int, on: date) -> Company:
    """Register a company or shop of that person on that day."""
    lines, person = trades(), world.people[owner]
    shop = rng.random() < _SHOP_SHARE
    trade = lines.shops(rng) if shop else lines.companies(rng)
    kind = "9500" if shop else _KINDS(rng)
    town = person.town if shop or rng.random() < 0.5 else world.places.by_people(rng)
    word = lines.words[int(rng.random() * len(lines.words))]
    if shop:
        name = f"{town.county_name}{person.name if rng.random() < 0.3 else word}{trade.word}"
    else:
        start = world.places.city_name if rng.random() < 0.45 else town.county_name
        name = f"{start}{word}{trade.word}{_ENDINGS.get(kind, '有限公司')}"
    registrar = "shop" if shop else "cooperative" if kind == "9100" else "company"
    firm = Company(
        number=len(world.companies),
        uscc=world.issuer.uscc(rng, kind=_REGISTRARS[registrar], region=town.issues),
        name=name,
        kind=kind,
        body="70" if shop else "10",
        industry=trade.section,
        industry_code=trade.code,
        owner=owner,
        capital=rng.choice((1, 3, 5, 10))
        if shop
        else rng.choice((10, 50, 50, 100, 100, 200, 500, 1000)),
        founded=on,
        town=town,
        address=world.places.address(rng, town, urban=town.urban or not shop or rng.random() < 0.5),
        scope=trade.scope,
        phone=person.phone,
        registration=f"{town.issues}{6 if shop else 0}{len(world.companies):08d}"
        if on.year < _NUMBERED_SINCE
        else "",
        general=not shop and rng.random() < 0.35,
        grade=rng.choices("ABMCD", weights=(12, 50, 30, 6, 2))[0],
        changed=rhythm.office_time(rng, on),
    )
    firm.holders = _holders(world, rng, firm)
    world.companies.append(firm)
    return firm


def add_public_body(world: World, rng: Random, *, name: str, town: Town, industry: str) -> Company:
    """A government office, school or hospital; not in the company register."""
    government = industry == "S"
    registrar = _REGISTRARS["government" if government else "public"]
    on = date(1990 + int(rng.random() * 20), 1 + int(rng.random() * 12), 1)
    body = Company(
        number=len(world.companies),
        uscc=world.issuer.uscc(rng, kind=registrar, region=town.issues),
        name=name,
        kind="",
        body="20" if government else "30",
        industry=industry,
        industry_code="",
        owner=NOBODY,
        capital=0,
        founded=on,
        town=town,
        address=world.places.address(rng, town, urban=True),
        scope="",
        phone=world.issuer.phone(rng),
        registration="",
        changed=rhythm.office_time(rng, on),
    )
    world.companies.append(body)
    return body


def _holders(world: World, rng: Random, firm: Company) -> list[tuple[int, int]]:
    """Who holds how many per cent; a shop has an owner, not holders."""
    if firm.kind in ("9500", "4540"):
        return []
    if firm.kind in ("1151", "1152") or rng.random() < 0.3:
        return [(firm.owner, 100)]
    other = world.people[firm.owner].spouse
    if other == NOBODY or rng.random() < 0.5:
        other = int(rng.random() * len(world.people))
        if other == firm.owner or world.people[other].age(firm.founded) < 18:
            return [(firm.owner, 100)]
    share = rng.choice((51, 60, 70, 80, 90))
    return [(firm.owner, share), (other, 100 - share)]
