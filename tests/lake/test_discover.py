"""Discovering files and guessing what columns hold; what is written must pass every check."""

import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from citybrain import city as cities
from citybrain.adapters.readers import READERS
from citybrain.base.clock import FixedClock
from citybrain.base.errors import CityError
from citybrain.city.model import City
from citybrain.city.systems import Fetch
from citybrain.lake.connections import connection_of, refuse_own, remember, resolve
from citybrain.lake.discover import Discovered, discover, identifier
from citybrain.lake.filetables import encoding_of
from citybrain.lake.guess import guess
from citybrain.lake.home import Home
from tests.lake.collecting import Town, contract, text


def _found(root: Path, url: str, clock: FixedClock, **names: str) -> Discovered:
    return discover(
        READERS,
        connection_of("mine", url),
        city_root=root / "city",
        clock=clock,
        **{"system": "mine", "department": "office", **names},
    )


def _discover(root: Path, url: str, clock: FixedClock) -> City:
    _found(root, url, clock)
    assert cities.check(root / "city") == []
    return cities.load(root / "city").city


def test_a_folder_of_files_becomes_a_system_that_collects(
    tmp_path: Path, clock: FixedClock
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "people.csv").write_bytes(
        "编号,姓名,身份证号,手机,出生日期,金额,代码\n"
        "1,王一,110105194912310021,10012345678,1949-12-31,1.50,01\n"
        "2,李二,11010519491231002X,10012345679,1949-12-31,2.25,02\n"
        "3,张三,11010519491231002X,10012345670,1949-12-31,0.10,03\n".encode("gb18030")
    )
    (folder / "lines.jsonl").write_text('{"id": 1, "v": 12345678901234567890}\n{"id": 2}\n')
    city = _discover(tmp_path, f"files://{folder}", clock)
    people = city.contracts["mine.people"]
    found = {f.source: (f.type, f.key, f.masking) for f in people.fields}
    assert found["编号"] == ("long", 1, "none")
    assert found["出生日期"][::2] == ("date", "birth_date")
    assert found["金额"][0] == "decimal(18,2)"
    assert found["代码"][0] == "string"
    assert found["手机"][2] == "phone"
    assert found["姓名"][2] == "name"
    town = _town(tmp_path, city, clock, folder)
    for result in town.collect():
        assert (result.error, result.quarantined) == (None, 0)


def test_a_bad_file_is_named_and_the_others_are_written(tmp_path: Path, clock: FixedClock) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "ragged.csv").write_text("编号,名\n1,甲\n2,乙,多\n", encoding="utf-8")
    (folder / "wide.csv").write_text("a,b\n1,甲\n", encoding="utf-16")
    (folder / "tabs.tsv").write_text("a\tb\n1\t2\n")
    (folder / "tabs.csv").write_text("a;b\n1;2\n")
    (folder / "all_ragged.csv").write_text("a,b\n1\n2\n")
    (folder / "empty.csv").write_text("")
    (folder / "twice.csv").write_text("a,a\n1,2\n")
    (folder / "cut.parquet").write_bytes(b"PAR1")
    (folder / "cut.xlsx").write_bytes(b"PK")
    found = _found(tmp_path, f"files://{folder}", clock)
    assert cities.check(tmp_path / "city") == []
    names = ["all_ragged.csv", "cut.parquet", "cut.xlsx", "empty.csv", "twice.csv"]
    assert [error.where for error in found.failed] == names
    assert all(error.why and error.do for error in found.failed)
    city = cities.load(tmp_path / "city").city
    town = _town(tmp_path, city, clock, folder)
    results = {result.table: (result.accepted, result.quarantined) for result in town.collect()}
    good = dict.fromkeys(("mine.wide", "mine.tabs_tsv", "mine.tabs_csv"), (1, 0))
    assert results == good | {"mine.ragged": (1, 1)}


