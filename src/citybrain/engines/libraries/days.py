"""The day of “what did we believe on a given day”."""

from datetime import date, datetime, time

from citybrain.base.clock import CITY_ZONE
from citybrain.base.errors import CityError
from citybrain.engines.libraries import wiring
from citybrain.engines.libraries.wiring import both


def end_of(text: str) -> datetime | None:
    """The end of a day written as ``2021-06-11``, of today the present; None for no text.

    Refuses what is no day, and a day that is still to come: what will be believed is not known.
    """
    if not text:
        return None
    now = wiring.local(wiring.clock().now())
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise CityError(
            both(f"“{text[:40]}”不是日期", f"“{text[:40]}” is no day"),
            why=both("日历上没有这样写的一天", "the calendar has no day that is written so"),
            do=both("写作 2021-06-11 这样的日期", "Write a day such as 2021-06-11"),
            where="day",
        ) from error
    if day > now.date():
        raise CityError(
            both(f"{day} 还没有到", f"{day} is still to come"),
            why=both("那天会怎样认为，现在还不知道", "what will be believed then is not known yet"),
            do=both("选今天或以前的一天", "Choose today or a day before"),
            where="day",
        )
    return min(datetime.combine(day, time(23, 59, 59), CITY_ZONE), now)
