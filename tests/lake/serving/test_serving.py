"""Point reads from an indexed copy: right, found by name and number, never half a version."""

import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from citybrain.base.clock import CITY_ZONE
from citybrain.base.errors import CityError
from citybrain.city import City, load
from citybrain.lake.serving import Serving, current, places, publish
from citybrain.lake.store import Store
from citybrain.lake.views import Column
from tests.city.tiny import FILES
from tests.lake.making import a_store, duck

NOW = datetime(2021, 6, 11, 14, 32, tzinfo=CITY_ZONE)
LIBRARY = """\
name: people
title: 人
kind: base
entity: person
fields:
  - {name: id_number, title: 号, search: number}
  - {name: name, title: 名, search: name}
  - {name: version, title: 版本}
"""
COLUMNS = tuple(
    Column(name=name, type="string")
    for name in ("person_id", "id_number", "id_number__row", "name", "name__row", "version")
)
NAMES = ("王小明", "王明", "欧阳小明", "Ａnna·Müller", "林建国")


@pytest.fixture
def city(tmp_path: Path) -> City:
    for file, content in {**FILES, "libraries/people.yml": LIBRARY}.items():
        (tmp_path / "city" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "city" / file).write_text(content, encoding="utf-8")
    return load(tmp_path / "city").city


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = a_store(tmp_path / "home", made=False)
    made.ensure("lib.people", COLUMNS)
    return made


def build(store: Store, version: str, count: int = 50) -> None:
    """A snapshot in which every row says the same version."""
    names = ", ".join(f"'{name}'" for name in NAMES)
    sql = (
        "SELECT 'p-' || range AS person_id, '34189119900101' || lpad(range::VARCHAR, 4, '0') "  # noqa: S608
        f"AS id_number, 'x/' || range AS id_number__row, [{names}][range % 5 + 1] AS name, "
        f"NULL AS name__row, '{version}' AS version FROM range({count})"
    )
    with (
        store.lease("lib.people", owner="test") as lease,
        store.change("lib.people", batch_id=version, lease=lease) as change,
    ):
        with duck() as connection:
            connection.execute(change.new_file().copy_sql(sql))
        change.replace_all()
        change.commit()


@pytest.fixture
def served(store: Store, city: City) -> Iterator[Serving]:
    build(store, "one")
    publish(store, city, "people", now=NOW)
    serving = Serving(store.home, "people")
    yield serving
    serving.close()


def test_a_row_is_read_by_its_id_and_number(served: Serving) -> None:
    row = served.get("p-1")
    assert row == {
        "person_id": "p-1",
        "id_number": "341891199001010001",
        "id_number__row": "x/1",
        "name": "王明",
        "name__row": None,
        "version": "one",
    }
    assert served.by_number("341891199001010001") == [row]
    assert served.get("p-1000") is None
    assert served.by_number("34189119900101") == []


@pytest.mark.parametrize(
    ("query", "name", "count"),
    [
        ("王小明", "王小明", 10),
        ("小明", "王小明", 20),
        ("ouyang", "欧阳小明", 10),
        ("wxm", "王小明", 10),
        ("anna", "Ａnna·Müller", 10),
        ("王 明", "王明", 20),
        ("不在", "", 0),
        ("", "", 0),
        ("'; DROP TABLE name", "", 0),
    ],
)
def test_people_are_found_by_name_and_pinyin(
    served: Serving, query: str, name: str, count: int
) -> None:
    hits = served.search(query, limit=200)
    assert len(hits) == count
    assert all(hit.row["name"] == hit.by for hit in hits)
    assert (hits[0].by if hits else "") == name


def test_people_are_found_by_the_beginning_of_a_number(served: Serving) -> None:
    hits = served.search("34189119900101000", limit=200)
    assert [hit.id for hit in hits] == [f"p-{n}" for n in range(10)]
    assert served.search("341891199001010007")[0].id == "p-7"
    assert len(served.search("341891", limit=3)) == 3


