"""Housing fund, titles and mortgages."""

from collections.abc import Iterator
from datetime import date

from citybrain.simulate import rhythm
from citybrain.simulate.draw import stream
from citybrain.simulate.local import local
from citybrain.simulate.tables.insurance import rising_moment
from citybrain.simulate.tables.rows import Row, money, month_of
from citybrain.simulate.world import NOBODY, Person, Title, World

_RATE = 8  # per cent of the base, from each side


def accounts(world: World) -> Iterator[Row]:
    """Everybody who saves, or saved, for a home."""
    last: dict[int, tuple[date, int]] = {}
    for day, who, _, employer, _ in world.happened("payments"):
        if employer != NOBODY:
            last[who] = (day, employer)
    for person in world.people:
        day, employer = last.get(person.number, (world.origin, NOBODY))
        employer = person.employer if person.employer != NOBODY else employer
        if person.fund is None or employer == NOBODY:
            continue
        closed = person.cancelled is not None or person.gone is not None
        values = {
            "account_number": account_number(person.number),
            "id_number": person.id_number,
            "name": person.name,
            "employer_uscc": world.companies[employer].uscc,
            "base": money(person.base * 100),
            "rate": f"{_RATE}.00",
            "balance": "0.00" if closed else money(_balance(person, day)),
            "opened_on": person.fund,
            "status": "05" if closed else "01" if person.employer != NOBODY else "02",
            "phone": person.phone or None,
            "updated_at": max(person.changed, rhythm.evening(day)),
        }
        about = (("person", person.number), ("company", employer))
        yield Row(values, about, person.number)


def _balance(person: Person, day: date) -> int:
    """Hundredths of a yuan after the last deposit; part of it was taken out over the years."""
    months = max(0, (day - (person.fund or day)).days) / 30.4
    kept = 0.2 + stream("fund", person.number).random() * 0.6
    return round(months * person.base * _RATE * 2 * kept)


def deposits(world: World) -> Iterator[Row]:
    """Monthly deposits, paid together with the insurance."""
    number = 0
    for day, who, _, employer, base in world.happened("payments"):
        fund = world.people[who].fund
        if employer == NOBODY or fund is None or fund > day:
            continue
        number += 1
        values = {
            "deposit_number": number,
            "account_number": account_number(who),
            "month": month_of(day),
            "employer_amount": money(base * _RATE),
            "person_amount": money(base * _RATE),
            "deposited_at": rising_moment(day, number),
        }
        yield Row(values, (("person", who),))


def withdrawals(world: World) -> Iterator[Row]:
    """Money taken out to buy, repay or rent."""
    known = {n[1] for n in world.happened("payments") if n[3] != NOBODY}
    for number, (day, who, reason, amount, at) in enumerate(world.happened("withdrawals"), 1):
        if who not in known and world.people[who].employer == NOBODY:
            continue
        values = {
            "withdrawal_number": f"TQ{day:%Y%m}{number:08d}",
            "account_number": account_number(who),
            "reason": reason,
            "amount": money(amount),
            "withdrawn_at": at,
        }
        yield Row(values, (("person", who),))


def titles(world: World) -> Iterator[Row]:
    """One row for each owner of each home."""
    for title in world.titles:
        for sequence, owner in enumerate(title.owners, 1):
            person = world.people[owner]
            values = {
                "title_number": title_number(title),
                "holder_sequence": sequence,
                "unit_number": _unit_number(title),
                "holder_name": person.name,
                "holder_id_number": person.id_number,
                "holder_kind": "1",
                "right": title.right,
                "use": title.use,
                "location": title.address,
                "county": title.town.county,
                "area": money(title.area),
                "price": money(title.price) if title.price else None,
                "share": f"{100 / len(title.owners):.4f}",
                "registered_on": title.registered,
                "status": title.status,
            }
            yield Row(values, (("holder", owner),))


def mortgages(world: World) -> Iterator[Row]:
    """Banks' rights in homes."""
    for number, (since, title_at, who, bank, amount, until) in enumerate(
        world.happened("mortgages"), 1
    ):
        title, person = world.titles[title_at], world.people[who]
        on = rhythm.next_open(world.city.calendar, since)
        values = {
            "mortgage_number": _certificate(on, title, f"不动产证明第{number:07d}号"),
            "title_number": title_number(title),
            "mortgagor_name": person.name,
            "mortgagor_id_number": person.id_number,
            "mortgagee_name": f"{bank}股份有限公司{world.places.city_name}分行",
            "amount": money(amount),
            "starts_on": since,
            "ends_on": until,
            "registered_on": on,
            "status": "2" if title.status == "2" else "1",
        }
        yield Row(values, (("mortgagor", who),))


def account_number(number: int) -> str:
    """Twelve digits of the fund's own."""
    return f"{800_000_000_000 + number * 13:012d}"


def title_number(title: Title) -> str:
    """The number on the certificate, as the province writes it."""
    return _certificate(title.registered, title, f"不动产权第{title.number + 1:07d}号")


def _certificate(on: date, title: Title, rest: str) -> str:
    return f"{local().province}（{on.year}）{title.town.county_name}{rest}"


def _unit_number(title: Title) -> str:
    """Twenty-eight characters: cadastral zone, parcel, building."""
    zone = f"{title.town.issues}{title.town.code[6:]}{title.number % 1000:03d}"
    return f"{zone}GB{title.number % 100_000:05d}F{title.number % 10**8:08d}"
