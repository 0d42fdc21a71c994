"""The hotline's tickets and the calls back."""

from collections.abc import Iterator

from citybrain.simulate.tables.rows import Row
from citybrain.simulate.world import NOBODY, World

_COMMENTS = {
    "5": "办理及时，非常满意",
    "4": "对处理结果满意",
    "3": "基本解决",
    "2": "问题反复，不满意",
    "1": "一直未解决",
    "0": None,
}


def tickets(world: World) -> Iterator[Row]:
    """Tickets in the order they came, with what is known of them today."""
    for number, (at, wish, named, caller, town, address, channel, due, finished) in enumerate(
        world.happened("tickets")
    ):
        person = world.people[caller]
        done = finished.date() <= world.today
        values = {
            "ticket_number": ticket_number(number, at.year),
            "channel": channel,
            "category": wish.category,
            "caller_name": person.name if named != NOBODY else None,
            "caller_phone": person.phone or None,
            "title": wish.title,
            "content": wish.content.format(place=address),
            "county": town.county,
            "address": address,
            "department": wish.department,
            "received_at": at,
            "due_at": due,
            "finished_at": finished if done else None,
            "status": "3" if done else "2",
        }
        yield Row(values, (("caller", caller),))


def callbacks(world: World) -> Iterator[Row]:
    """Calls back to those whose tickets are finished."""
    all_tickets = world.happened("tickets")
    for number, (day, which, verdict, at) in enumerate(world.happened("callbacks"), 1):
        values = {
            "callback_number": f"HF{day:%Y%m%d}{number:08d}",
            "ticket_number": ticket_number(which, all_tickets[which][0].year),
            "satisfaction": verdict,
            "solved": "1" if verdict in "345" else "0",
            "comment": _COMMENTS[verdict],
            "called_at": at,
        }
        yield Row(values, (("caller", all_tickets[which][3]),))


def ticket_number(number: int, year: int) -> str:
    """The year and a running number."""
    return f"GD{year}{number + 1:08d}"
