"""Making one model's rows as a file beside the lake, and asking its expectations of it.

A SELECT runs in the jail, like everything that people write; native steps, our own code, are
beside this module. Nothing is published here.
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
from citybrain.lake import memory, sqltext
from citybrain.lake.change import NewFile
from citybrain.lake.jail import keeper
from citybrain.lake.jail.job import Answer, Job, Statement
from citybrain.lake.jail.registering import files_of, layers_of, view_of
from citybrain.lake.models.failing import failed_in_jail
from citybrain.lake.models.model import Expectation, Model
from citybrain.lake.models.publish import Made, target
from citybrain.lake.models.typing import columns_of
from citybrain.lake.scan import scan
from citybrain.lake.store import Store
from citybrain.lake.views import TableView

if TYPE_CHECKING:
    import pyarrow as pa

SECONDS = 3600.0
SAMPLE = 1000  # rows kept of those that break an expectation
_COUNTED = "_broken_rows"


@dataclass(frozen=True, kw_only=True)
class Task:
    """One model to make: what its inputs are now, as views or as SELECTs of no rows.

    ``columns`` are the SELECT's with DuckDB's types. One that ``yields`` leaves the processor
    to what is more urgent.
    """

    store: Store
    city: City
    model: Model
    views: Mapping[str, TableView]
    empty: Mapping[str, str]
    columns: Mapping[str, str]
    now: datetime
    folder: Path
    yields: bool = False


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


def selects(task: Task) -> dict[str, str]:
    """Each input as a SELECT text."""
    root = task.store.ground.warehouse
    return dict(task.empty) | {t: scan(view, root) for t, view in task.views.items()}


def make(task: Task) -> Checked:
    """Make all rows of a SELECT anew. ``CityError`` when it fails or breaks a bound."""
    wanted = columns_of(task.columns, task.model.columns, task.model.name)
    new = target(task.store, task.model, wanted, task.folder)
    copy = Statement(kind="copy", sql=copied(new, task.model.sql))
    asked = expectations(task.model)
    tables = selects(task)
    own = [step(s) for s in view_of(task.model.name, read(new.path))]
    told = digest_of(task.model.name)
    answer = in_jail(task, tables, [copy, *own, told, *asked])
    rows, told_digest, *results = (r for r in answer.results if r is not None)
    if not isinstance(rows, int):
        raise TypeError("COPY answers a count")
    made = Made(path=new.path, columns=new.columns, rows=rows)
    digest = rows_digest(told_digest, new, task.model.grain)
    return replace(judged(task.model, made, results), digest=digest)


def digest_of(table: str) -> Statement:
    """A statement that answers the same for the same rows, and hardly ever for others."""
    name = ".".join(sqltext.name(part) for part in table.split("."))
    sums = "count(*) AS n, sum(CAST(hash(m) AS HUGEINT)) AS s, bit_xor(hash(m)) AS x"
    return Statement(kind="rows", sql=f"SELECT {sums} FROM {name} AS m")


def rows_digest(answer: "pa.Table | int | None", new: NewFile, grain: Sequence[str]) -> str:
    """The answer of ``digest_of`` as one text, with what the columns are and mean."""
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
    """For each expectation a statement that shows some rows that break it, and counts them all.

    Kept rows can be counted without asking twice; nearly always there are none.
    """
    shown = f"SELECT (SELECT count(*) FROM broken) AS {_COUNTED}, broken.* FROM broken"
    return [
        Statement(
            kind="rows",
            sql=f"WITH broken AS MATERIALIZED ({one.sql}\n) {shown}",
            max_rows=SAMPLE,
        )
        for one in asked_of(model)
    ]


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
    ``CityError`` names the model and shows no value.
    """
    setup = [*before, *(s for name, select in tables.items() for s in view_of(name, select))]
    own = [task.store.view(task.model.name)] if task.store.exists(task.model.name) else []
    views = [*task.views.values(), *own, *more]
    job = Job(
        statements=(*setup, *work),
        layers=layers_of([*task.views, *task.empty, task.model.name]),
        reads=(*files_of(views, task.store.ground.warehouse), *(str(f) for f in files)),
        folder=str(task.folder),
        seconds=float(os.environ.get("CITYBRAIN_BUILD_SECONDS", SECONDS)),
        memory=memory.to_build(),
        yields=task.yields,
    )
    try:
        return keeper.run(job)
    except CityError as error:
        raise failed_in_jail(task.model, error, seconds=job.seconds, memory=job.memory) from error


def judged(model: Model, made: Made, results: Sequence["pa.Table | int | None"]) -> Checked:
    """The answers of ``expectations`` beside the file."""
    broken: dict[str, int] = {}
    sample: dict[str, Sequence[Mapping[str, Any]]] = {}
    tables = [r.to_pylist() for r in results if r is not None and not isinstance(r, int)]
    for one, rows in zip(asked_of(model), tables, strict=True):
        counted = [row.pop(_COUNTED) for row in rows]
        broken[one.name] = int(counted[0]) if counted else 0
        if rows:
            sample[one.name] = rows[:SAMPLE]
    return Checked(made=made, broken=broken, sample=sample)
