"""The catalogue's own promises: fail closed, hold nothing the lake cannot tell, apply safely."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from citybrain.base.errors import CityError
from citybrain.engines.catalogue import models
from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.catalogue.service import BrokenFact
from citybrain.engines.guard import service as guard
from citybrain.engines.identity.service import Actor
from citybrain.engines.ledger import service as ledger

TABLE = "civil.marriages"
WHY = "核对登记与证件"


@contextmanager
def full_ledger() -> Iterator[None]:
    """No entry can be written, as on a full disk."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER full_disk BEFORE INSERT ON ledger_entry "
            "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER full_disk")


def test_nothing_changes_that_cannot_be_recorded(
    collected: Actor, officer: Actor, broken: BrokenFact, tmp_path: Path
) -> None:
    from tests.engines.catalogue import world

    (row,) = catalogue.quarantine(collected, TABLE, reveal=True, purpose=WHY).rows
    content = world.write_marriages(tmp_path / "a.xlsx", rows=world.ROWS).read_bytes()
    draft = catalogue.upload_start(officer, TABLE, "a.xlsx", content)
    before = state(collected)
    with full_ledger():
        for change in (
            lambda: catalogue.collect(collected, [TABLE, "tax.registrations"]),
            lambda: catalogue.enqueue_collect(collected, ["tax"]),
            lambda: catalogue.correct(
                collected, TABLE, row.row, {"man_birth_date": "1987-03-02"}, WHY
            ),
            lambda: catalogue.upload_submit(officer, draft),
            lambda: catalogue.upload_start(officer, TABLE, "b.xlsx", content),
            lambda: catalogue.cheat(collected),
        ):
            with pytest.raises(CityError, match="留痕"):
                change()
    assert state(collected) == before
    assert len(catalogue.uploads(officer)) == 1
    assert not catalogue.quarantine(collected, TABLE).rows[0].corrected


def state(reader: Actor) -> Any:
    """All that pages tell of the lake: figures, history, snapshots, runs, rows set aside."""
    tables = [replace(row, last_run=None) for row in catalogue.tables(reader)]
    runs = [(run.run, run.state, run.read, run.accepted) for run in catalogue.runs(reader)]
    return (
        tables, runs, catalogue.history(reader, TABLE), catalogue.snapshots(reader, TABLE),
        catalogue.sample(reader, TABLE, limit=200).rows,
        catalogue.quarantine(reader, TABLE).rows,
    )  # fmt: skip


def test_what_django_holds_can_be_deleted_and_the_pages_say_the_same(
    collected: Actor, officer: Actor, broken: BrokenFact, tmp_path: Path
) -> None:
    """The projection rule: the lake tells, Django only remembers what people are doing."""
    from tests.engines.catalogue import world

    content = world.write_marriages(tmp_path / "a.xlsx").read_bytes()
    draft = catalogue.upload_start(officer, TABLE, "a.xlsx", content)
    catalogue.upload_submit(officer, draft)
    catalogue.verify_now(collected)
    before = state(collected)
    with guard.unrecorded("a test empties the tables"):
        for model in (models.UploadDraft, models.Verification, models.Cheating):
            model.objects.all().delete()
    assert state(collected) == before
    assert catalogue.verify_now(collected).state == "whole"


def test_applying_is_recorded_with_what_runs(
    engineer: Actor, who: Callable[[str], Actor], city_folder: Path
) -> None:
    applied = catalogue.apply_city(engineer, city_folder)
    entry = ledger.entries(limit=1)[0]
    assert (entry.action, entry.thing, entry.digest) == (
        "city.apply", "city:", applied.fingerprint,
    )  # fmt: skip
    with pytest.raises(guard.Refused):
        catalogue.apply_city(who("civil"), city_folder)


def test_additions_are_applied_and_changes_wait(
    engineer: Actor, city_folder: Path, tmp_path: Path, home: Path
) -> None:
    folder = tmp_path / "city"
    shutil.copytree(city_folder, folder)
    assert catalogue.apply_additions(engineer, folder) == []
    contract = folder / "sources" / "tax" / "registrations.yaml"
    contract.write_text(
        contract.read_text("utf-8").replace("\nversion: 1.0.", "\nversion: 1.9.", 1), "utf-8"
    )
    (notice,) = catalogue.apply_additions(engineer, folder)
    assert "plan" in notice
    shutil.copy(city_folder / "sources" / "tax" / "registrations.yaml", contract)
    codelist = (folder / "codelists" / "sex.yml").read_text("utf-8")
    (folder / "codelists" / "sex_two.yml").write_text(
        codelist.replace("name: sex", "name: sex_two", 1), "utf-8"
    )
    current = (home / "applied" / "CURRENT").read_text()
    try:
        (notice,) = catalogue.apply_additions(engineer, folder)
        assert "Applied 1" in notice
        assert (home / "applied" / "CURRENT").read_text() != current
    finally:
        (home / "applied" / "CURRENT").write_text(current)
