"""What follows from the models' texts alone: order, columns, lineage, classes, and mistakes.

Columns and their types are told by DuckDB, which binds each SELECT over empty tables of the
contracts; what comes from where is told by sqlglot. Nothing of it is typed by hand.
"""

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from citybrain.base.errors import CityError
from citybrain.base.hashing import canonical_json, sha256_bytes
from citybrain.city import City
from citybrain.city.contracts import Contract, Field
from citybrain.city.words import did_you_mean
from citybrain.lake import asideform
from citybrain.lake.mask import Class, shows_more
from citybrain.lake.models.desk import Desk
from citybrain.lake.models.inherit import inherited
from citybrain.lake.models.lineage import Lineage, lineage
from citybrain.lake.models.model import Model
from citybrain.lake.models.order import Graph, graph
from citybrain.lake.models.typing import stored
from citybrain.lake.types import parse

# What the collector adds to every row.
MARKS = ("_row", "_batch", "_contract")
LOWERED = "class-lowered"  # the rule that a column protects no less than its sources, or says why
VERSION = 4  # raise it when the same text would be read differently


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A mistake of one model; ``key`` is its place in the header, ``sql`` in the SELECT."""

    model: str
    key: str
    rule: str
    message: str
    remedy: str
    line: int = 0  # within the SELECT, from 0


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """What is known of all models: by name, columns with DuckDB's types, lineage, classes.

    ``classes`` holds also the tables of contracts; a column without one is masked wholly.
    """

    graph: Graph
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    lineage: Mapping[str, Lineage] = field(default_factory=dict)
    classes: Mapping[str, Mapping[str, Class]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Read:
    """What was read from one model's text: DuckDB's columns, lineage, and problems."""

    columns: Mapping[str, str] | None
    lineage: Lineage
    problems: tuple[Problem, ...]


def analyse(
    city: City,
    models: Mapping[str, Model],
    *,
    order: Graph | None = None,
    known: MutableMapping[str, Read] | None = None,
    published: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
) -> Analysis:
    """Analyse all models of a city; a model that cannot be bound is a problem, never an error.

    ``order`` is the models' ``graph`` where it is at hand.
    ``known`` holds by key what was read before, and takes what is read now: a model whose text
    and inputs are the same is not read again. ``published`` are columns of native steps that
    have run, with DuckDB's types.
    """
    work = _Work(city, models, order or graph(models), {} if known is None else known)
    work.columns |= published
    with Desk(work.columns) as desk:
        for name in work.graph.order:
            work.model(models[name], desk)
    return Analysis(
        graph=work.graph,
        columns=MappingProxyType(work.columns),
        lineage=MappingProxyType(work.lineage),
        classes=MappingProxyType(work.classes),
        problems=tuple(work.problems),
    )


def _identifies(contract: Contract, field: Field) -> str:
    return "row" if contract.key == (field.name,) else ""


def delivered(city: City) -> dict[str, dict[str, Class]]:
    """The classes of the columns of every contract's table."""
    marks = {"_batch": Class(level=1), "_contract": Class(level=1)}
    return {
        contract.lake_table: marks
        | {
            f.name: Class(level=f.level, masking=f.masking, identifies=_identifies(contract, f))
            for f in contract.fields
        }
        for contract in city.contracts.values()
    }


