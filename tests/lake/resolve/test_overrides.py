"""What people decide by hand wins, is kept with who and why, and can be taken back."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from citybrain.base.errors import CityError
from citybrain.lake.resolve import overrides
from citybrain.lake.resolve.overrides import Override
from citybrain.lake.store import Store
from tests.lake.making import a_store
from tests.lake.resolve.making import LATER, NOW, Made, fill, number, resolve, resolved

GU = number("34189119710712004")
FANG = number("34189119650923007")
GUS = {"name": "顾青禾", "birth_date": "1971-07-12", "sex": "2", "phone": "19900000001"}
FANGS = {"name": "方砚秋", "birth_date": "1965-09-23", "sex": "1", "phone": "19900000002"}
ROWS: list[dict[str, Any]] = [
    {"mention": "gu/1", "id_number": GU, "id_raw": GU, **GUS},
    {"mention": "gu/2", "id_number": GU, "id_raw": GU, **GUS},
    {"mention": "gu/3", **GUS},
    {"mention": "fang/1", "id_number": FANG, "id_raw": FANG, **FANGS},
    {"mention": "fang/2", **FANGS},
]


def by_hand(verdict: str, *mentions: str) -> Override:
    return Override(verdict=verdict, mentions=mentions)


def of(made: Made) -> set[str]:
    """The clusters, each as one text."""
    return {" ".join(sorted(cluster)) for cluster in made.clusters}


def test_together_joins_whole_entities() -> None:
    made = resolved(ROWS, overrides=[by_hand("together", "gu/3", "fang/2")])
    assert of(made) == {"fang/1 fang/2 gu/1 gu/2 gu/3"}
    assert made.links["gu/3"].how == made.links["fang/2"].how == "by_hand"
    assert made.links["gu/3"].probability == 1.0


def test_what_is_joined_by_hand_is_not_its_own_rejected_candidate() -> None:
    weak = {"mention": "gu/4", "name": "顾青禾", "sex": "2", "birth_date": "1980-01-01"}
    rows = [*ROWS, {**weak, "phone": GUS["phone"]}]
    alone = resolved(rows).links["gu/4"]
    assert (alone.how, alone.closest_id is None) == ("alone", False)
    made = resolved(rows, overrides=[by_hand("together", "gu/4", "gu/1")])
    assert made.ids["gu/4"] == made.ids["gu/1"]
    assert (made.links["gu/4"].closest_id, made.links["gu/4"].closest_probability) == (None, None)


def test_apart_wins_over_a_probability() -> None:
    made = resolved(ROWS, overrides=[by_hand("apart", "gu/1", "gu/3")])
    assert of(made) == {"fang/1 fang/2", "gu/1 gu/2", "gu/3"}
    assert made.links["gu/3"].how == "by_hand"


def test_apart_wins_over_a_number() -> None:
    made = resolved(ROWS, overrides=[by_hand("apart", "gu/1", "gu/2")])
    assert made.ids["gu/1"] != made.ids["gu/2"]


def test_who_is_moved_to_another_leaves_the_rest_behind() -> None:
    said = [by_hand("apart", "gu/3", "gu/1"), by_hand("together", "gu/3", "fang/1")]
    made = resolved(ROWS, overrides=said)
    assert made.ids["gu/3"] != made.ids["gu/1"] == made.ids["gu/2"]
    assert made.ids["fang/1"] == made.ids["gu/3"]


@pytest.mark.parametrize("leaves", ["gu/2", "gu/3"])
@pytest.mark.parametrize("beside", ["fang/1", "gu/1"])
def test_one_is_taken_from_entities_that_were_joined_and_these_stay_joined(
    leaves: str, beside: str
) -> None:
    said = [by_hand("together", "gu/1", "fang/1"), by_hand("apart", leaves, beside)]
    made = resolved(ROWS, overrides=said)
    assert of(made) == {leaves, " ".join(sorted({r["mention"] for r in ROWS} - {leaves}))}


def test_a_decision_about_rows_that_are_not_there_does_no_harm() -> None:
    said = [by_hand("together", "gu/1", "not there"), by_hand("apart", "not there", "nor this")]
    made = resolved(ROWS, overrides=said)
    assert of(made) == {"fang/1 fang/2", "gu/1 gu/2 gu/3"}


@pytest.mark.parametrize(
    "said", [by_hand("together", "gu/3", "fang/2"), by_hand("apart", "gu/1", "gu/2", "gu/3")]
)
def test_what_is_taken_back_is_as_it_was(said: Override) -> None:
    with duckdb.connect() as connection:
        fill(connection, ROWS)
        before = resolve(connection)
        during = resolve(connection, again=True, now=LATER, overrides=[said])
        same = resolve(connection, again=True, now=LATER, overrides=[said])
        after = resolve(connection, again=True, now=LATER)
    assert during.clusters != before.clusters
    assert (same.ids, same.events) == (during.ids, [])
    assert after.clusters == before.clusters
    assert {m: link.how for m, link in after.links.items()} == {
        m: link.how for m, link in before.links.items()
    }


@pytest.mark.parametrize("leaves", ["gu/1", "gu/2", "gu/3"])
def test_a_split_by_hand_is_told_as_a_split(leaves: str) -> None:
    beside = "gu/2" if leaves == "gu/1" else "gu/1"
    with duckdb.connect() as connection:
        fill(connection, ROWS)
        before = resolve(connection)
        said = [by_hand("apart", leaves, beside)]
        made = resolve(connection, again=True, now=LATER, overrides=said)
        again = resolve(connection, again=True, now=LATER, overrides=said)
    old, new = (
        before.ids["gu/1"],
        next(i for i in made.ids.values() if i not in before.ids.values()),
    )
    assert made.events == [("split", old, new)]
    assert {made.ids[m] for m in ("gu/1", "gu/2", "gu/3")} == {old, new}
    assert again.events == []


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return a_store(tmp_path / "home", made=False)


def add(store: Store, verdict: str, *mentions: str, why: str = "seen the papers") -> Override:
    return overrides.add(
        store, kind="people", verdict=verdict, mentions=mentions, by="wang", why=why, now=NOW
    )


def test_a_decision_is_kept_with_who_when_and_why(store: Store) -> None:
    made = add(store, "together", "a", "b", "a", why=" seen the papers ")
    assert overrides.in_force(store, kind="people") == [made]
    assert (made.mentions, made.by, made.why, made.at) == (
        ("a", "b"), "wang", "seen the papers", NOW,
    )  # fmt: skip
    assert overrides.in_force(store, kind="companies") == []


def test_a_removed_decision_stays_readable_and_is_removed_once(store: Store) -> None:
    made = add(store, "apart", "a", "b")
    overrides.remove(store, override=made.id, by="li", why="wrong papers", now=LATER)
    assert overrides.in_force(store, kind="people") == []
    kept = overrides.listed(store, kind="people")[0]
    assert (kept.removed_by, kept.removed_why, kept.removed_at) == ("li", "wrong papers", LATER)
    assert (kept.by, kept.why) == ("wang", "seen the papers")
    with pytest.raises(CityError, match="cannot be removed"):
        overrides.remove(store, override=made.id, by="li", why="again", now=LATER)


def test_a_contradiction_is_refused_in_a_sentence(store: Store) -> None:
    add(store, "together", "a", "b")
    last = add(store, "together", "b", "c")
    with pytest.raises(CityError) as refused:
        add(store, "apart", "c", "a")
    assert refused.value.what == "The decision is not recorded"
    assert refused.value.why == "a decision in force says the opposite"
    assert refused.value.do == "Withdraw that decision first"
    overrides.remove(store, override=last.id, by="li", why="wrong papers", now=LATER)
    assert add(store, "apart", "c", "a").id


def test_a_refusal_names_no_row_whose_key_may_be_a_number(store: Store) -> None:
    here, there = f"household.persons/{GU}", f"household.persons/{FANG}"
    add(store, "together", here, there)
    with pytest.raises(CityError) as refused:
        add(store, "apart", here, there)
    said = " ".join(refused.value.as_dict().values())
    assert GU not in said
    assert FANG not in said


def test_together_after_apart_is_refused_too(store: Store) -> None:
    add(store, "apart", "a", "b")
    add(store, "together", "a", "c")
    with pytest.raises(CityError, match="not recorded"):
        add(store, "together", "b", "c")
    assert len(overrides.listed(store, kind="people")) == 2


@pytest.mark.parametrize(
    ("mentions", "why", "said"),
    [(("a", "a"), "so", "fewer than two"), (("a", "b"), "  ", "gives no reason")],
)
def test_a_decision_names_two_rows_and_a_reason(
    store: Store, mentions: tuple[str, ...], why: str, said: str
) -> None:
    with pytest.raises(CityError) as refused:
        add(store, "together", *mentions, why=why)
    assert said in refused.value.why
