"""What is made from a source column, told from the models' lineage: column by column."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from citybrain.base.errors import CityError
from citybrain.lake.models.analysis import Analysis
from citybrain.lake.models.lineage import lineage
from citybrain.lake.models.model import Model
from citybrain.lake.quality.mending import Ask, Dependents
from citybrain.lake.statement import tables_of

Place = tuple[str, str]  # lake table, column


def downstream(
    analysis: Analysis, models: Mapping[str, Model], indicators: Mapping[str, str]
) -> Ask:
    """A question that tells what is made from a column; ``indicators`` are SELECTs by name.

    A model that only repeats a delivered table in standard form does not count: every table
    has one, so it would tell nothing. A column may be one that only that model has, such as the
    division of an address.
    """
    feeds = _feeds(analysis, indicators)
    plain = {name for name, model in models.items() if model.generated and name[:4] == "dwd."}

    @cache
    def ask(table: str, field: str) -> Dependents:
        lake_table = f"ods.{table}"
        delivered = analysis.columns.get(lake_table, ())
        layer = "ods" if not field or field in delivered else "dwd"
        columns = [field] if field else list(delivered)
        reached = _reached({(f"{layer}.{table}", column) for column in columns}, feeds)
        made = {name for name, _column in reached} - {lake_table} - plain
        return Dependents(
            models=tuple(sorted(made & set(models))),
            indicators=tuple(sorted(n.removeprefix(_INDICATOR) for n in made - set(models))),
        )

    return ask


_INDICATOR = "indicator:"


def _feeds(analysis: Analysis, indicators: Mapping[str, str]) -> Mapping[Place, set[Place]]:
    """Each column with the columns that are made from it."""
    found: dict[Place, set[Place]] = defaultdict(set)
    for name, told in analysis.lineage.items():
        for column, sources in told.columns.items():
            for source in (*sources, *told.conditions):
                found[source.table, source.column].add((name, column))
    for name, sql in indicators.items():
        for place in _read(sql, analysis):
            found[place].add((_INDICATOR + name, ""))
    return found


def _read(sql: str, analysis: Analysis) -> set[Place]:
    """The columns that an indicator's SELECT reads; none where it cannot be told."""
    try:
        tables = {table: list(analysis.columns.get(table, ())) for table in tables_of(sql)}
    except CityError:
        return set()
    told = lineage(sql, tables)
    sources = [source for listed in told.columns.values() for source in listed]
    return {(source.table, source.column) for source in (*sources, *told.conditions)}


def _reached(start: set[Place], feeds: Mapping[Place, set[Place]]) -> set[Place]:
    seen, waiting = set(start), list(start)
    while waiting:
        new = feeds.get(waiting.pop(), set()) - seen
        seen |= new
        waiting.extend(new)
    return seen
