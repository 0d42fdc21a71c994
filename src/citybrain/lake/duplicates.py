"""Rows that share an address within one batch.

Equal rows count once; of rows that differ in the cursor the latest stands (the others are
superseded); rows that contradict each other are set aside, all of them, with both values
named. A table without a key promises no uniqueness: its equal rows all stay, each with its
own address.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from citybrain.base.wording import counted
from citybrain.city.contracts import Contract, Field
from citybrain.lake.explain import CellProblem, short, title
from citybrain.lake.places import Places
from citybrain.lake.setaside import SetAside
from citybrain.lake.sqltext import name, names, text

_NAMED = 3  # differing fields, and rows, that a sentence names
_PLACED = "s._row, s.filename, s.file_row_number"


@dataclass(frozen=True, kw_only=True)
class Settled:
    """What became of the duplicates; ``select`` reads the rows that stand."""

    select: str
    rows: int
    superseded: int = 0
    set_aside: int = 0
    rewritten: bool = False


@dataclass(frozen=True)
class _Row:
    address: str
    number: int | None
    values: Mapping[str, str | None]


def settle(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    *,
    files: list[str],
    rows: int,
    cursor: str,
    aside: SetAside,
    places: Mapping[str, Places],
) -> Settled:
    """Settle the staged files' duplicates; the files themselves stay as they are.

    ``places`` tells by file where at the source its rows stand, of those that came just now.
    """
    listed = ", ".join(text(f) for f in files)
    staged = f"read_parquet([{listed}], file_row_number=true, filename=true)"
    plain = f"SELECT * FROM read_parquet([{listed}])"
    unique = [f for f in contract.fields if f.unique and f.key == 0]
    single = len(files) == 1 and len(contract.key) == 1 and not unique
    if single and _ascending(files[0], contract.key[0]):
        return Settled(select=plain, rows=rows)
    addresses, shared = _distinct(connection, staged, contract.key or ("_row",), unique)
    if addresses == rows and not shared:
        return Settled(select=plain, rows=rows)
    if not contract.key and addresses != rows:
        return Settled(select=_numbered(contract, staged), rows=rows, rewritten=True)
    _verdicts(connection, contract, staged, cursor)
    superseded = _count(connection, "verdict = 'superseded'")
    put = _Put(contract, aside, places)
    _conflicts(connection, contract, staged, put)
    for field in unique:
        _not_unique(connection, contract, staged, field, put)
    dropped = _count(connection, "verdict <> 'keep'")
    select = (
        f"SELECT * EXCLUDE (file_row_number, filename) FROM {staged} s "
        "ANTI JOIN (SELECT * FROM verdicts WHERE verdict <> 'keep') v "
        "ON v.spot = s.file_row_number AND v.file = s.filename"
    )
    return Settled(
        select=select,
        rows=rows - dropped,
        superseded=superseded,
        set_aside=dropped - superseded,
        rewritten=True,
    )


def _one(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[int, ...]:
    row = connection.execute(sql).fetchone()
    return tuple(row or ())


def _distinct(
    connection: duckdb.DuckDBPyConnection, staged: str, key: Sequence[str], unique: list[Field]
) -> tuple[int, bool]:
    """Distinct keys, and whether a value of a unique field occurs twice.

    Keys are counted by hash, which is quick; two of one hash only cost a slower look.
    """
    (rows,) = _one(connection, f"SELECT count(DISTINCT hash({names(key)})) FROM {staged}")
    pairs = [
        _one(
            connection,
            f"SELECT count(DISTINCT {name(f.name)}), count({name(f.name)}) FROM {staged}",
        )
        for f in unique
    ]
    return rows, any(distinct != values for distinct, values in pairs)


def _ascending(file: str, column: str) -> bool:
    """Whether each value is more than the one before, so that none can stand twice.

    Many a table arrives in the order of its key, and to see that takes a tenth of counting. A
    table that does not is known by its first rows.
    """
    last = None
    with pq.ParquetFile(file) as table:
        for batch in table.iter_batches(columns=[column]):
            values = batch.column(0)
            if last is not None:
                values = pa.concat_arrays([last, values])
            if values.null_count or not pc.all(pc.less(values[:-1], values[1:])).as_py():
                return False
            last = values[-1:]
    return True


def _numbered(contract: Contract, staged: str) -> str:
    fields = names(f.name for f in contract.fields)
    return (
        f"SELECT {fields}, CASE WHEN n = 1 THEN _row ELSE _row || '#' || n END AS _row, "
        "_batch, _contract FROM "
        f"(SELECT *, row_number() OVER (PARTITION BY _row ORDER BY filename, file_row_number) AS n "
        f"FROM {staged})"
    )


def _content(contract: Contract) -> str:
    return f"hash({names(f.name for f in contract.fields)})"


def _verdicts(
    connection: duckdb.DuckDBPyConnection, contract: Contract, staged: str, cursor: str
) -> None:
    """Table ``verdicts``: file, spot, verdict of every row whose address occurs twice."""
    newest = name(cursor) if cursor else "0"
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE verdicts AS
        WITH twice AS (SELECT _row FROM {staged} GROUP BY _row HAVING count(*) > 1),
        candidates AS (
            SELECT filename AS file, file_row_number AS spot, _row, {newest} AS newest,
                   {_content(contract)} AS content
            FROM {staged} SEMI JOIN twice USING (_row)
        ),
        ranked AS (
            SELECT *, newest IS NOT DISTINCT FROM max(newest) OVER (PARTITION BY _row) AS top,
                   row_number() OVER (
                       PARTITION BY _row ORDER BY newest DESC NULLS LAST, file DESC, spot DESC
                   ) AS place
            FROM candidates
        ),
        kinds AS (
            SELECT _row, count(DISTINCT content) AS kinds FROM ranked WHERE top GROUP BY _row
        )
        SELECT file, spot, _row, CASE WHEN kinds > 1 AND top THEN 'conflict'
               WHEN kinds = 1 AND place = 1 THEN 'keep' ELSE 'superseded' END AS verdict
        FROM ranked JOIN kinds USING (_row)
        """
    )


