"""Statements that would read, write or tell more than the lake's rows are refused."""

from pathlib import Path

import pytest

from citybrain.base.errors import CityError
from citybrain.lake.query import query
from citybrain.lake.statement import tables_of
from tests.lake.making import TABLE, a_store, data_files, files_below, numbers, put

T = "ods.civil.marriages"
HOSTILE = (
    # not one SELECT
    "",
    ";",
    "SELECT 1; SELECT 2",
    "SELECT 1; DROP VIEW ods.civil.marriages",
    "DELETE FROM ods.civil.marriages",
    "UPDATE ods.civil.marriages SET name = 'x'",
    "INSERT INTO ods.civil.marriages VALUES (1)",
    "CREATE TABLE ods.x AS SELECT * FROM ods.civil.marriages",
    "COPY ods.civil.marriages TO '/tmp/stolen.csv'",
    "COPY (SELECT * FROM ods.civil.marriages) TO '/dev/stdout'",
    "COPY FROM DATABASE ods TO memory",
    "EXPORT DATABASE '/tmp/stolen'",
    "ATTACH '/etc/passwd' AS p",
    "DETACH ods",
    "INSTALL httpfs",
    "LOAD httpfs",
    "PRAGMA database_list",
    "SET memory_limit = '100GB'",
    "RESET memory_limit",
    "SET VARIABLE a = 1",
    "CALL duckdb_settings()",
    "CHECKPOINT",
    "EXPLAIN ANALYZE SELECT 1",
    "DESCRIBE ods.civil.marriages",
    "SHOW TABLES",
    "SHOW ALL TABLES",
    "SUMMARIZE ods.civil.marriages",
    "USE memory",
    "BEGIN",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "VACUUM",
    "PIVOT ods.civil.marriages ON name",
    "SELECT * FROM (DESCRIBE ods.civil.marriages)",
    "SELECT * FROM (SUMMARIZE ods.civil.marriages)",
    # files
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM 'a.parquet'",
    'SELECT * FROM "/etc/passwd"',
    "FROM '/etc/hosts'",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_csv_auto('/etc/passwd')",
    "SELECT * FROM read_json('/etc/passwd')",
    "SELECT * FROM read_json_auto('x')",
    "SELECT * FROM read_json_objects('x')",
    "SELECT * FROM read_ndjson('x')",
    "SELECT * FROM read_parquet('/tmp/*.parquet')",
    "SELECT * FROM parquet_scan('x')",
    "SELECT * FROM parquet_metadata('x')",
    "SELECT * FROM parquet_schema('x')",
    "SELECT * FROM parquet_file_metadata('x')",
    "SELECT * FROM parquet_kv_metadata('x')",
    "SELECT * FROM parquet_bloom_probe('x', 'a', 1)",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM system.main.read_text('/etc/passwd')",
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM query_table('ods.civil.marriages')",
    "SELECT * FROM query_table(['a', 'b'])",
    "SELECT (SELECT max(content) FROM read_text('/etc/passwd'))",
    "SELECT name FROM ods.civil.marriages WHERE EXISTS (SELECT 1 FROM read_text('/etc/passwd'))",
    "WITH a AS (SELECT * FROM read_text('/etc/passwd')) SELECT * FROM a",
    "SELECT * FROM ods.civil.marriages, LATERAL (SELECT * FROM glob('*'))",
    "SELECT 1 FROM ods.civil.marriages UNION ALL SELECT size FROM read_blob('/etc/passwd')",
    "VALUES ((SELECT content FROM read_text('/etc/passwd')))",
    # what the database knows about itself
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_views()",
    "SELECT * FROM duckdb_views",
    "SELECT * FROM duckdb_tables()",
    "SELECT * FROM duckdb_databases()",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM duckdb_functions()",
    "SELECT * FROM duckdb_logs",
    "SELECT * FROM pragma_database_size()",
    "SELECT * FROM pragma_table_info('x')",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM ods.information_schema.tables",
    "SELECT * FROM pg_catalog.pg_class",
    "SELECT * FROM pg_class",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM memory.main.x",
    "SELECT * FROM temp.main.x",
    "SELECT * FROM system.information_schema.tables",
    "SELECT * FROM which_secret('s3://x', 's3')",
    "SELECT * FROM (WITH duckdb_views AS (SELECT 1) SELECT * FROM duckdb_views), duckdb_views",
    "WITH pg_class AS (SELECT 1) SELECT * FROM pg_class",
    "WITH tables AS (SELECT 1) SELECT * FROM tables",
    "SELECT current_setting('temp_directory')",
    "SELECT getenv('HOME')",
    "SELECT getvariable('x')",
    "SELECT current_query()",
    "SELECT current_database()",
    "SELECT version()",
    "SELECT pg_get_viewdef(1)",
    "SELECT stats(name) FROM ods.civil.marriages",
    "SELECT json_serialize_plan('SELECT 1')",
    "SELECT nextval('s')",
    "SELECT txid_current()",
    "SELECT write_log('x')",
    "SELECT sleep_ms(100000)",
    "SELECT no_such_function(1)",
    # names that are no tables of the lake
    "SELECT * FROM marriages",
    "SELECT * FROM store",
    "SELECT * FROM connection",
    "SELECT * FROM secret.civil.marriages",
    "SELECT * FROM ods.civil.marriages.x",
    'SELECT * FROM ods."../../etc".passwd',
    "SELECT * FROM ods.civil.marriages AT (VERSION => 1)",
    "SELECT * FROM ods.civil.marriages AT (TIMESTAMP => now())",
    # text that is no SQL
    "SELECT",
    "SELECT * FROM",
    "\x00",
    "SELECT " + "(" * 3000 + "1" + ")" * 3000,
)


@pytest.mark.parametrize("sql", HOSTILE, ids=lambda sql: sql[:60])
def test_refused_before_it_runs(sql: str) -> None:
    with pytest.raises(CityError):
        tables_of(sql)


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
