"""The kinds of files that a city's folder may hold, in the order they are checked."""

from citybrain.city.kinds import BASE_KINDS

KINDS = tuple(BASE_KINDS)