def _count(connection: duckdb.DuckDBPyConnection, where: str) -> int:
    return int(_one(connection, f"SELECT count(*) FROM verdicts WHERE {where}")[0])


def _texts(contract: Contract) -> str:
    return ", ".join(
        f"'\\x' || lower(hex({name(f.name)})) AS {name(f.name)}"
        if f.type == "binary"
        else f"CAST({name(f.name)} AS VARCHAR) AS {name(f.name)}"
        for f in contract.fields
    )


@dataclass(frozen=True)
class _Put:
    """Sets rows aside, each with where it stands and what is wrong with all of its group."""

    contract: Contract
    aside: SetAside
    places: Mapping[str, Places]

    def groups(
        self,
        cursor: duckdb.DuckDBPyConnection,
        problem: Callable[[list[_Row]], CellProblem],
    ) -> None:
        """Rows of one first column follow each other, then ``_PLACED`` and the fields' texts."""
        fields = [f.name for f in self.contract.fields]
        group: list[_Row] = []
        mark = None
        while True:
            row = cursor.fetchone()
            if group and (row is None or row[0] != mark):
                found = problem(group)
                for one in group:
                    self.aside.add(one.address, one.values, [found], number=one.number)
                group = []
            if row is None:
                return
            mark, address, file, spot, *texts = row
            number = self.places[file].at(spot) if file in self.places else None
            group.append(_Row(address, number, dict(zip(fields, texts, strict=True))))


def _conflicts(
    connection: duckdb.DuckDBPyConnection, contract: Contract, staged: str, put: _Put
) -> None:
    cursor = connection.execute(
        f"SELECT s._row, {_PLACED}, {_texts(contract)} FROM {staged} s JOIN verdicts v "
        "ON v.spot = s.file_row_number AND v.file = s.filename WHERE v.verdict = 'conflict' "
        "ORDER BY s._row, s.filename, s.file_row_number"
    )
    put.groups(cursor, lambda rows: _disagreement(contract, rows))


def _disagreement(contract: Contract, rows: list[_Row]) -> CellProblem:
    first = rows[0].values
    differing = [f for f in contract.fields if len({r.values[f.name] for r in rows}) > 1]
    key = "、".join(f"{title(contract.field(k))} {first[k]}" for k in contract.key)
    key_en = ", ".join(f"{contract.field(k).title_en or k} {first[k]}" for k in contract.key)
    shown = [(f, *_two(f, rows)) for f in differing[:_NAMED]]
    zh = "；".join(f"{title(f)}一处为“{a}”，一处为“{b}”" for f, a, b in shown)
    en = "; ".join(
        f"{f.title_en or f.name} is “{a}” in one and “{b}” in another" for f, a, b in shown
    )
    return CellProblem(
        field=differing[0].name if differing else "",
        rule="key_conflict",
        sentence=f"{key} 出现 {len(rows)} 次且内容不一致：{zh}，请核对其一。",
        sentence_en=f"{key_en} occurs {counted(len(rows), 'time')} and the rows disagree: {en}. "
        "Please check which is right.",
    )


def _two(field: Field, rows: list[_Row]) -> tuple[str, str]:
    values = list(dict.fromkeys(r.values[field.name] for r in rows))
    first, second = values[0], values[1]
    return short(first or "（空）"), short(second or "（空）")


def _not_unique(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    staged: str,
    field: Field,
    put: _Put,
) -> None:
    """Set aside rows whose value of a unique field another standing row has too."""
    column = name(field.name)
    standing = (
        f"SELECT s.* FROM {staged} s ANTI JOIN (SELECT * FROM verdicts WHERE verdict <> 'keep') v "
        "ON v.spot = s.file_row_number AND v.file = s.filename"
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE shared AS SELECT filename AS file, file_row_number AS spot "
        f"FROM ({standing}) WHERE {column} IS NOT NULL "
        f"QUALIFY count(*) OVER (PARTITION BY {column}) > 1"
    )
    cursor = connection.execute(
        f"SELECT s.{column}, {_PLACED}, {_texts(contract)} FROM {staged} s JOIN shared v "
        "ON v.spot = s.file_row_number AND v.file = s.filename ORDER BY 1, 3, 4"
    )
    put.groups(cursor, lambda rows: _shared(field, rows))
    connection.execute(
        "DELETE FROM verdicts v USING shared s WHERE v.spot = s.spot AND v.file = s.file"
    )
    connection.execute("INSERT INTO verdicts SELECT file, spot, '', 'shared' FROM shared")


def _shared(field: Field, rows: list[_Row]) -> CellProblem:
    value = short(rows[0].values[field.name] or "")
    others = "、".join(r.address.partition("/")[2] for r in rows[:_NAMED])
    return CellProblem(
        field=field.name,
        rule="unique",
        sentence=f"{title(field)}“{value}”应唯一，却出现在 {len(rows)} 行（{others}），"
        "请核对其一。",
        sentence_en=f"{field.title_en or field.name} “{value}” should be unique but stands in "
        f"{len(rows)} rows ({others}). Please check which is right.",
    )
