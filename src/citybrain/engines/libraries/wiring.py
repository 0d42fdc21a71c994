"""Where this engine finds the lake, the city and the clock: at the catalogue's door."""

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
    "reading",
    "require",
    "store",
]


def both(chinese: str, english: str = "") -> Text:
    """A label in both languages; Chinese where there is no English."""
    return Text(zh=chinese, en=english or chinese)


def department(name: str) -> Text:
    """The department's title, its id when the folder does not know it."""
    found = city().departments.get(name)
    return both(found.title, found.title_en) if found else both(name)
