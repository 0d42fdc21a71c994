"""The indicators' door: the cockpit's maps, indicators with their sources, reminders.

Everything here shows counts and states; nothing shows a row, and no line names a person.
"""

from citybrain.engines.indicators.datacentre import cards, data_centre, indicator
from citybrain.engines.indicators.facts import known as known_facts
from citybrain.engines.indicators.refreshing import refresh, schedule
from citybrain.engines.indicators.reminding import remind
from citybrain.engines.indicators.views import (
    Card,
    DataCentre,
    Hour,
    IndicatorView,
    Integrity,
    Late,
    Moment,
    Note,
    Part,
    Point,
    Pool,
    Quality,
    River,
    Source,
    Spring,
    Term,
    User,
)

__all__ = [
    "Card",
    "DataCentre",
    "Hour",
    "IndicatorView",
    "Integrity",
    "Late",
    "Moment",
    "Note",
    "Part",
    "Point",
    "Pool",
    "Quality",
    "River",
    "Source",
    "Spring",
    "Term",
    "User",
    "cards",
    "data_centre",
    "indicator",
    "known_facts",
    "refresh",
    "remind",
    "schedule",
]
