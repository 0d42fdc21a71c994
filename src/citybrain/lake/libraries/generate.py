"""From a city's libraries to its models: mentions, links, golden tables, conflicts, findings."""

from collections.abc import Mapping
from contextlib import suppress

from sqlglot.errors import SqlglotError

from citybrain.city import City
from citybrain.lake.libraries.conflicts import conflicts
from citybrain.lake.libraries.findings import findings
from citybrain.lake.libraries.golden import golden
from citybrain.lake.libraries.links import links
from citybrain.lake.libraries.mentions import mentions
from citybrain.lake.libraries.model import Library
from citybrain.lake.libraries.names import MENTIONS, home
from citybrain.lake.libraries.reading import libraries
from citybrain.lake.libraries.rows import table_of_rows
from citybrain.lake.models.model import Model


def generated(city: City) -> Mapping[str, Model]:
    """Every model that the city's ``libraries/*.yml`` give, by name.

    Those of a library whose SQL cannot be read are left out: a check says where it stands.
    """
    held = libraries(city)
    made: list[Model] = []
    for one in held.values():
        with suppress(SqlglotError):
            made += _of(one, held, city)
    if held:
        with suppress(SqlglotError):
            made.append(findings(held, city))
    return {model.name: model for model in made}


def _of(library: Library, held: Mapping[str, Library], city: City) -> list[Model]:
    if library.entity == "none":
        return [table_of_rows(library)]
    told = home(held, library.entity)
    if told is None or told.entity not in MENTIONS:
        return []  # a check says that there is no such entity
    made = [mentions(library, city), links(library)] if library is told else []
    made.append(golden(library, told, city))
    if any(field.compare != "none" for field in library.fields):
        made.append(conflicts(library, told, city))
    return made
