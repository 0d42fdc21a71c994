"""Making only what changed: an incremental model restricted to the keys whose inputs changed.

The header's ``incremental: {by: person_id}`` promises that rows of one value of that column
never depend on input rows of another. Then it is enough to find the values whose rows differ
between the inputs as they were and as they are, to make those rows, and to put them in the
place of the old ones. A generated model may say how an input without the column leads to its
values (``Follow``). Whatever does not fit (an input that cannot be followed changed, an old
snapshot is gone, many values changed, too many deltas lie about) is made in full instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from citybrain.base.errors import CityError
from citybrain.lake import sqltext
from citybrain.lake.change import NewFile
from citybrain.lake.jail.job import Statement
from citybrain.lake.jail.registering import view_of
from citybrain.lake.locations import Warehouse
from citybrain.lake.models import heads
from citybrain.lake.models.make import (
    Checked,
    Task,
    copied,
    expectations,
    in_jail,
    judged,
    read,
    selects,
    step,
)
from citybrain.lake.models.model import Follow
from citybrain.lake.models.publish import Made, target
from citybrain.lake.models.typing import columns_of, fits
from citybrain.lake.scan import added, scan
from citybrain.lake.views import TableView

SHARE = 5  # more than a fifth of the table's keys: all of it is as quick
DELTAS = 4  # with more of them, reading slows down
_KEYS = "memory.main._changed_keys"
_WERE = "memory.main._rows_before"
_SOME = "memory.main._some_of_"  # an input's rows of changed keys


def make_changed(task: Task, before: Mapping[str, int]) -> Checked | None:
    """Make the rows of changed keys; None when all must be made.

    ``before`` are the contents that the published table was made from.
    """
    model, store = task.model, task.store
    if task.empty or not model.by or not store.exists(model.name):
        return None
    published = store.view(model.name)
    wanted = columns_of(task.columns, model.columns, model.name)
    if not fits(published.columns, wanted) or published.key != model.grain:
        return None
    changed = changed_inputs(task, before)
    if changed is None:
        return None
    return _Restricted(task, published, changed).made()


def changed_inputs(task: Task, before: Mapping[str, int]) -> dict[str, TableView] | None:
    """The former views of inputs that changed; None when the change cannot be followed."""
    found: dict[str, TableView] = {}
    if set(before) != set(task.views):
        return None
    for table, view in task.views.items():
        if heads.content_of(view.snapshot) == before[table]:
            continue
        try:
            old = task.store.view(table, snapshot_id=before[table]) if before[table] else None
        except CityError:  # the old snapshot has expired
            return None
        if old is None or _follow(task, table) is None:
            return None
        if not fits(old.columns, view.columns):
            return None
        found[table] = old
    return found


def _follow(task: Task, table: str) -> Follow | None:
    """How the input's changed rows lead to keys; None where nothing says it."""
    known = {c.name for c in task.views[table].columns}
    told = task.model.follow.get(table) or Follow(column=task.model.by)
    wanted = {*told.reads, *((told.column,) if told.column else ())}
    return told if wanted <= known else None


