"""What the codes of a library's field mean: by a code list, or the city's own divisions."""

from collections.abc import Mapping

from citybrain.city import City
from citybrain.lake.libraries.model import DIVISIONS, LibraryField


def titles(city: City, field: LibraryField) -> Mapping[str, tuple[str, str]]:
    """Code → title and English title (the title where there is none); empty without a list."""
    if field.codelist == DIVISIONS:
        return {one.code: (one.name, one.name_en or one.name) for one in city.divisions.values()}
    codes = city.codelists.get(field.codelist)
    if codes is None:
        return {}
    return {code: (one.title, one.title_en or one.title) for code, one in codes.entries.items()}


def title(city: City, field: LibraryField, value: str | None) -> tuple[str, str]:
    """The titles of one code, both empty for what is none."""
    if not value:
        return "", ""
    if field.codelist == DIVISIONS:  # asked of each of a page's cells, so none but it is made
        division = city.divisions.get(value)
        return (division.name, division.name_en or division.name) if division else ("", "")
    codes = city.codelists.get(field.codelist)
    entry = codes.entries.get(value) if codes else None
    return (entry.title, entry.title_en or entry.title) if entry else ("", "")
