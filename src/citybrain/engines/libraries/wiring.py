"""Where this engine finds the lake, the city and the clock: at the catalogue's door."""

from datetime import datetime

from citybrain.base.clock import CITY_ZONE
from citybrain.base.wording import both
from citybrain.engines.catalogue.service import (
    Text,
    city,
    clock,
    home,
    local,
    may,
    order,
    reading,
    require,
    store,
)

__all__ = [
    "Text",
    "both",
    "city",
    "clock",
    "department",
    "home",
    "local",
    "may",
    "order",
    "placed",
    "reading",
    "require",
    "store",
]


def placed(at: datetime | None) -> datetime | None:
    """A time of the lake, which has no zone there, in the city's."""
    return at.replace(tzinfo=CITY_ZONE) if at and at.tzinfo is None else at


def department(name: str) -> Text:
    """The department's title, its id when the folder does not know it."""
    found = city().departments.get(name)
    return both(found.title, found.title_en) if found else both(name)
