"""Which columns of a delivered table say a library's field: by the folder's own expressions."""

from citybrain.city import City
from citybrain.lake.libraries.expressions import columns
from citybrain.lake.libraries.reading import libraries


def columns_saying(city: City, library: str, table: str, field: str) -> tuple[str, ...]:
    """Columns of the standardised ``system.table`` that a library reads for a field.

    In every role: a field is said of the man and of the woman. Where the library takes it from
    elsewhere it is the column of that name, and none where the table has no such column either:
    then the row as a whole is what a finding is about.
    """
    held = libraries(city).get(library)
    sources = [
        source
        for one in (held.fields if held else ())
        if one.name == field
        for source in one.sources
        if source.table == table
    ]
    said = [sql for source in sources for sql in (source.value, source.where) if sql]
    found = {column for sql in said for column in columns(sql)}
    contract = city.contracts.get(table)
    if not found and contract and any(one.name == field for one in contract.fields):
        found = {field}
    return tuple(sorted(found))