def test_publishing_again_changes_nothing_and_a_new_snapshot_is_seen_at_once(
    store: Store, city: City, served: Serving
) -> None:
    again = publish(store, city, "people", now=NOW)
    assert not again.fresh
    build(store, "two")
    assert served.get("p-1")["version"] == "one"  # type: ignore[index]
    made = publish(store, city, "people", now=NOW)
    assert made.fresh
    assert made.version.rows == 50
    assert served.get("p-1")["version"] == "two"  # type: ignore[index]
    assert current(store.home, "people") == made.version


def test_an_old_version_stays_while_someone_reads_it(
    store: Store, city: City, served: Serving
) -> None:
    with served.pinned() as held:
        old = held.version.file
        build(store, "two")
        assert publish(store, city, "people", now=NOW).removed == ()
        assert held.get("p-1")["version"] == "one"  # type: ignore[index]
        assert served.get("p-1")["version"] == "two"  # type: ignore[index]
    assert publish(store, city, "people", now=NOW).removed == (old,)
    files = [p.name for p in places.folder(store.home, "people").glob("*.sqlite3")]
    assert files == [current(store.home, "people").file]  # type: ignore[union-attr]


def test_readers_never_see_half_a_version(store: Store, city: City, served: Serving) -> None:
    """Readers in threads while versions swap: each answer is of one version, never an old one."""
    stop, wrong, reads = threading.Event(), [], [0]

    def read() -> None:
        own, last = Serving(store.home, "people"), 0
        while not stop.is_set():
            with own.pinned() as held:
                rows = [held.get(f"p-{n}") for n in range(0, 50, 7)]
            seen = {row["version"] for row in rows if row}
            now = int(next(iter(seen), "0") or 0)
            if len(rows) != 8 or len(seen) != 1 or now < last:
                wrong.append((seen, last))
            last, reads[0] = now, reads[0] + 1

    build(store, "0")
    publish(store, city, "people", now=NOW)
    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for version in range(1, 6):
        build(store, str(version))
        publish(store, city, "people", now=NOW)
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert reads[0] > 10
    publish(store, city, "people", now=NOW)
    assert len(list(places.folder(store.home, "people").glob("*.sqlite3"))) <= 2


def test_a_publication_that_fails_leaves_what_was(
    store: Store, city: City, served: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(store, "two")

    def broken(*_a: Any, **_k: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("citybrain.lake.serving.publishing._names", broken)
    with pytest.raises(OSError, match="no space"):
        publish(store, city, "people", now=NOW)
    assert served.get("p-1")["version"] == "one"  # type: ignore[index]
    assert not list(places.folder(store.home, "people").glob(".*.tmp"))


def test_a_draft_that_a_kill_left_is_removed(store: Store, city: City, served: Serving) -> None:
    left = places.folder(store.home, "people") / ".1-aa.sqlite3.tmp"
    left.write_bytes(b"half")
    publish(store, city, "people", now=NOW)
    assert not left.exists()


def test_one_publisher_waits_for_another(store: Store, city: City, served: Serving) -> None:
    """Without it an older snapshot could take the place of a newer one."""
    build(store, "two")
    second = threading.Thread(target=publish, args=(store, city, "people"), kwargs={"now": NOW})
    with places.publishing(store.home, "people"):
        second.start()
        second.join(0.3)
        assert second.is_alive()
        assert served.get("p-1")["version"] == "one"  # type: ignore[index]
    second.join(10)
    assert served.get("p-1")["version"] == "two"  # type: ignore[index]


def test_what_is_not_published_is_said(store: Store, city: City) -> None:
    with pytest.raises(CityError, match="not served yet"):
        Serving(store.home, "people").get("p-1")
    with pytest.raises(CityError, match="no library"):
        publish(store, city, "dogs", now=NOW)


def test_a_library_that_was_not_built_is_said(tmp_path: Path, city: City) -> None:
    with pytest.raises(CityError, match="cannot be served"):
        publish(a_store(tmp_path / "other", made=False), city, "people", now=NOW)


def test_only_the_owner_may_read_the_file(store: Store, served: Serving) -> None:
    for file in places.folder(store.home, "people").iterdir():
        assert file.stat().st_mode & 0o077 == 0
