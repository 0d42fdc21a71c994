"""What may be asked about: every table of the lake with its columns, for the editor."""

from collections.abc import Iterator

from citybrain.city import City
from citybrain.city.contracts import Contract
from citybrain.engines.libraries import knowledge, wiring
from citybrain.engines.libraries.columntitles import title_of_column
from citybrain.engines.libraries.views_query import ColumnHint, TableHint
from citybrain.engines.libraries.wiring import both
from citybrain.lake.models.analysis import Analysis
from citybrain.lake.models.model import Model

LAYERS = ("lib", "theme", "ads", "dwd", "ods")


def hints() -> tuple[TableHint, ...]:
    """Tables by layer, what people look for first; delivered tables as ``system.table``."""
    city = wiring.city()
    return (*_made(city), *(_delivered(contract) for contract in city.contracts.values()))


def _delivered(contract: Contract) -> TableHint:
    return TableHint(
        table=contract.id,
        layer="ods",
        title=both(contract.title or contract.id, contract.title_en),
        columns=tuple(
            ColumnHint(
                name=field.name,
                title=both(field.title or field.name, field.title_en),
                type=field.type,
                level=field.level,
            )
            for field in contract.fields
        ),
    )


def _made(city: City) -> tuple[TableHint, ...]:
    known = knowledge.analysis()
    there = wiring.store().tables()
    made = [m for m in knowledge.models().values() if m.name in there]
    made.sort(key=lambda one: (LAYERS.index(one.name.partition(".")[0]), one.name))
    return tuple(
        TableHint(
            table=one.name,
            layer=one.name.partition(".")[0],
            title=both(one.title or one.name, one.title_en),
            columns=tuple(_columns(one, known)),
        )
        for one in made
    )


def _columns(one: Model, known: Analysis) -> Iterator[ColumnHint]:
    classes = known.classes.get(one.name, {})
    for name, kind in known.columns.get(one.name, {}).items():
        held, title = classes.get(name), title_of_column((one.name, name))
        yield ColumnHint(name=name, title=title, type=kind.lower(), level=held.level if held else 4)
