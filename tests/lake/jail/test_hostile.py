"""Hostile SQL in the real jail: it reads no other file, writes none, and ends in time.

Each statement is sent past the reading of its text, as if that had failed. What matters is
that nothing of the outside comes back, that no file changes, and that we survive.
"""

import threading
from contextlib import suppress
from pathlib import Path
from time import monotonic

import pytest

from citybrain.base.errors import CityError
from citybrain.lake.jail import keeper, walls
from citybrain.lake.jail.job import Answer, Job, Statement
from citybrain.lake.jail.registering import files_of, layers_of, view_of
from citybrain.lake.jail.trying import missing_walls
from citybrain.lake.scan import scan
from citybrain.lake.store import Store
from tests.lake.hostile import HOSTILE
from tests.lake.making import TABLE, a_store, data_files, files_below, numbers, put

MEMORY = 256 << 20
SECRET = "王小明的身份证号"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    made = a_store(tmp_path_factory.mktemp("home"))
    put(made, "b1", numbers(0, 1000))
    made.ensure("ods.civil.secret", made.columns(TABLE))
    put(made, "s1", numbers(5000, 3), table="ods.civil.secret")
    root = made.home.root
    (root / "outside.csv").write_text(f"a\n{SECRET}\n")
    (data_files(made)[0].parent / "link.csv").symlink_to(root / "outside.csv")
    return made


@pytest.fixture
def workplace(store: Store) -> Path:
    folder = store.home.scratch / "job"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _job(store: Store, folder: Path, *statements: Statement, seconds: float = 4) -> Job:
    view = store.view(TABLE)
    return Job(
        statements=(*view_of(TABLE, scan(view, store.ground.warehouse)), *statements),
        layers=layers_of([TABLE]),
        reads=files_of([view], store.ground.warehouse),
        folder=str(folder),
        seconds=seconds,
        memory=MEMORY,
    )


def _ask(store: Store, folder: Path, sql: str, kind: str = "rows", **how: float) -> object:
    answer = keeper.run(_job(store, folder, Statement(kind=kind, sql=sql, max_rows=100), **how))
    return answer.results[0]


OUTSIDE = (
    "SELECT * FROM read_csv('{outside}')",
    "SELECT * FROM read_text('{outside}')",
    "SELECT * FROM read_blob('{outside}')",
    "SELECT * FROM read_json('{outside}')",
    "SELECT * FROM '{outside}'",
    "SELECT * FROM read_text('{link}')",
    "SELECT * FROM read_csv('{data}/link.csv')",
    "SELECT * FROM read_text('{data}/../../../../../outside.csv')",
    "SELECT * FROM read_text('file://{outside}')",
    "SELECT * FROM read_parquet('{secret}')",
    "SELECT * FROM read_blob('{secret}')",
    "SELECT * FROM glob('{root}/*')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM read_text('{data}/*')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/proc/self/environ')",
    "SELECT * FROM read_text('/proc/self/maps')",
    "SELECT * FROM read_csv('/dev/stdin')",
    "SELECT * FROM sniff_csv('{outside}')",
    "SELECT * FROM parquet_metadata('{secret}')",
    "SELECT * FROM sqlite_scan('{catalog}', 'leases')",
    "SELECT * FROM read_csv('http://127.0.0.1:1/x.csv')",
    "SELECT * FROM read_parquet('s3://bucket/x')",
    "SELECT * FROM duckdb_secrets()",
    "SELECT getenv('HOME')",
    "SELECT * FROM ods.civil.secret",
)
WRITES = (
    "COPY (SELECT 1 AS a) TO '{own}'",
    "COPY (SELECT 1 AS a) TO '{own}' (USE_TMP_FILE false)",
    "COPY (SELECT 1 AS a) TO '{data}/new.parquet'",
    "COPY (SELECT 1 AS a) TO '{root}/new.csv'",
    "COPY (SELECT 1 AS a) TO '/dev/stdout'",
    "COPY (SELECT 1 AS a) TO '{data}' (FORMAT parquet, PARTITION_BY (a), OVERWRITE true)",
    "EXPORT DATABASE '{data}/export'",
    "EXPORT DATABASE '{root}/export'",
    "ATTACH '{catalog}' AS c (TYPE sqlite)",
    "ATTACH '{root}/new.db' AS c",
    "ATTACH '{own}' AS c",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '{root}/x.duckdb_extension'",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "SET memory_limit = '100GB'",
    "RESET memory_limit",
    "SET temp_directory = '{root}/spill'",
    "SET allowed_paths = ['/etc/passwd']",
    "SET allowed_directories = ['/']",
    "SET threads = 64",
    "PRAGMA enable_logging",
    "PRAGMA profiling_output = '{root}/profile.json'",
    "CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')",
    "SELECT 1; COPY (SELECT 1 AS a) TO '{own}'",
    "SELECT 1; SELECT 2",
    "DROP VIEW ods.civil.marriages",
)


