"""Statements that would read, write or tell more than the lake's rows are refused."""

from pathlib import Path

import pytest

from citybrain.base.errors import CityError
from citybrain.lake.query import query
from citybrain.lake.statement import tables_of
from tests.lake.hostile import HOSTILE
from tests.lake.making import TABLE, a_store, data_files, files_below, numbers, put

T = "ods.civil.marriages"


@pytest.mark.parametrize("sql", HOSTILE, ids=lambda sql: sql[:60])
def test_refused_before_it_runs(sql: str) -> None:
    with pytest.raises(CityError):
        tables_of(sql)


@pytest.mark.parametrize(
    ("sql", "instead"),
    [
        (f"DESCRIBE {T}", T),
        ("SUMMARIZE civil.marriages", "civil.marriages"),
        ("SHOW TABLES", "ods.system.table"),
        ("SELECT * FROM (DESCRIBE lib.population)", "lib.population"),
        ("DESCRIBE SELECT 1", "ods.system.table"),
    ],
)
def test_who_asks_about_tables_is_told_what_to_ask(sql: str, instead: str) -> None:
    with pytest.raises(CityError) as caught:
        tables_of(sql)
    assert f"SELECT * FROM {instead} LIMIT 1;" in str(caught.value)  # noqa: S608 - a test
    assert "citybrain status" in str(caught.value)


def test_the_jail_holds_where_the_reading_of_the_text_would_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second wall alone: were the text check blind, DuckDB itself must refuse."""
    store = a_store(tmp_path)
    put(store, "b1", numbers(0, 2))
    outside = tmp_path / "outside.csv"
    outside.write_text("a\n1\n")
    own = data_files(store)[0]
    before = {p: p.read_bytes() for p in files_below(tmp_path / "lake/data")}
    monkeypatch.setattr("citybrain.lake.query.tables_of", lambda _sql: (TABLE,))
    for sql in (
        f"SELECT * FROM read_csv('{outside}')",  # noqa: S608 - a test
        f"SELECT * FROM '{outside}'",  # noqa: S608 - a test
        f"COPY (SELECT 1 AS a) TO '{own}'",
        f"COPY (SELECT 1 AS a) TO '{own}' (USE_TMP_FILE false)",
        f"COPY (SELECT 1 AS a) TO '{tmp_path}/new.csv'",
        f"ATTACH '{tmp_path}/lake/catalog.sqlite3' AS c",
        f"SELECT * FROM glob('{tmp_path}/*')",  # noqa: S608 - a test
        "SET enable_external_access = true",
        "SELECT * FROM store",
        "INSTALL httpfs",
    ):
        with pytest.raises(CityError):
            query(store, None, sql, reveal=True)
    assert {p: p.read_bytes() for p in files_below(tmp_path / "lake/data")} == before
    assert not (tmp_path / "new.csv").exists()


def test_an_error_names_no_file_of_the_installation(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    put(store, "b1", numbers(0, 2))
    for sql in (f"SELECT nme FROM {T}", f"SELECT CAST(name AS INTEGER) FROM {T}"):  # noqa: S608 - a test
        with pytest.raises(CityError) as caught:
            query(store, None, sql, reveal=True)
        assert str(tmp_path) not in str(caught.value)
