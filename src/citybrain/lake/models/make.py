"""Making one model's rows as a file beside the lake, and asking its expectations of it.

A SELECT runs in the jail, like everything that people write; a native step is our own code.
Nothing is published here.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from citybrain.base.errors import CityError
from citybrain.base.hashing import canonical_json, sha256_bytes
from citybrain.city import City
from citybrain.lake import duck, sqltext
from citybrain.lake.change import NewFile
from citybrain.lake.jail import keeper
from citybrain.lake.jail.job import Answer, Job, Statement, memory_bytes
from citybrain.lake.jail.registering import files_of, layers_of, view_of
from citybrain.lake.models.model import Expectation, Model, NativeContext
from citybrain.lake.models.publish import Made, target
from citybrain.lake.models.typing import columns_of
from citybrain.lake.scan import scan
from citybrain.lake.store import Store
from citybrain.lake.views import Column, TableView

if TYPE_CHECKING:
    import pyarrow as pa

SECONDS = 3600.0
SAMPLE = 20


@dataclass(frozen=True, kw_only=True)
class Task:
    """One model to make: what its inputs are now, as views or as SELECTs of no rows.

    ``columns`` are the SELECT's with DuckDB's types; ``watched`` are inputs that only
    expectations read.
    """

    store: Store
    city: City
    model: Model
    views: Mapping[str, TableView]
    empty: Mapping[str, str]
    columns: Mapping[str, str]
    now: datetime
    folder: Path


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A made file and what its expectations found: rows that break each, and some of them.

    ``digest`` tells the rows, in whatever order; ``same`` says that they are those published.
    """

    made: Made
    digest: str = ""
    same: bool = False
    broken: Mapping[str, int] = field(default_factory=dict)
    sample: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)


def make(task: Task) -> Checked:
    """Make all rows anew. ``CityError`` when the SELECT fails or breaks a bound."""
    return _native(task) if task.model.native else _select(task)


def selects(task: Task) -> dict[str, str]:
    """Each input as a SELECT text."""
    root = task.store.ground.warehouse
    return dict(task.empty) | {t: scan(view, root) for t, view in task.views.items()}


def _select(task: Task) -> Checked:
    wanted = columns_of(task.columns, task.model.columns, task.model.name)
    new = target(task.store, task.model.name, wanted, task.folder)
    copy = Statement(kind="copy", sql=copied(new, task.model.sql))
    asked = expectations(task.model)
    tables = selects(task)
    own = [step(s) for s in view_of(task.model.name, read(new.path))]
    told = digest_of(task.model.name)
    answer = in_jail(task, tables, [copy, *own, told, *asked])
    rows, digest, *results = (r for r in answer.results if r is not None)
    if not isinstance(rows, int):
        raise TypeError("COPY answers a count")
    made = Made(path=new.path, columns=new.columns, rows=rows)
    return replace(judged(task.model, made, results), digest=_digest(digest, new, task.model.grain))


def digest_of(table: str) -> Statement:
    """A statement that answers the same for the same rows, and hardly ever for others."""
    name = ".".join(sqltext.name(part) for part in table.split("."))
    sums = "count(*) AS n, sum(CAST(hash(m) AS HUGEINT)) AS s, bit_xor(hash(m)) AS x"
    return Statement(kind="rows", sql=f"SELECT {sums} FROM {name} AS m")


def _digest(answer: "pa.Table | int | None", new: NewFile, grain: Sequence[str]) -> str:
    if answer is None or isinstance(answer, int):
        raise TypeError("a SELECT answers rows")
    (row,) = answer.to_pylist()
    columns = [[c.name, c.type, c.doc] for c in new.columns]
    said = [columns, list(grain), *(str(v) for v in row.values())]
    return sha256_bytes(canonical_json(said))


def copied(new: NewFile, sql: str) -> str:
    """COPY of a SELECT that may end in a comment."""
    return new.copy_sql(f"{sql}\n").replace(new.copy_options, f"{new.copy_options}, {_IN_PLACE}")


_IN_PLACE = "USE_TMP_FILE false"


def read(path: Path) -> str:
    """A finished file as a SELECT."""
    return f"SELECT * FROM read_parquet({sqltext.text(path)})"


def step(setup: Statement) -> Statement:
    """The same as a step between other statements, such as a view of what they wrote."""
    return replace(setup, kind="step")