class _Restricted:
    """One restricted making: which keys, which rows, and whether any row must vanish."""

    def __init__(self, task: Task, published: TableView, changed: Mapping[str, TableView]) -> None:
        self.task = task
        self.published = published
        self.changed = changed
        self.by = sqltext.name(task.model.by)
        self.root = task.store.ground.warehouse
        self.previous = scan(published, self.root)

    def made(self) -> Checked | None:
        """The rows of changed keys as a delta, or all rows with theirs replaced."""
        task = self.task
        wanted = columns_of(task.columns, task.model.columns, task.model.name)
        new = target(task.store, task.model, wanted, task.folder)
        whole = replace(new, path=new.path.with_name("whole.parquet"))
        kept = f"SELECT p.* FROM ({self.previous}) p WHERE NOT {self._is_changed('p')}"
        together = f"{kept} UNION ALL BY NAME {read(new.path)}"
        some = f"SELECT m.* FROM ({task.model.sql}\n) m WHERE {self._is_changed('m')}"
        work = [
            Statement(kind="only_if", sql=self._few()),
            *self._read_once(),
            Statement(kind="copy", sql=copied(new, some)),
            Statement(kind="rows", sql=self._gone(read(new.path))),
            Statement(kind="rows", sql=self._differing_rows(new)),
            # Expectations ask of whole tables.
            *(step(s) for t, sql in selects(task).items() for s in view_of(t, sql)),
            *(step(s) for s in view_of(task.model.name, together)),
            Statement(kind="rows", sql=f"SELECT count(*) AS n FROM ({together})"),
            *expectations(task.model),
            # A delta can replace rows, but not remove them.
            Statement(kind="only_if", sql=self._needs_all(read(new.path))),
            Statement(kind="copy", sql=copied(whole, together)),
        ]
        answer = in_jail(task, {}, work, before=self._setup(), more=self.changed.values())
        rows = [r for r in answer.results if r is not None and not isinstance(r, int)]
        if not rows:
            return None
        gone, differing, total = (int(r.to_pylist()[0]["n"]) for r in rows[:3])
        made = Made(path=new.path, columns=new.columns, rows=total, role="delta")
        if len(answer.results) == len(work):
            made = replace(made, path=whole.path, role="base")
        return replace(judged(task.model, made, rows[3:]), same=not gone and not differing)

    def _needs_all(self, made: str) -> str:
        deltas = sum(f.role == "delta" for f in self.published.files)
        return "SELECT true" if deltas >= DELTAS else f"SELECT n > 0 FROM ({self._gone(made)})"

    def _setup(self) -> list[Statement]:
        """The changed keys."""
        keys = " UNION ALL ".join(
            f"SELECT key FROM ({self._keys(table, old)})" for table, old in self.changed.items()
        )
        made = f"CREATE TABLE {_KEYS} AS SELECT DISTINCT key FROM ({keys})"
        return [Statement(kind="setup", sql=made)]

    def _read_once(self) -> list[Statement]:
        """The inputs and the published rows, of changed keys only where a column holds the key.

        These are few rows, and a SELECT may read an input a dozen times: they are kept.
        """
        were = f"SELECT p.* FROM ({self.previous}) p WHERE {self._is_changed('p')}"
        kept = [Statement(kind="step", sql=f"CREATE TABLE {_WERE} AS {were}")]
        for place, (table, select) in enumerate(selects(self.task).items()):
            told = _follow(self.task, table)
            if told and told.column:
                only = self._is_changed("i", told.column)
                some = f"CREATE TABLE {_SOME}{place} AS SELECT i.* FROM ({select}) i WHERE {only}"
                kept.append(Statement(kind="step", sql=some))
                select = f"FROM {_SOME}{place}"
            kept += [step(s) for s in view_of(table, select)]
        return kept

    def _keys(self, table: str, old: TableView) -> str:
        """A SELECT of ``key``: what the input's changed rows concern."""
        told = _follow(self.task, table)
        if told is None:
            raise RuntimeError(f"nothing says which keys rows of {table} concern")
        rows = differing(self.task.views[table], old, told, self.root)
        if told.column:
            return f"SELECT {sqltext.name(told.column)} AS key FROM ({rows})"
        sql = told.sql.replace("{rows}", f"({rows})")
        for name, select in selects(self.task).items():
            sql = sql.replace(f"{{{name}}}", f"({select})")
        return sql

    def _is_changed(self, alias: str, column: str = "") -> str:
        key = f"{alias}.{sqltext.name(column) if column else self.by}"
        return f"EXISTS (SELECT 1 FROM {_KEYS} k WHERE k.key IS NOT DISTINCT FROM {key})"

    def _few(self) -> str:
        rows = self.published.snapshot.rows if self.published.snapshot else 0
        return f"SELECT count(*) * {SHARE} <= {rows} FROM {_KEYS}"

    def _gone(self, made: str) -> str:
        grain = sqltext.names(self.task.model.grain)
        return f"SELECT count(*) AS n FROM {_WERE} ANTI JOIN ({made}) m USING ({grain})"

    def _differing_rows(self, new: NewFile) -> str:
        shown = sqltext.names(c.name for c in new.columns)
        made, were = (f"SELECT {shown} FROM {rows}" for rows in (f"({read(new.path)})", _WERE))
        return f"SELECT count(*) AS n FROM ({made} EXCEPT ALL {were})"


def differing(new: TableView, old: TableView, told: Follow, root: Warehouse) -> str:
    """The rows that differ between two snapshots of a table, as they were and as they are."""
    reads = told.reads or tuple(c.name for c in new.columns)
    wanted = dict.fromkeys([*reads, *((told.column,) if told.column else ())])
    shown = sqltext.names(wanted)
    only = added(new, old)
    if only is not None:
        fresh = scan(only, root)
        if not new.key:
            return f"SELECT {shown} FROM ({fresh})"
        replaced = f"({scan(old, root)}) o SEMI JOIN ({fresh}) a USING ({sqltext.names(new.key)})"
        return f"SELECT {shown} FROM ({fresh}) UNION ALL SELECT {shown} FROM {replaced}"
    if new.key and new.key == old.key:
        return _unlike(scan(new, root), scan(old, root), new.key, tuple(wanted))
    now, then = (f"SELECT {shown} FROM ({scan(view, root)})" for view in (new, old))
    return f"({now} EXCEPT ALL {then}) UNION ALL ({then} EXCEPT ALL {now})"


def _unlike(now: str, then: str, key: Sequence[str], columns: Sequence[str]) -> str:
    """Rows of two SELECTs that differ in these columns, held together by their key.

    Says what EXCEPT ALL both ways says of rows with a key, in a fifth of the time.
    """
    read = sqltext.names(dict.fromkeys([*key, *columns]))
    names = [sqltext.name(c) for c in columns]
    same = " AND ".join(f"n.{k} IS NOT DISTINCT FROM o.{k}" for k in map(sqltext.name, key))
    other = " OR ".join(f"n.{c} IS DISTINCT FROM o.{c}" for c in names)
    kept = ", ".join(
        f"{side}.{c} AS {side}{place}" for side in "no" for place, c in enumerate(names)
    )
    sides = (
        f"SELECT {', '.join(f'{side}{place} AS {c}' for place, c in enumerate(names))} "
        f"FROM unlike WHERE {side}_is"
        for side in "no"
    )
    return (
        f"WITH n AS (SELECT {read}, true AS _is_here FROM ({now})), "
        f"o AS (SELECT {read}, true AS _is_here FROM ({then})), "
        f"unlike AS MATERIALIZED (SELECT {kept}, n._is_here AS n_is, o._is_here AS o_is "
        f"FROM n FULL JOIN o ON {same} WHERE n._is_here IS DISTINCT FROM o._is_here OR {other}) "
        f"{' UNION ALL '.join(sides)}"
    )
