"""The same arguments give the same city; days added later are the days lived at once."""

import time
import zipfile
from pathlib import Path

import pytest

from citybrain.base.errors import CityError
from citybrain.simulate import advance, simulate
from citybrain.simulate.stores.textfiles import write_excel
from tests.simulate import reading
from tests.simulate.conftest import DAYS, PEOPLE, SEED, Rehearsal


def everything(rehearsal: Rehearsal) -> dict[str, object]:
    told = {t: rehearsal.rows(t) for t in reading.tables(rehearsal.city)}
    return told | {f"truth of {n}": rehearsal.truth(n) for n in ("people", "rows", "defects")}


def test_same_arguments_give_the_same_values(rehearsal: Rehearsal, tmp_path: Path) -> None:
    again = simulate(rehearsal.city, people=PEOPLE, days=DAYS, seed=SEED, to=tmp_path / "again")
    assert everything(Rehearsal(rehearsal.city, again)) == everything(rehearsal)


def test_a_workbook_is_the_same_bytes_whenever_it_is_written(
    rehearsal: Rehearsal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its properties say when it is about, not when it was written; so does the archive."""
    contract = rehearsal.city.contracts["civil.marriages"]
    fetch = rehearsal.city.systems["civil"].tables["marriages"]
    written = []
    for moment in (1_600_000_000.0, 1_700_000_000.0):
        monkeypatch.setattr(time, "time", lambda at=moment: at)
        write_excel(tmp_path / "a.xlsx", contract, fetch, [["x"] * len(contract.fields)])
        written.append((tmp_path / "a.xlsx").read_bytes())
    assert written[0] == written[1]
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert b"2021-06-11T08:00:00Z</dcterms:modified>" in archive.read("docProps/core.xml")


def test_another_seed_gives_another_city(rehearsal: Rehearsal, tmp_path: Path) -> None:
    one, other = (
        Rehearsal(rehearsal.city, simulate(rehearsal.city, people=120, days=1, seed=seed, to=to))
        for seed, to in ((SEED, tmp_path / "one"), (SEED + 1, tmp_path / "other"))
    )
    assert one.column("household.persons", "name") != other.column("household.persons", "name")


def test_days_added_are_as_days_lived_at_once(rehearsal: Rehearsal, tmp_path: Path) -> None:
    start = rehearsal.summary.start
    to = tmp_path / "grown"
    before = simulate(rehearsal.city, people=PEOPLE, days=DAYS - 8, seed=SEED, start=start, to=to)
    grown = advance(rehearsal.city, days=8, to=to)
    assert grown.until == rehearsal.summary.until
    assert before.rows["medical.settlements"] < grown.rows["medical.settlements"]
    for table in reading.tables(rehearsal.city):
        assert reading.rows(rehearsal.city, to, table) == rehearsal.rows(table), table


def test_changes_show_in_the_cursor(rehearsal: Rehearsal, tmp_path: Path) -> None:
    """A reader that asks only for what is newer than its cursor misses nothing."""
    city, start = rehearsal.city, rehearsal.summary.start
    simulate(city, people=PEOPLE, days=1, seed=SEED, start=start, to=tmp_path / "early")
    changes = 0
    for table in reading.tables(city):
        system, name = table.split(".")
        fetch, contract = city.systems[system].tables[name], city.contracts[table]
        if not fetch.cursor:
            continue
        cursor, key = contract.field(fetch.cursor).source, contract.field(contract.key[0]).source
        rest = [contract.field(k).source for k in contract.key[1:]]
        early = {
            (r[key], *(r[k] for k in rest)): r
            for r in reading.rows(city, tmp_path / "early", table)
        }
        newest = max((r[cursor] for r in early.values()), default=None)
        late = {(r[key], *(r[k] for k in rest)): r for r in rehearsal.rows(table)}
        assert early.keys() <= late.keys()
        for which, row in late.items():
            if which not in early:
                assert newest is None or row[cursor] > newest, (table, row)
            elif row != early[which]:
                assert fetch.mode == "upsert", (table, row, early[which])
                assert row[cursor] > early[which][cursor], (table, row, early[which])
                changes += 1
    assert changes > 20


def test_a_rehearsal_that_is_there_is_left_alone(rehearsal: Rehearsal) -> None:
    to = rehearsal.summary.to
    written = (to / "simulation.json").stat().st_mtime_ns
    again = simulate(rehearsal.city, people=PEOPLE, days=DAYS, seed=SEED, to=to)
    assert again.reused
    assert again.rows == rehearsal.summary.rows
    assert (to / "simulation.json").stat().st_mtime_ns == written


def test_a_crash_leaves_the_old_rehearsal_and_no_remains(
    rehearsal: Rehearsal, tmp_path: Path
) -> None:
    to = tmp_path / "systems"

    def crash(phase: str, done: int, _total: int) -> None:
        if phase == "systems" and done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(rehearsal.city, people=120, days=2, seed=1, to=to, progress=crash)
    assert list(tmp_path.iterdir()) == []
    simulate(rehearsal.city, people=120, days=2, seed=1, to=to)
    kept = {p.name: p.read_bytes() for p in to.iterdir() if p.is_file()}
    with pytest.raises(KeyboardInterrupt):
        simulate(rehearsal.city, people=120, days=2, seed=2, to=to, progress=crash)
    assert {p.name: p.read_bytes() for p in to.iterdir() if p.is_file()} == kept
    assert sorted(p.name for p in tmp_path.iterdir()) == ["systems", "systems.truth"]


def test_somebody_elses_directory_is_refused(rehearsal: Rehearsal, tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("do not lose me", encoding="utf-8")
    with pytest.raises(CityError, match="holds no rehearsal"):
        simulate(rehearsal.city, people=120, days=2, seed=1, to=tmp_path)
    assert (tmp_path / "thesis.doc").exists()
    with pytest.raises(CityError, match="could go on"):
        advance(rehearsal.city, days=1, to=tmp_path)
    with pytest.raises(CityError, match="make no city"):
        simulate(rehearsal.city, people=3, days=2, seed=1, to=tmp_path / "few")


def test_progress_ends_at_its_total(rehearsal: Rehearsal, tmp_path: Path) -> None:
    last: dict[str, tuple[int, int]] = {}
    simulate(
        rehearsal.city, people=120, days=1, seed=1, to=tmp_path / "s",
        progress=lambda phase, done, total: last.update({phase: (done, total)}),
    )  # fmt: skip
    assert set(last) == {"people", "days", "systems"}
    assert all(done == total for done, total in last.values())


@pytest.mark.parametrize(
    "servers", [{"postgresql": "mysql://h/d"}, {"mysql": "h/d"}, {"mysql": "postgresql://h/d"}]
)
def test_an_address_of_something_else_is_refused_at_once(
    rehearsal: Rehearsal, tmp_path: Path, servers: dict[str, str]
) -> None:
    with pytest.raises(CityError, match="cannot be used, because it does not begin with"):
        simulate(
            rehearsal.city, people=120, days=2, seed=2, to=tmp_path / "s",
            progress=lambda *_: pytest.fail("a population was begun"), **servers,
        )  # fmt: skip


def test_somebody_elses_directory_is_refused_before_anybody_is_made_up(
    rehearsal: Rehearsal, tmp_path: Path
) -> None:
    (tmp_path / "thesis.doc").write_text("do not lose me", encoding="utf-8")
    with pytest.raises(CityError, match="holds no rehearsal"):
        simulate(
            rehearsal.city, people=120, days=2, seed=2, to=tmp_path,
            progress=lambda *_: pytest.fail("a population was begun"),
        )  # fmt: skip