def _places(store: Store) -> dict[str, object]:
    own = data_files(store)[0]
    return {
        "root": store.home.root,
        "outside": store.home.root / "outside.csv",
        "own": own,
        "data": own.parent,
        "link": own.parent / "link.csv",
        "secret": data_files(store, "ods.civil.secret")[0],
        "catalog": store.home.lake_dir / "catalog.sqlite3",
    }


@pytest.mark.parametrize("sql", OUTSIDE)
def test_nothing_outside_is_read(store: Store, workplace: Path, sql: str) -> None:
    with pytest.raises(CityError) as refused:
        _ask(store, workplace, sql.format(**_places(store)))
    assert SECRET not in str(refused.value)


@pytest.mark.long
def test_what_the_reader_of_the_text_refuses_is_held_here_too(
    store: Store, workplace: Path
) -> None:
    """Much of it is harmless to the jail; what matters is what comes back and what is left."""
    before = {p: p.read_bytes() for p in files_below(store.home.root)}
    for sql in HOSTILE:
        try:
            told = str(_ask(store, workplace, sql, seconds=2))
        except CityError as refused:
            told = str(refused)
        assert SECRET not in told, sql
        assert "root:x:0" not in told, sql
    assert {p: p.read_bytes() for p in files_below(store.home.root)} == before


def test_nothing_is_written_or_set(store: Store, workplace: Path) -> None:
    before = {p: p.read_bytes() for p in files_below(store.home.root)}
    for sql in WRITES:
        with pytest.raises(CityError):
            _ask(store, workplace, sql.format(**_places(store)))
    assert {p: p.read_bytes() for p in files_below(store.home.root)} == before


def test_nothing_is_written_even_as_a_step_of_our_own(store: Store, workplace: Path) -> None:
    before = {p: p.read_bytes() for p in files_below(store.home.root)}
    let_through = []
    for sql in WRITES:
        with suppress(CityError):
            _ask(store, workplace, sql.format(**_places(store)), "step")
            let_through.append(sql)
    # A file that may be read may be attached; it cannot be written so either.
    assert [s for s in let_through if not s.startswith(("SELECT 1; SELECT 2", "DROP VIEW"))] == [
        "ATTACH '{own}' AS c"
    ]
    assert {p: p.read_bytes() for p in files_below(store.home.root)} == before


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('{outside}')",
        "COPY (SELECT 1 AS a) TO '{own}' (USE_TMP_FILE false)",
        "COPY (SELECT 1 AS a) TO '{root}/new.csv'",
        "ATTACH '{root}/new.db' AS c",
    ],
)
@pytest.mark.skipif(not walls.landlock_abi(), reason="this kernel has no Landlock")
def test_the_kernel_holds_where_duckdb_is_not_even_locked(
    store: Store, workplace: Path, sql: str
) -> None:
    """Setup runs before DuckDB's own lock: only the kernel's wall is left there."""
    before = {p: p.read_bytes() for p in files_below(store.home.root)}
    setup = Statement(kind="setup", sql=sql.format(**_places(store)))
    with pytest.raises(CityError):
        keeper.run(_job(store, workplace, setup))
    assert {p: p.read_bytes() for p in files_below(store.home.root)} == before


ATTACKS = (
    "SELECT levenshtein(repeat('a', 200000), repeat('b', 200000))",
    "SELECT damerau_levenshtein(repeat('a', 50000), repeat('b', 50000))",
    "SELECT length(repeat('x', 4000000000))",
    "SELECT md5(repeat('x', 2000000000))",
    "SELECT max(u) FROM (SELECT unnest(range(300000000)) AS u)",
    "SELECT list_cosine_similarity(range(40000000)::FLOAT[], range(40000000)::FLOAT[])",
    "SELECT list(range) FROM range(100000000)",
    "SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b",
    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r",
    "SELECT bit_count(repeat('1', 1000000000)::BIT)",
    "SELECT regexp_matches(repeat('a', 50000000), '(a*)*b')",
    "SELECT string_agg(repeat('x', 1000000)) FROM range(100000)",
    "SELECT " + "(" * 3000 + "1" + ")" * 3000,
    "SELECT 1" + " + 1" * 200_000,
    "SELECT " + "[" * 5000 + "1" + "]" * 5000,
    " UNION ALL ".join(["SELECT 1 AS a"] * 20_000),
    "SELECT jaro_winkler_similarity(repeat('a', 200000), repeat('b', 200000))",
    "SELECT lpad('x', 2000000000, 'y')",
    "SELECT repeat(repeat('x', 100000), 100000)",
    "SELECT list_sort(range(200000000))",
    "SELECT list_transform(range(100000000), lambda x: x * x)",
    "SELECT list_reduce(range(50000000), lambda x, y: x + y)",
    "SELECT array_agg(i) OVER (ORDER BY i) FROM range(200000) t(i)",
    "SELECT quantile_cont(a.range * b.range, 0.5) FROM range(30000) a, range(30000) b",
    "SELECT count(DISTINCT a.range * b.range) FROM range(100000) a, range(100000) b",
    "SELECT max(u) FROM (SELECT unnest(generate_series(1, 1000000000)) AS u)",
    "SELECT regexp_replace(repeat('ab', 20000000), '(a|b)*', 'x', 'g')",
    "SELECT string_split(repeat('a,', 100000000), ',')",
    "SELECT from_hex(repeat('ab', 500000000))",
    "SELECT histogram(range) FROM range(100000000)",
    "WITH RECURSIVE r(s) AS (SELECT 'x' UNION ALL SELECT s || s FROM r) SELECT count(s) FROM r",
    "SELECT count(*) FROM range(1000000) a JOIN range(1000000) b ON a.range <> b.range",
    "SELECT a.range FROM range(100000) a, range(100000) b ORDER BY random()",
    "SELECT " + "CASE WHEN true THEN " * 3000 + "1" + " END" * 3000,
)


