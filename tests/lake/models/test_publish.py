"""How a model's file lies in the lake, and lies still after files were merged."""

from dataclasses import replace
from pathlib import Path

from pyarrow import parquet

from citybrain.city import load
from citybrain.lake.compact import compact_table
from citybrain.lake.libraries import generated
from citybrain.lake.models.attempt import same_rows
from citybrain.lake.models.fingerprint import made_by
from citybrain.lake.models.make import Checked
from citybrain.lake.models.model import ColumnNote, Model
from citybrain.lake.models.publish import Made, publish, target
from citybrain.lake.store import Store
from citybrain.lake.views import Column
from tests.lake.libraries.building import shipped
from tests.lake.making import a_store, duck, rows

PEOPLE = Model(
    name="lib.people",
    title="人员",
    grain=("mention",),
    lookup=("entity_id",),
    sql="SELECT mention, entity_id FROM lib.told",
)
COLUMNS = (Column(name="mention", type="long"), Column(name="entity_id", type="string"))


def _publish(
    store: Store, folder: Path, batch: str, select: str, role: str = "base", model: Model = PEOPLE
) -> None:
    folder.mkdir()
    file = target(store, model, COLUMNS, folder)
    with duck() as connection:
        connection.execute(file.copy_sql(select))
    made = Made(path=file.path, columns=file.columns, rows=0, role=role)
    with store.lease(PEOPLE.name, owner="test") as lease:
        publish(store, model, made, batch_id=batch, lease=lease, summary={"model": model.name})


def test_merged_files_still_lie_as_rows_are_looked_up(tmp_path: Path) -> None:
    store = a_store(tmp_path / "home")
    told = "SELECT i AS mention, 'p-' || md5((i // 4)::VARCHAR) AS entity_id FROM range({}) r(i)"
    _publish(store, tmp_path / "first", "b1", told.format("20_000"))
    _publish(store, tmp_path / "second", "b2", told.format("19_990, 20_010"), role="delta")
    before = rows(store, PEOPLE.name)
    for _ in range(2):  # what was merged once is merged the same way again
        compact_table(store, PEOPLE.name)
        (only,) = store.view(PEOPLE.name).files
        file = parquet.ParquetFile(store.ground.warehouse.root / only.path)
        assert file.metadata.row_group(0).num_rows == 8_192
        ids = file.read().column("entity_id").to_pylist()
        assert ids == sorted(ids)
        assert rows(store, PEOPLE.name) == before


def test_rows_looked_up_by_what_is_masked_never_lie_in_its_order(tmp_path: Path) -> None:
    store, hidden = a_store(tmp_path / "home"), {"entity_id": ColumnNote(level=4, masking="secret")}
    model = replace(PEOPLE, columns=hidden)
    select = "SELECT i AS mention, 'p-' || i AS entity_id FROM range(1000, 2000) r(i)"
    _publish(store, tmp_path / "first", "b1", select, model=model)
    for merged in (False, True):
        if merged:
            compact_table(store, PEOPLE.name)
        (only,) = store.view(PEOPLE.name).files
        file = parquet.ParquetFile(store.ground.warehouse.root / only.path)
        ids = file.read().column("entity_id").to_pylist()
        assert ids != sorted(ids)


def test_what_lies_in_the_order_of_what_is_masked_is_made_anew(tmp_path: Path) -> None:
    store, hidden = a_store(tmp_path / "home"), {"entity_id": ColumnNote(level=4, masking="secret")}
    told = "SELECT i AS mention, 'p-' || i AS entity_id FROM range(9) r(i)"
    _publish(store, tmp_path / "first", "b1", told)
    before, after = PEOPLE, replace(PEOPLE, columns=hidden)
    assert made_by(before) != made_by(after)
    snapshot = store.snapshot(PEOPLE.name)
    made = Made(path=tmp_path, columns=COLUMNS, rows=9)
    same = Checked(made=made, broken={}, same=True)
    assert same_rows(store, before, same) == snapshot
    assert same_rows(store, after, same) is None


def test_no_table_of_the_shipped_city_is_looked_up_by_what_is_masked() -> None:
    made = generated(load(shipped()).city)
    assert {"lib.person_links", "lib.population"} <= {n for n, m in made.items() if m.lookup}
    assert not [n for n, model in made.items() if model.scattered]