def expectations(model: Model) -> list[Statement]:
    """For each expectation a statement that counts and one that shows."""
    found = []
    for one in asked_of(model):
        sql = f"SELECT * FROM ({one.sql}\n)"
        found.append(Statement(kind="rows", sql=f"SELECT count(*) AS n FROM ({one.sql}\n)"))
        found.append(Statement(kind="rows", sql=sql, max_rows=SAMPLE))
    return found


def asked_of(model: Model) -> tuple[Expectation, ...]:
    """The model's expectations, and that its grain identifies a row."""
    said = {e.name for e in model.expectations}
    if not model.grain or "grain" in said:
        return model.expectations
    table = ".".join(sqltext.name(part) for part in model.name.split("."))
    grain = sqltext.names(model.grain)
    sql = f"SELECT {grain}, count(*) AS n FROM {table} GROUP BY {grain} HAVING count(*) > 1"
    rows = Expectation(
        name="grain",
        title="每行由其主键唯一确定",
        title_en="A row is identified by its grain",
        sql=sql,
    )
    return (rows, *model.expectations)


def in_jail(
    task: Task,
    tables: Mapping[str, str],
    work: Sequence[Statement],
    *,
    before: Sequence[Statement] = (),
    more: Iterable[TableView] = (),
    files: Iterable[Path] = (),
) -> Answer:
    """Run statements over these tables in a jailed process.

    ``before`` is further setup; files of the views in ``more`` and ``files`` may be read too.
    """
    setup = [*before, *(s for name, select in tables.items() for s in view_of(name, select))]
    memory = os.environ.get("CITYBRAIN_MEMORY", duck.MEMORY)
    own = [task.store.view(task.model.name)] if task.store.exists(task.model.name) else []
    views = [*task.views.values(), *own, *more]
    return keeper.run(
        Job(
            statements=(*setup, *work),
            layers=layers_of([*task.views, *task.empty, task.model.name]),
            reads=(*files_of(views, task.store.ground.warehouse), *(str(f) for f in files)),
            folder=str(task.folder),
            seconds=float(os.environ.get("CITYBRAIN_BUILD_SECONDS", SECONDS)),
            memory=memory_bytes(memory),
        )
    )


def judged(model: Model, made: Made, results: Sequence["pa.Table | int | None"]) -> Checked:
    """The answers of ``expectations`` beside the file."""
    broken: dict[str, int] = {}
    sample: dict[str, Sequence[Mapping[str, Any]]] = {}
    tables = [r.to_pylist() for r in results if r is not None and not isinstance(r, int)]
    for place, one in enumerate(asked_of(model)):
        broken[one.name] = int(tables[2 * place][0]["n"])
        if broken[one.name]:
            sample[one.name] = tables[2 * place + 1][:SAMPLE]
    return Checked(made=made, broken=broken, sample=sample)


def _native(task: Task) -> Checked:
    model, native = task.model, task.model.native
    if native is None:
        raise TypeError("a native step is needed")
    files: list[NewFile] = []

    def wanted(columns: list[Column]) -> NewFile:
        files.append(target(task.store, model.name, columns, task.folder))
        return files[-1]

    exists = task.store.exists(model.name)
    with duck.connection(task.store.home) as connection:
        native.run(
            NativeContext(
                store=task.store,
                city=task.city,
                now=task.now,
                connection=connection,
                inputs=selects(task),
                previous=task.store.scan_sql(model.name) if exists else "",
                target=wanted,
            )
        )
    if not files or not files[-1].path.exists():
        raise CityError(f"{model.name} was not made", why="its step wrote no file", do="Correct it")
    return _check_native(task, files[-1])


def _check_native(task: Task, new: NewFile) -> Checked:
    from pyarrow import parquet

    rows = parquet.read_metadata(new.path).num_rows
    made = Made(path=new.path, columns=new.columns, rows=rows)
    asked = [digest_of(task.model.name), *expectations(task.model)]
    own = [step(s) for s in view_of(task.model.name, read(new.path))]
    answer = in_jail(task, selects(task), [*own, *asked], files=[new.path])
    digest, *results = (r for r in answer.results if r is not None)
    return replace(judged(task.model, made, results), digest=_digest(digest, new, task.model.grain))
