"""Putting a spreadsheet in: kept once, edited by its owner only, refused when it is strange."""

from collections.abc import Callable
from pathlib import Path

import pytest

from citybrain.base.errors import CityError
from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.catalogue.drafts import edits_of, own_draft, returned_rows
from citybrain.engines.identity.service import Actor
from citybrain.engines.ledger import service as ledger
from tests.engines.catalogue import world

TABLE = "civil.marriages"


@pytest.fixture
def content(tmp_path: Path) -> bytes:
    return world.write_marriages(tmp_path / "a.xlsx", rows=5).read_bytes()


@pytest.mark.parametrize("name", ["notes.exe", "notes", "a.xlsx.html"])
def test_a_strange_file_is_refused_and_leaves_nothing(
    officer: Actor, home: Path, name: str
) -> None:
    with pytest.raises(CityError):
        catalogue.upload_start(officer, TABLE, name, b"x")
    assert not list((home / "uploads").glob("*"))
    assert ledger.count(action="lake.upload") == 0


def test_an_empty_file_is_refused(officer: Actor) -> None:
    with pytest.raises(CityError, match="空的"):
        catalogue.upload_start(officer, TABLE, "a.xlsx", b"")


def test_a_table_that_is_not_uploaded_is_refused(
    officer: Actor, who: Callable[[str], Actor], content: bytes
) -> None:
    with pytest.raises(CityError):
        catalogue.upload_start(who("engineer"), "tax.registrations", "a.csv", content)


@pytest.mark.parametrize("name", ["police", "operator", "auditor"])
def test_others_may_not_upload(
    who: Callable[[str], Actor], name: str, content: bytes, home: Path
) -> None:
    with pytest.raises(CityError):
        catalogue.upload_start(who(name), TABLE, "a.xlsx", content)
    assert not list((home / "uploads").glob("*"))


def test_the_name_cannot_lead_out_of_the_folder(officer: Actor, content: bytes, home: Path) -> None:
    draft = catalogue.upload_start(officer, TABLE, "../../keys/evil.xlsx", content)
    assert own_draft(officer, draft).file_name == "evil.xlsx"
    assert [path.parent for path in home.rglob("*.xlsx")] == [home / "uploads"]


def test_drafts_belong_to_their_owner(
    officer: Actor, who: Callable[[str], Actor], content: bytes
) -> None:
    draft = catalogue.upload_start(officer, TABLE, "a.xlsx", content)
    assert [row.draft for row in catalogue.uploads(officer)] == [draft]
    assert catalogue.uploads(who("engineer")) == ()
    for stranger in ("engineer", "police"):
        with pytest.raises(catalogue.Unknown):
            catalogue.upload_edit(who(stranger), draft, 2, {"office": "泾县"})
    with pytest.raises(catalogue.Unknown):
        catalogue.upload_edit(officer, "not-an-id", 2, {"office": "泾县"})


def test_cells_are_edited_undone_and_rows_returned(officer: Actor, content: bytes) -> None:
    draft = catalogue.upload_start(officer, TABLE, "a.xlsx", content)
    kept = own_draft(officer, draft)
    catalogue.upload_edit(officer, draft, 3, {"office": " 泾县 ", "kind": "离婚"})
    catalogue.upload_edit(officer, draft, 3, {"kind": "补领"})
    assert edits_of(kept) == {(3, "office"): "泾县", (3, "kind"): "补领"}
    catalogue.upload_return_row(officer, draft, 3)
    assert (edits_of(kept), returned_rows(kept)) == ({}, {3})
    catalogue.upload_edit(officer, draft, 3, {"office": "泾县"})
    assert returned_rows(kept) == set()
    catalogue.upload_undo(officer, draft, 3)
    assert edits_of(kept) == {}
    with pytest.raises(CityError):
        catalogue.upload_edit(officer, draft, 3, {"no_such_field": "1"})


def test_the_same_bytes_are_kept_once(officer: Actor, content: bytes, home: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        catalogue.upload_start(officer, TABLE, name, content)
    assert len(list((home / "uploads").glob("*.xlsx"))) == 1
    assert len(catalogue.uploads(officer)) == 2
