"""The step in a lake: links are published, ids stay, history and decisions by hand are kept."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb
import pytest

from citybrain.base.errors import CityError
from citybrain.lake.change import NewFile
from citybrain.lake.models.model import NativeContext
from citybrain.lake.resolve import history, native, overrides
from citybrain.lake.store import Store
from citybrain.lake.views import Column
from tests.lake.making import a_city, a_store
from tests.lake.resolve.making import LATER, NOW, PEOPLE, fill, number

LINKS = "lib.person_links"
GU = number("34189119710712004")
FANG = number("34189119650923007")
PLACED = PEOPLE | {
    "_row": "VARCHAR", "table_name": "VARCHAR", "role": "VARCHAR", "seen_at": "TIMESTAMP"
}  # fmt: skip
NONE: Mapping[str, Any] = MappingProxyType({})
DAY = datetime(2021, 5, 1)  # noqa: DTZ001 - of a table, which has no zone


def row(mention: str, number_: str | None = GU, **other: Any) -> dict[str, Any]:
    said = {"name": "顾青禾", "birth_date": "1971-07-12", "sex": "2", "phone": "19900000001"}
    placed = {"_row": mention, "table_name": "ods.household.persons", "role": "person"}
    return {"mention": mention, "id_number": number_, "id_raw": number_, **said, **placed, **other}


def run(
    store: Store,
    *rows: dict[str, Any],
    now: datetime = NOW,
    settings: Mapping[str, Any] = NONE,
    before: str = "",
) -> dict[str, tuple[str, str]]:
    """Run the step over these rows and publish what it made: entity and how of each mention.

    ``before`` is a column that the links published last do not have yet.
    """
    step = native.native_people(settings)
    with (
        duckdb.connect() as connection,
        store.lease(LINKS, owner="test") as lease,
    ):
        fill(connection, rows, PLACED)
        store.ensure(LINKS, native.COLUMNS)
        with store.change(LINKS, batch_id=f"b{now.timestamp()}{len(rows)}", lease=lease) as change:

            def target(columns: list[Column]) -> NewFile:
                assert tuple(columns) == native.COLUMNS
                return change.new_file()

            published = store.scan_sql(LINKS)
            if before:
                published = f"SELECT * EXCLUDE ({before}) FROM ({published})"  # noqa: S608
            step.run(
                NativeContext(
                    store=store, city=a_city(), now=now, connection=connection,
                    inputs={step.inputs[0]: "FROM mentions"}, previous=published, target=target,
                )
            )  # fmt: skip
            change.replace_all()
            change.commit()
        left = connection.execute("SELECT count(*) FROM duckdb_tables()").fetchone()
        assert left == (1,), "the step leaves tables behind"
    return links(store)


def links(store: Store) -> dict[str, tuple[str, str]]:
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"SELECT mention, entity_id, how FROM ({store.scan_sql(LINKS)})"  # noqa: S608
        ).fetchall()
    return {mention: (entity, how) for mention, entity, how in rows}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return a_store(tmp_path / "home", made=False)


def test_links_are_published_and_the_same_again(store: Store) -> None:
    rows = [row("a"), row("b", FANG, name="方砚秋", birth_date=None), row("c", None)]
    first = run(store, *rows)
    assert [first[m][1] for m in "abc"] == ["number", "number", "probability"]
    assert first["a"][0] == first["c"][0] != first["b"][0]
    assert run(store, *rows, now=LATER) == first
    assert [e.event for e in history.history_of(store, first["a"][0])] == ["born"]


def dated(store: Store) -> dict[str, datetime | None]:
    with duckdb.connect() as connection:
        told = f"SELECT mention, seen_at FROM ({store.scan_sql(LINKS)})"  # noqa: S608
        return dict(connection.execute(told).fetchall())


def test_links_are_dated_by_their_mentions_when_nothing_else_changed_too(store: Store) -> None:
    rows = [row("a", seen_at=DAY), row("b", FANG, name="方砚秋", birth_date=None), row("c", None)]
    first = run(store, *rows)
    assert dated(store) == {"a": DAY, "b": None, "c": None}
    rows[0], rows[1] = row("a"), rows[1] | {"seen_at": DAY}
    assert run(store, *rows, now=LATER) == first
    assert dated(store) == {"a": None, "b": DAY, "c": None}


def test_links_of_before_they_were_dated_are_written_anew(store: Store) -> None:
    rows = [row("a"), row("b", FANG, name="方砚秋", birth_date=None)]
    first = run(store, *rows)
    rows = [one | {"seen_at": DAY} for one in rows]
    assert run(store, *rows, now=LATER, before="seen_at") == first
    assert dated(store) == {"a": DAY, "b": DAY}


def test_an_old_id_leads_to_the_entity_that_it_became(store: Store) -> None:
    unlike = {"name": "甲", "phone": None, "birth_date": None, "sex": None}
    first = run(store, row("a"), row("b", FANG, **unlike))
    (old, _how), (young, _) = first["a"], first["b"]
    old, young = sorted((old, young))
    second = run(store, row("a"), row("b"), now=LATER)
    assert second["a"][0] == second["b"][0] == old
    born, merge = history.history_of(store, young)
    assert (born.event, born.to_id, born.at) == ("born", young, NOW)
    assert (merge.event, merge.from_id, merge.to_id, merge.at) == ("merge", young, old, LATER)
    assert "the older id stays" in merge.why
    assert history.history_of(store, old)[1:] == [merge]


def test_who_asks_for_a_merged_id_is_led_to_the_one_that_stays(store: Store) -> None:
    unlike = {"name": "甲", "phone": None, "birth_date": None, "sex": None}
    first = run(store, row("a"), row("b", FANG, **unlike))
    old, young = sorted(first[m][0] for m in "ab")
    run(store, row("a"), row("b"), now=LATER)
    assert history.successor(store, young) == old
    assert history.successor(store, old) == ""
    assert history.successor(store, "P0") == ""


def test_a_run_that_was_not_published_has_not_happened_and_is_told_once(store: Store) -> None:
    first = run(store, row("a"), row("b", FANG, name="方砚秋", birth_date=None))
    gone = first["b"][0]
    told = [("gone", gone, "")]
    base = history.base_of(store, "people")
    for _killed in range(2):  # between writing down and publishing
        history.record(store, kind="people", found=told, now=LATER, base=base)
        assert [e.event for e in history.history_of(store, gone)] == ["born"]
    run(store, row("a"), now=LATER)
    assert [e.event for e in history.history_of(store, gone)] == ["born", "gone"]


def test_what_is_gone_is_told(store: Store) -> None:
    first = run(store, row("a"), row("b", FANG, name="方砚秋", birth_date=None))
    run(store, row("a"), now=LATER)
    assert [e.event for e in history.history_of(store, first["b"][0])] == ["born", "gone"]


def test_a_decision_by_hand_takes_effect_at_the_next_run_and_ends_with_its_removal(
    store: Store,
) -> None:
    rows = [row("a"), row("b", None)]
    before = run(store, *rows)
    made = overrides.add(
        store, kind="people", verdict="apart", mentions=["a", "b"], by="wang", why="twins", now=NOW
    )
    during = run(store, *rows, now=LATER)
    assert during["a"][0] == before["a"][0] != during["b"][0]
    assert during["b"][1] == "by_hand"
    assert [e.event for e in history.history_of(store, during["b"][0])] == ["born", "split"]
    overrides.remove(store, override=made.id, by="wang", why="no twins", now=LATER)
    assert run(store, *rows, now=LATER.replace(hour=5)) == before


@pytest.mark.parametrize(("gu", "fang"), [(1, 3), (3, 1), (2, 2)])
@pytest.mark.parametrize("named", [("a0", "b0"), ("b0", "a0")])
def test_who_was_joined_by_hand_has_the_id_of_before_when_they_are_parted(
    store: Store, gu: int, fang: int, named: tuple[str, str]
) -> None:
    other = {"name": "方砚秋", "birth_date": None, "phone": "19900000002"}
    rows = [row(f"a{n}") for n in range(gu)] + [row(f"b{n}", FANG, **other) for n in range(fang)]
    before = run(store, *rows)
    made = overrides.add(
        store, kind="people", verdict="together", mentions=named, by="wang", why="saw",
        now=NOW,
    )  # fmt: skip
    for hour in (3, 4):  # the second run of the same tells nothing
        during = run(store, *rows, now=LATER.replace(hour=hour))
        assert len({entity for entity, _how in during.values()}) == 1
    (kept,) = {entity for entity, _how in during.values()}
    (gone,) = {entity for entity, _how in before.values()} - {kept}
    assert [e.event for e in history.history_of(store, gone)] == ["born", "merge"]
    assert history.successor(store, gone) == kept
    overrides.remove(store, override=made.id, by="wang", why="wrong photo", now=LATER)
    assert run(store, *rows, now=LATER.replace(hour=5)) == before
    assert [e.event for e in history.history_of(store, gone)] == ["born", "merge", "split"]
    assert history.successor(store, gone) == ""
    assert run(store, *rows, now=LATER.replace(hour=6)) == before
    again = [e.event for e in history.history_of(store, kept)]
    assert again == ["born", "merge", "split"]


@pytest.mark.parametrize("side", ["a", "b"])
def test_rows_that_came_while_two_were_joined_follow_their_number_when_they_are_parted(
    store: Store, side: str
) -> None:
    other = {"name": "方砚秋", "birth_date": None, "phone": "19900000002"}
    rows = [row("a0"), row("b0", FANG, **other)]
    before = run(store, *rows)
    made = overrides.add(
        store, kind="people", verdict="together", mentions=["a0", "b0"], by="wang", why="saw",
        now=NOW,
    )  # fmt: skip
    run(store, *rows, now=LATER.replace(hour=3))
    news = [f"{side}{n}" for n in range(1, 5)]
    rows += [row(name) if side == "a" else row(name, FANG, **other) for name in news]
    for hour in (4, 5):
        run(store, *rows, now=LATER.replace(hour=hour))
    overrides.remove(store, override=made.id, by="wang", why="wrong photo", now=LATER)
    after = run(store, *rows, now=LATER.replace(hour=6))
    assert {name: after[name] for name in before} == before
    assert {after[name] for name in news} == {before[f"{side}0"]}


@pytest.mark.parametrize("leaves", ["a", "d"])
def test_the_ids_before_a_joining_that_ended_count_no_more(store: Store, leaves: str) -> None:
    unlike = {"name": "方砚秋", "birth_date": None, "phone": None}
    rows = [row("a"), row("d", FANG, **unlike)]

    def said(verdict: str) -> int:
        return overrides.add(
            store, kind="people", verdict=verdict, mentions=["a", "d"], by="wang", why="saw",
            now=NOW,
        ).id  # fmt: skip

    run(store, *rows)
    joined = said("together")
    run(store, *rows, now=LATER.replace(hour=3))
    overrides.remove(store, override=joined, by="wang", why="wrong photo", now=LATER)
    for hour in (4, 5):
        run(store, *rows, now=LATER.replace(hour=hour))
    rows = [row("a"), row("d", GU, **unlike)] if leaves == "d" else [row("a", FANG), rows[1]]
    run(store, *rows, now=LATER.replace(hour=6))
    said("apart")
    parted = run(store, *rows, now=LATER.replace(hour=7))
    for hour in (8, 9):
        assert run(store, *rows, now=LATER.replace(hour=hour)) == parted


def test_the_key_is_made_once_and_no_digit_of_a_number_is_in_the_links(store: Store) -> None:
    assert native.key(store) == native.key(store)
    assert len(native.key(store)) == 64
    run(store, row("a"))
    with duckdb.connect() as connection:
        told = connection.execute(
            f"SELECT entity_id, anchor, content FROM ({store.scan_sql(LINKS)})"  # noqa: S608
        ).fetchall()
    assert not [v for v in told[0] if GU[:6] in v or GU[6:14] in v]


def test_two_lakes_have_two_keys(tmp_path: Path) -> None:
    stores = [a_store(tmp_path / name, made=False) for name in ("one", "two")]
    assert native.key(stores[0]) != native.key(stores[1])


def test_wrong_settings_are_refused_before_anything_runs() -> None:
    with pytest.raises(CityError):
        native.native_people({"threshold": 7})
    with pytest.raises(CityError):
        native.native_companies({"levels": {"name": {"same": {"m": -1}}}})


def test_settings_are_part_of_the_step() -> None:
    assert native.native_people({"threshold": 0.9}).settings == {"threshold": 0.9}
    assert native.native_companies().inputs == ("lib.company_mentions",)
