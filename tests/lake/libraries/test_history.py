"""What changed of a person is told whether a build wrote all rows or a few beside them."""

from pathlib import Path

import pytest

from citybrain import city as folder
from citybrain.lake.libraries.history import changes
from citybrain.lake.store import Store
from citybrain.lake.views import Column
from tests.lake.libraries.building import shipped
from tests.lake.making import a_store, put

CITY = folder.load(shipped()).city
TABLE = "lib.population"
WANG, LIN = "P1", "P2"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A lake in which five builds told of two people, the first and the fourth of both."""
    made = a_store(tmp_path / "home", made=False)
    columns = [Column(name=n, type="string") for n in ("person_id", "name", "name__row")]
    made.ensure(TABLE, columns, key=("person_id",))
    put(made, "b1", f"{_row(WANG, '王小蓝')} UNION ALL {_row(LIN, '林建国')}", table=TABLE)
    put(made, "b2", _row(LIN, "林国"), table=TABLE, role="delta", replace=False)
    put(made, "b3", _row(WANG, "王小兰"), table=TABLE, role="delta", replace=False)
    put(made, "b4", f"{_row(WANG, '王兰')} UNION ALL {_row(LIN, '林国')}", table=TABLE)
    put(made, "b5", _row(WANG, "王大兰"), table=TABLE, role="delta", replace=False)
    return made


def _row(person: str, name: str) -> str:
    return f"SELECT '{person}' AS person_id, '{name}' AS name, 'household.persons/1' AS name__row"


def test_each_change_is_told_once_at_the_build_that_brought_it(store: Store) -> None:
    snapshots = [one.snapshot_id for one in store.snapshots(TABLE)]
    found = changes(store, CITY, "population", WANG, reveal=True)
    assert [(one.before, one.after, one.snapshot_id) for one in found] == [
        ("王兰", "王大兰", snapshots[4]),
        ("王小兰", "王兰", snapshots[3]),
        ("王小蓝", "王小兰", snapshots[2]),
    ]
    (only,) = changes(store, CITY, "population", LIN, reveal=True)
    assert (only.before, only.after, only.snapshot_id) == ("林建国", "林国", snapshots[1])
    assert only.table == "household.persons"


def test_what_was_before_the_last_builds_is_not_told(store: Store) -> None:
    found = changes(store, CITY, "population", WANG, reveal=True, last=2)
    assert [one.after for one in found] == ["王大兰", "王兰"]
    assert changes(store, CITY, "population", "nobody") == []
