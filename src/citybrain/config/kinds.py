"""The kinds of files that a city's folder may hold, in the order they are checked."""

from citybrain.city.kinds import BASE_KINDS
from citybrain.lake.elements.kind import ELEMENTS
from citybrain.lake.indicators.kind import DASHBOARD, INDICATOR
from citybrain.lake.libraries.kind import LIBRARIES
from citybrain.lake.models.kind import MODEL, MODEL_TEST
from citybrain.lake.quality.kind import QUALITY

KINDS = (*BASE_KINDS, MODEL, MODEL_TEST, ELEMENTS, QUALITY, INDICATOR, DASHBOARD, LIBRARIES)