class _Work:
    def __init__(
        self,
        city: City,
        models: Mapping[str, Model],
        order: Graph,
        known: MutableMapping[str, Read],
    ) -> None:
        self.models = models
        self.known = known
        self.graph = order
        self.problems: list[Problem] = []
        self.columns: dict[str, Mapping[str, str]] = dict(_delivered_columns(city))
        self.lineage: dict[str, Lineage] = {}
        self.classes: dict[str, dict[str, Class]] = delivered(city)

    def model(self, model: Model, desk: Desk) -> None:
        """Columns, lineage and classes of one model, whose inputs are known already."""
        told = Lineage(known=False)
        if not model.native:
            tables = self.graph.inputs[model.name]
            if any(t not in self.columns and self._is_native(t) for t in tables):
                return  # a native step's columns are known when it has run
            key = self._key(model, tables)
            if key not in self.known:
                self.known[key] = self._read(model, tables, desk)
            read = self.known[key]
            self.problems += read.problems
            if read.columns is None:
                return
            self.columns[model.name] = read.columns
            told = self.lineage[model.name] = read.lineage
        elif is_typed(model):
            self.columns[model.name] = {
                name: parse(note.type).duckdb for name, note in model.columns.items()
            }
        self.classes[model.name] = dict(self._classes(model, told))

    def _key(self, model: Model, tables: Iterable[str]) -> str:
        said = [model.sql, list(model.grain), [(e.name, e.sql) for e in model.expectations]]
        read = [[t, list(self.columns.get(t, {}).items())] for t in tables]
        return sha256_bytes(canonical_json([VERSION, model.name, said, read]))

    def _read(self, model: Model, tables: tuple[str, ...], desk: Desk) -> Read:
        try:
            columns = stored(desk.described(model.sql, tables), model.name)
        except CityError as error:
            said = replace(
                _problem(model, "sql", "model-sql", f"The SELECT does not hold: {error.why}."),
                line=int(error.where) - 1 if error.where.isdecimal() else 0,
            )
            return Read(columns=None, lineage=Lineage(known=False), problems=(said,))
        self.columns[model.name] = columns
        problems = [*_grain(model, columns), *_expectations(model, tables, desk)]
        named = {t: list(self.columns.get(t, ())) for t in tables}
        told = lineage(model.sql, named, list(columns))
        return Read(columns=columns, lineage=told, problems=tuple(problems))

    def _is_native(self, table: str) -> bool:
        return table in self.models and self.models[table].native is not None

    def _classes(self, model: Model, told: Lineage) -> Iterator[tuple[str, Class]]:
        names = self.columns.get(model.name) or model.columns
        for name in names:
            note = model.columns.get(name)
            comes = inherited(name, told, self.classes)
            level = note.level if note and note.level else comes.level if comes else 0
            masking = note.masking if note and note.masking else comes.masking if comes else ""
            if note and comes:
                self._lowered(model, name, Class(level=level, masking=masking), comes)
            if note and level and not note.why and (not told.known or name in told.unclear):
                self._untold(model, name)
            if level:
                names_one = (note and note.identifies) or (comes.identifies if comes else "")
                yield (
                    name,
                    Class(level=level, masking=masking or "none", identifies=names_one or ""),
                )

    def _untold(self, model: Model, name: str) -> None:
        if model.native:
            return
        remedy = "Name the columns it is made from one by one, or say under 'why' how it is known."
        said = "The column is said to be of a level, but what it is made from cannot be told."
        self.problems.append(_problem(model, f"columns.{name}", LOWERED, said, remedy))

    def _lowered(self, model: Model, name: str, said: Class, comes: Class) -> None:
        lower = said.level < comes.level or shows_more(said.masking, comes.masking)
        if lower and not model.columns[name].why:
            said_so = f"The column is said to be of level {said.level}, class {said.masking}, and "
            made_from = f"is made from level {comes.level}, class {comes.masking}."
            remedy = "Leave it as it is inherited, or say why under 'why'."
            self.problems.append(
                _problem(model, f"columns.{name}", LOWERED, said_so + made_from, remedy)
            )


def is_typed(model: Model) -> bool:
    """Whether a native step says all its columns with their types."""
    return bool(model.columns) and all(note.type for note in model.columns.values())


def _problem(
    model: Model, key: str, rule: str, message: str, remedy: str = "Correct the query."
) -> Problem:
    return Problem(model=model.name, key=key, rule=rule, message=message, remedy=remedy)


def _grain(model: Model, columns: Mapping[str, str]) -> Iterator[Problem]:
    for place, column in enumerate(model.grain):
        if column not in columns:
            yield _problem(
                model,
                f"grain[{place}]",
                "model-grain",
                f"The SELECT has no column {column}.",
                did_you_mean(column, columns) or f"Choose from {', '.join(columns)}.",
            )


def _expectations(model: Model, tables: Iterable[str], desk: Desk) -> Iterator[Problem]:
    for one in model.expectations:
        try:
            desk.described(one.sql, (*tables, model.name))
        except CityError as error:
            key = f"expectations.{one.name}.sql"
            said = f"The query does not hold: {error.why}."
            yield _problem(model, key, "model-expectation", said)


def _delivered_columns(city: City) -> Iterator[tuple[str, Mapping[str, str]]]:
    for contract in city.contracts.values():
        fields = {f.name: parse(f.type).duckdb for f in contract.fields}
        yield contract.lake_table, fields | dict.fromkeys(MARKS, "VARCHAR")
        aside = {c.name: parse(c.type).duckdb for c in asideform.columns(contract)}
        yield contract.quarantine_table, aside
