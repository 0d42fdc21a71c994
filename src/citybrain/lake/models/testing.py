"""Tests of models: given rows, expected rows, in ``tests/<model>.yml`` of the city's folder.

They run in the jail like the models themselves, on nothing but the given rows.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from citybrain.base.errors import CityError
from citybrain.city import City
from citybrain.city.document import Document
from citybrain.city.folder import read_folder
from citybrain.city.shape import items, mapping, text
from citybrain.lake import sqltext
from citybrain.lake.home import Home
from citybrain.lake.jail import keeper
from citybrain.lake.jail.job import Job, Statement
from citybrain.lake.jail.registering import layers_of, view_of
from citybrain.lake.jail.workplace import workplace
from citybrain.lake.models.analysis import Analysis, analyse
from citybrain.lake.models.model import Model, ModelTest
from citybrain.lake.models.registry import models

FOLDER = "tests"
SECONDS = 60.0
MEMORY = 1 << 30


@dataclass(frozen=True, kw_only=True)
class TestResult:
    """One test's outcome: rows that are missing, rows that are too many, or an error."""

    __test__ = False  # pytest: not a test of ours

    model: str
    name: str
    missing: Sequence[Mapping[str, Any]] = ()
    extra: Sequence[Mapping[str, Any]] = ()
    error: str = ""

    @property
    def passed(self) -> bool:
        """Whether the model made exactly the expected rows."""
        return not (self.missing or self.extra or self.error)

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return asdict(self) | {"passed": self.passed}

    def render(self) -> str:
        """Lines for a terminal."""
        head = f"{'passed' if self.passed else 'FAILED'}  {self.model}  {self.name}"
        return "\n".join([head, *(f"    {line}" for line in self.lines())])

    def lines(self) -> list[str]:
        """What is wrong, a line for each row; empty where it passed."""
        lines = [self.error] if self.error else []
        lines += [f"missing: {_shown(row)}" for row in self.missing]
        return lines + [f"too many: {_shown(row)}" for row in self.extra]


def tests_of(document: Document) -> Iterator[ModelTest]:
    """The tests of one file."""
    for name, said in mapping(mapping(document.value).get("tests")).items():
        content = mapping(said)
        yield ModelTest(
            model=document.stem,
            name=name,
            title=text(content, "title", name),
            given={
                table: tuple(mapping(row) for row in items(rows))
                for table, rows in mapping(content.get("given")).items()
            },
            expect=tuple(mapping(row) for row in items(content.get("expect"))),
            file=document.file,
        )


def model_tests(city: City) -> tuple[ModelTest, ...]:
    """All tests of the city's folder, by file and name."""
    if not (city.root / FOLDER).is_dir():
        return ()
    folder = read_folder(city.root, only=FOLDER)
    return tuple(test for document in folder.under(FOLDER) for test in tests_of(document))


def run_tests(home: Home, city: City, *, names: Iterable[str] | None = None) -> list[TestResult]:
    """Run the tests of the named models, or all; a test that cannot be run has failed."""
    wanted = None if names is None else set(names)
    tests = [t for t in model_tests(city) if wanted is None or t.model in wanted]
    if not tests:
        return []
    every = models(city)
    analysis = analyse(city, every)
    return [_run(home, test, every.get(test.model), analysis) for test in tests]


def _run(home: Home, test: ModelTest, model: Model | None, analysis: Analysis) -> TestResult:
    try:
        if model is None or model.native or model.name not in analysis.columns:
            raise CityError(f"{test.model} cannot be tested", why="it is no SELECT that holds")
        missing, extra = _compared(home, test, model, analysis)
    except CityError as error:
        return TestResult(model=test.model, name=test.name, error=str(error))
    return TestResult(model=test.model, name=test.name, missing=missing, extra=extra)


def _compared(
    home: Home, test: ModelTest, model: Model, analysis: Analysis
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    inputs = analysis.graph.inputs[model.name]
    given = {t: rows_sql(test.given.get(t, ()), analysis.columns[t], t) for t in inputs}
    columns = analysis.columns[model.name]
    compared = list(dict.fromkeys(c for row in test.expect for c in row)) or list(columns)
    unknown = [c for c in compared if c not in columns]
    if unknown:
        raise CityError(f"{model.name} has no column {', '.join(unknown)}")
    shown = ", ".join(f"CAST({sqltext.name(c)} AS VARCHAR) AS {sqltext.name(c)}" for c in compared)
    made = f"SELECT {shown} FROM ({model.sql}\n)"
    wanted = f"SELECT {shown} FROM ({rows_sql(test.expect, columns, model.name)})"
    setup = [s for table, select in given.items() for s in view_of(table, select)]
    with workplace(home) as folder:
        job = Job(
            statements=(
                *setup,
                Statement(kind="rows", sql=f"{wanted} EXCEPT ALL {made}", max_rows=20),
                Statement(kind="rows", sql=f"{made} EXCEPT ALL {wanted}", max_rows=20),
            ),
            layers=layers_of([*inputs, model.name]),
            reads=(),
            folder=str(folder),
            seconds=SECONDS,
            memory=MEMORY,
        )
        missing, extra = keeper.run(job).results
    if missing is None or extra is None or isinstance(missing, int) or isinstance(extra, int):
        raise TypeError("a SELECT answers rows")
    return missing.to_pylist(), extra.to_pylist()


def rows_sql(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], table: str) -> str:
    """Rows of YAML values as a SELECT of a table's columns; ``CityError`` for unknown ones."""
    for row in rows:
        for column in row:
            if column not in columns:
                raise CityError(f"{table} has no column {column}")
    if not rows:
        nulls = ", ".join(f"CAST(NULL AS {k}) AS {sqltext.name(c)}" for c, k in columns.items())
        return f"SELECT {nulls} WHERE false"
    return " UNION ALL ".join(
        "SELECT "
        + ", ".join(
            f"CAST({_value(row.get(c))} AS {k}) AS {sqltext.name(c)}" for c, k in columns.items()
        )
        for row in rows
    )


def _value(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (date, datetime)):
        return sqltext.text(value.isoformat())
    return sqltext.text(value)


def _shown(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in row.items())
