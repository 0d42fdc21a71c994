"""The kinds of files that a city's folder may hold, in the order they are checked."""

from citybrain.city.kinds import BASE_KINDS
from citybrain.lake.elements.kind import ELEMENTS
from citybrain.lake.indicators.kind import DASHBOARD, INDICATOR
from citybrain.lake.quality.kind import QUALITY

KINDS = (*BASE_KINDS, ELEMENTS, QUALITY, INDICATOR, DASHBOARD)