@pytest.mark.long
@pytest.mark.parametrize("sql", ATTACKS, ids=lambda sql: sql[:50])
def test_an_attack_on_time_or_memory_ends(store: Store, workplace: Path, sql: str) -> None:
    _ends(store, workplace, sql)


@pytest.mark.parametrize("sql", [ATTACKS[0], ATTACKS[2], ATTACKS[7]], ids=lambda sql: sql[:50])
def test_the_classic_attacks_end(store: Store, workplace: Path, sql: str) -> None:
    _ends(store, workplace, sql, seconds=1.0)


def _ends(store: Store, folder: Path, sql: str, seconds: float = 1.5) -> None:
    began = monotonic()
    try:
        _ask(store, folder, sql, seconds=seconds)
    except CityError as error:
        assert error.what.startswith(("The query was stopped", "The query cannot be answered"))  # noqa: PT017
    assert monotonic() - began < seconds + 6
    # We live, and the next question is answered.
    found = _ask(store, folder, f"SELECT count(*) AS n FROM {TABLE}")  # noqa: S608 - a test
    assert found.to_pylist() == [{"n": 1000}]  # type: ignore[attr-defined]  # an Arrow table


def test_a_large_answer_is_cut_off_by_bytes(store: Store, workplace: Path) -> None:
    job = _job(
        store, workplace, Statement(kind="rows", sql="SELECT range AS n FROM range(9000000)")
    )
    small = Job(**{**vars(job), "answer_bytes": 1 << 20})
    with pytest.raises(CityError, match="more than 1 MiB"):
        keeper.run(small)


def test_many_questions_at_once_each_get_their_own_answer(store: Store, workplace: Path) -> None:
    found: dict[int, object] = {}

    def ask(number: int) -> None:
        found[number] = _ask(store, workplace, f"SELECT {number} AS n").to_pylist()  # type: ignore[attr-defined]

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == {n: [{"n": n}] for n in range(12)}


def test_the_walls_that_this_kernel_has_do_stand(store: Store, workplace: Path) -> None:
    held = keeper.run(_job(store, workplace, Statement(kind="rows", sql="SELECT 1"))).walls
    abi = walls.landlock_abi()
    assert held["files"] == (f"landlock {abi}" if abi else "none")
    assert held["limits"] == "set"
    assert held["network"] in ("own", "landlock", "none")


def test_a_zygote_that_died_is_replaced(store: Store, workplace: Path) -> None:
    _ask(store, workplace, "SELECT 1")
    keeper._zygotes[0].process.kill()
    keeper._zygotes[0].process.wait()
    assert _ask(store, workplace, "SELECT 2 AS n").to_pylist() == [{"n": 2}]  # type: ignore[attr-defined]


def test_no_secret_of_our_surroundings_is_in_a_jailed_process(
    store: Store, workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CITYBRAIN_LAKE_URL", "postgresql://u:geheim@h/d")
    keeper.close()
    keeper.warm()
    pid = keeper._zygotes[0].process.pid
    deadline = monotonic() + 5
    while b"PATH" not in (found := Path(f"/proc/{pid}/environ").read_bytes()):
        assert monotonic() < deadline
    assert b"geheim" not in found


@pytest.mark.skipif(not walls.landlock_abi(), reason="this kernel has no Landlock")
def test_the_doctor_finds_nothing_missing_here(store: Store) -> None:
    assert "files" not in missing_walls(store.home)


def test_the_doctor_says_which_wall_is_missing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Answer(results=[], walls={"files": "none", "network": "own", "limits": "set"})
    monkeypatch.setattr(keeper, "run", lambda _job: held)
    assert list(missing_walls(store.home)) == ["files"]
