"""Base and theme libraries: one row for each person, company or thing, each value with its source.

``libraries(city)`` are those the city's folder declares, ``generated(city)`` the models that
make their tables.
"""

from citybrain.lake.libraries.generate import generated
from citybrain.lake.libraries.model import Library, LibraryField
from citybrain.lake.libraries.reading import libraries

__all__ = ["Library", "LibraryField", "generated", "libraries"]