def test_moments_stay_moments_where_one_is_at_midnight(tmp_path: Path, clock: FixedClock) -> None:
    from datetime import datetime

    from openpyxl import Workbook

    folder = tmp_path / "in"
    folder.mkdir()
    book = Workbook()
    book.active.append(["no", "at", "day"])
    book.active.append(
        ["a", datetime.fromisoformat("2021-03-01T08:30"), datetime.fromisoformat("2021-03-01")]
    )
    book.active.append(
        ["b", datetime.fromisoformat("2021-03-02"), datetime.fromisoformat("2021-03-02")]
    )
    book.save(folder / "visits.xlsx")
    city = _discover(tmp_path, f"files://{folder}", clock)
    contract = city.contracts["mine.visits"]
    assert [contract.field(name).type for name in ("at", "day")] == ["timestamp", "date"]
    (result,) = _town(tmp_path, city, clock, folder).collect()
    assert (result.accepted, result.quarantined) == (2, 0)


def test_names_that_do_not_fit_are_refused_before_anything_is_written(
    tmp_path: Path, clock: FixedClock
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").write_text("a\n1\n")
    for names in ({"system": "Bad-Name"}, {"department": "../office"}):
        with pytest.raises(CityError, match="cannot be the name"):
            _found(tmp_path, f"files://{folder}", clock, **names)
    assert not (tmp_path / "city").exists()
    _found(tmp_path, f"files://{folder}", clock)
    with pytest.raises(CityError, match="no department police"):
        _found(tmp_path, f"files://{folder}", clock, system="other", department="police")
    assert not (tmp_path / "city" / "departments" / "police.yml").exists()


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("名\n甲,乙\n".encode(), "utf-8"),
        ("名\n甲\n".encode("gb18030"), "gb18030"),
        ("名\n".encode() + b"\xff\n" + "甲\n乙\n".encode(), "utf-8"),
        ("名\n甲\n".encode("gb18030") + b"\xff\n", "gb18030"),
        ("名\n".encode("utf-16"), "utf-16"),
        (b"a\n", "utf-8"),
    ],
)
def test_encodings_are_told_by_all_of_the_bytes(tmp_path: Path, data: bytes, encoding: str) -> None:
    (tmp_path / "a.csv").write_bytes(data)
    assert encoding_of(tmp_path / "a.csv") == encoding


