"""An uploaded file as a source: a table of texts, an officer's edits put over it cell by cell."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import duckdb

from citybrain.city.contracts import Contract
from citybrain.city.systems import Fetch
from citybrain.lake.cast import text_sql
from citybrain.lake.collect import reader_of
from citybrain.lake.connections import connection
from citybrain.lake.csvlines import Jumps
from citybrain.lake.files import Opened, Relation, open_delivery
from citybrain.lake.longnumbers import SHEET
from citybrain.lake.mends import Mends
from citybrain.lake.plan import Given
from citybrain.lake.quarantine import OWN_COLUMNS, REASON
from citybrain.lake.sources import NUMBER, Readers, ReadRequest
from citybrain.lake.sqltext import name
from citybrain.lake.tablework import Source, Table

Edits = Mapping[tuple[int, str], str | None]
_ENDINGS = {".tsv": "\t"}


def is_patch(path: Path, what: Table, readers: Readers) -> bool:
    """Whether the file is a workbook of rows that were set aside, sent back corrected."""
    reader = reader_of(readers, connection("upload", f"files://{path.resolve().parent}"))
    request = ReadRequest(
        table=what.contract.id, fetch=fetch_of(what.fetch, path), staging=path.parent
    )
    delivery = reader.read(connection("upload", f"files://{path.resolve().parent}"), request)
    return any(c.name == REASON for c in getattr(delivery, "columns", ()))


def uploaded(
    path: Path, what: Table, readers: Readers, edits: Edits, *, mends: Mends | None = None
) -> Source:
    """The file as a source: its texts in a table, the edits put over them.

    ``mends`` looks at the table before and after the edits.
    """
    changed = list(edits)

    def source(request: ReadRequest, engine: duckdb.DuckDBPyConnection) -> Opened:
        where = connection("upload", f"files://{path.resolve().parent}")
        asked = replace(request, fetch=fetch_of(what.fetch, path), cursor=None)
        delivery = reader_of(readers, where).read(where, asked)
        opened = open_delivery(delivery, engine, request.staging)
        try:
            opened = _as_texts(engine, opened, what.fetch)
        except duckdb.Error:
            if opened.repaired is None:
                raise
            opened = _as_texts(engine, opened.repaired(), what.fetch)
        if mends:
            mends.look(engine, changed, before=True)
        _edit(engine, what.contract, edits)
        if mends:
            mends.look(engine, changed, before=False)
        return opened

    return source


def fetch_of(fetch: Fetch, path: Path) -> Fetch:
    """How the uploaded file is read: as its name says, else as the system's file says."""
    same_kind = not fetch.format or path.suffix.lower().lstrip(".") in (fetch.format, "xlsx")
    return replace(
        fetch,
        source=path.name,
        format=fetch.format if not path.suffix else "",
        delimiter=_ENDINGS.get(path.suffix.lower(), fetch.delimiter),
        encoding=fetch.encoding if same_kind and fetch.format else _encoding(path),
        sheet="",
    )


def _encoding(path: Path) -> str:
    """UTF-8 when it is that all through, else GB18030."""
    if path.suffix.lower() not in (".csv", ".tsv", ".txt"):
        return "utf-8"
    import codecs

    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _as_texts(engine: duckdb.DuckDBPyConnection, opened: Opened, fetch: Fetch) -> Opened:
    """Take everything into the table ``uploaded``; our own columns are left out there."""
    names = [c.name for c in opened.columns]
    relation = opened.relation(names)
    if relation.tap is not None:
        engine.register("delivered", relation.tap.reader())
    shown = ", ".join(
        f"{text_sql(name(n), relation.given[n].encoding, relation.given[n].duckdb_type)} "
        f"AS {name(n)}"
        for n in names
    )
    if relation.numbered:
        rows = f"SELECT {shown}, {NUMBER} FROM {relation.sql}"
    else:
        jumps = opened.jumps() if opened.jumps else [(1, fetch.header_row)]
        rows = _numbered(engine, f"SELECT {shown} FROM {relation.sql}", jumps)
    engine.execute(f"CREATE OR REPLACE TABLE uploaded AS {rows}")
    given = {
        n: Given(
            name=n,
            encoding=SHEET if relation.given[n].encoding == SHEET else "text",
            duckdb_type="VARCHAR",
        )
        for n in names
        if n not in OWN_COLUMNS
    }
    return replace(
        opened,
        columns=tuple(c for c in opened.columns if c.name in given),
        relation=lambda wanted: Relation(
            sql="uploaded", given={n: given[n] for n in wanted}, numbered=True
        ),
        repaired=None,
    )


def _numbered(engine: duckdb.DuckDBPyConnection, rows: str, jumps: Jumps) -> str:
    """The rows with their lines in the file."""
    engine.execute("CREATE OR REPLACE TEMP TABLE jumps (record BIGINT, away BIGINT)")
    if jumps:  # there are rows
        engine.executemany("INSERT INTO jumps VALUES (?, ?)", [list(pair) for pair in jumps])
    return (
        f"SELECT d.* EXCLUDE (nth), d.nth + j.away AS {NUMBER} "
        f"FROM (SELECT *, row_number() OVER () AS nth FROM ({rows})) d "
        "ASOF JOIN jumps j ON d.nth >= j.record"
    )


def _edit(engine: duckdb.DuckDBPyConnection, contract: Contract, edits: Edits) -> None:
    sources = {f.name: f.source for f in contract.fields}
    have = {row[0] for row in engine.execute("DESCRIBE uploaded").fetchall()}
    for (number, field), value in edits.items():
        if sources.get(field) in have:
            engine.execute(
                f"UPDATE uploaded SET {name(sources[field])} = ? WHERE {NUMBER} = ?",
                [value or None, number],
            )