def test_the_installations_state_and_a_rehearsals_truth_are_no_source(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    systems = home.root / "rehearsal" / "systems"
    truths = (home.root / "rehearsal" / "systems.truth", tmp_path / "out.truth")
    for folder in (systems, tmp_path / "out", *truths):
        folder.mkdir(parents=True)
    (tmp_path / "link").symlink_to(home.root)
    for place in (*truths, home.root, home.keys, tmp_path / "link"):
        with pytest.raises(CityError, match="no department's system"):
            refuse_own(connection_of("mine", f"files://{place}"), home, {})
    for place in (systems, tmp_path / "out"):
        refuse_own(connection_of("mine", f"files://{place}"), home, {})


def test_a_connection_written_by_hand_to_the_installations_state_is_not_collected(
    tmp_path: Path, clock: FixedClock
) -> None:
    town = Town(tmp_path, clock)
    home = town.store.home
    fetch = Fetch(source="batches")
    for url in (home.lake_url, f"files://{home.root}"):
        town.add(contract(text("batch_id", key=1)), url, fetch)
        (result,) = town.collect()
        assert "is no department's system" in str(result.error)
    town.add(contract(text("batch_id", key=1)), f"files://{home.root.parent}", fetch)
    (home.root / "mine.csv").write_text("batch_id\nb1\n")
    (home.root.parent / "theirs.csv").write_text("batch_id\nb2\n")
    for source, said in ((f"{home.root.name}/*.csv", True), ("**/*.csv", True), ("*.csv", False)):
        town.add(
            contract(text("batch_id", key=1)), f"files://{home.root.parent}", Fetch(source=source)
        )
        (result,) = town.collect()
        assert ("is no department's system" in str(result.error)) is said
    assert town.rows() == [("b2",)]


def test_parquet_decimals_beyond_38_digits_are_text_to_the_last_digit(
    tmp_path: Path, clock: FixedClock
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    digits = "1234567890" * 5 + "12345678.91"
    wide = pa.array([Decimal(digits), Decimal("2.50"), None], pa.decimal256(60, 2))
    small = pa.array([Decimal("0"), Decimal("0.0000000001"), None], pa.decimal256(60, 10))
    table = pa.table({"id": [1, 2, 3], "wide": wide, "small": small, "f": [0.5, None, 1.5]})
    pq.write_table(table, folder / "big.parquet")
    city = _discover(tmp_path, f"files://{folder}", clock)
    types = {f.name: f.type for f in city.contracts["mine.big"].fields}
    assert types == {"id": "long", "wide": "string", "small": "string", "f": "double"}
    town = _town(tmp_path, city, clock, folder)
    assert town.one("mine.big").quarantined == 0
    assert town.rows("ods.mine.big") == [
        (1, digits, "0.0000000000", 0.5),
        (2, "2.50", "0.0000000001", None),
        (3, None, None, 1.5),
    ]


def _town(root: Path, city: City, clock: FixedClock, folder: Path) -> Town:
    town = Town(root, clock, contracts=dict(city.contracts), systems=dict(city.systems))
    town.where["mine"] = connection_of("mine", f"files://{folder}")
    return town


def test_a_second_discovery_does_not_overwrite(tmp_path: Path, clock: FixedClock) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as database:
        database.execute("CREATE TABLE MyTable (Id INTEGER PRIMARY KEY, Code TEXT UNIQUE NOT NULL)")
    city = _discover(tmp_path, f"sqlite://{tmp_path}/a.db", clock)
    fields = {f.name: (f.key, f.required, f.unique) for f in city.contracts["mine.my_table"].fields}
    assert fields == {"id": (1, True, False), "code": (0, True, True)}
    with pytest.raises(CityError, match="already described"):
        _discover(tmp_path, f"sqlite://{tmp_path}/a.db", clock)


def test_an_unreachable_source_says_so(tmp_path: Path, clock: FixedClock) -> None:
    with pytest.raises(CityError, match="does not answer"):
        _discover(tmp_path, f"sqlite://{tmp_path}/none.db", clock)
    with pytest.raises(CityError, match="does not answer") as refused:
        _discover(tmp_path, "postgresql://me:secret@127.0.0.1:1/x", clock)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "values", "masking"),
    [
        ("x", ["11010519491231002X"] * 5, "id_number"),
        ("x", ["10012345678"] * 5, "phone"),
        ("x", ["a@b.invalid"] * 5, "account"),
        ("x", ["王小明", "李四", "张三丰"], "name"),
        ("x", ["宣城市宣州区狸桥镇园区大道1号"] * 4, "address"),
        ("Fax", ["+1 (555) 123"] * 4, "phone"),
        ("track_name", ["Rock"] * 4, "none"),
        ("x", ["皖P12345"] * 4, "plate"),
    ],
)
def test_guesses_lean_to_the_careful_side(name: str, values: list[str], masking: str) -> None:
    found = guess(name.lower(), "string", values)
    assert found.masking == masking
    assert found.level >= (3 if masking != "none" else 2)


def test_names_of_three_spellings_are_one() -> None:
    assert identifier("InvoiceLine") == identifier("invoice_line") == "invoice_line"
    assert identifier("姓名") == "xing_ming"
    assert identifier("2nd Value") == "c_2nd_value"


def test_connections_are_found_and_kept(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    file = remember(home, connection_of("a", "sqlite:///x/a.db"))
    assert file.stat().st_mode & 0o077 == 0
    assert resolve("a", home, {}).url == "sqlite:///x/a.db"
    (tmp_path / "connections.yml").write_text("b: files://here\n")
    found = resolve("b", home, {"CITYBRAIN_SYSTEMS": str(tmp_path)})
    assert found.url == f"files://{tmp_path}/here"
    assert resolve("a", home, {"CITYBRAIN_CONNECTION_A": "mariadb://h/d"}).scheme == "mysql"
    home.rehearsal_systems.mkdir(parents=True)
    (home.rehearsal_systems / "connections.yml").write_text("r: files://r\n")
    assert resolve("r", home, {}).url == f"files://{home.rehearsal_systems}/r"
    with pytest.raises(CityError, match="not known"):  # what is set is what is looked at
        resolve("r", home, {"CITYBRAIN_SYSTEMS": str(tmp_path)})
    with pytest.raises(CityError, match=r"not known.*CITYBRAIN_SYSTEMS"):
        resolve("c", home, {})
