"""The errand of the tour at the service's level, and the parts that it walks through."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from citybrain.base.clock import FixedClock
from citybrain.base.errors import CityError
from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.catalogue.service import BrokenFact
from citybrain.engines.guard.service import Refused
from citybrain.engines.identity.service import Actor
from tests.engines.catalogue import world

TABLE = "civil.marriages"
WHY = "核对登记与证件"


def collect(actor: Actor, clock: FixedClock) -> dict[str, int]:
    clock.advance(timedelta(minutes=5))
    (result,) = catalogue.collect(actor, [TABLE]).results
    assert result.error is None
    return {"read": result.read, "accepted": result.accepted, "quarantined": result.quarantined,
            "unchanged": result.unchanged, "inserted": result.inserted}  # fmt: skip


def test_touch_one_fact_and_the_lake_answers_and_tells_who_looked(
    collected: Actor, city_clock: FixedClock
) -> None:
    broken = catalogue.break_one_fact(collected)
    counts = collect(collected, city_clock)
    assert (counts["read"], counts["accepted"], counts["quarantined"]) == (40, 39, 1)

    # the one row is set aside; masked, the sentence tells neither of the two dates
    (masked,) = catalogue.quarantine(collected, TABLE).rows
    (trouble,) = masked.troubles
    assert (trouble.field, trouble.rule) == ("man_birth_date", "birth_of")
    said = trouble.sentence.zh + trouble.sentence.en
    assert broken.before not in said
    assert broken.after not in said
    assert trouble.suggestion == ""
    cells = {cell.field: cell for cell in masked.cells}
    assert cells["man_birth_date"].masked
    assert cells["man_birth_date"].value == "1978-**-**"

    # a masked value is not corrected blindly
    with pytest.raises(CityError, match="明文"):
        catalogue.correct(collected, TABLE, masked.row, {"man_birth_date": broken.before}, "核对")

    # revealed for a purpose, the sentence names both values and a value that settles it
    (row,) = catalogue.quarantine(collected, TABLE, reveal=True, purpose=WHY).rows
    (trouble,) = row.troubles
    assert broken.before in trouble.sentence.zh
    assert broken.after in trouble.sentence.zh
    assert trouble.suggestion == broken.before
    assert row.office

    catalogue.correct(
        collected, TABLE, row.row, {"man_birth_date": trouble.suggestion}, "已对照证件原件"
    )
    (waiting,) = catalogue.quarantine(collected, TABLE, reveal=True, purpose=WHY).rows
    assert waiting.corrected
    changed = next(cell for cell in waiting.cells if cell.field == "man_birth_date")
    assert (changed.state, changed.before, changed.value) == (
        "changed", broken.after, broken.before,
    )  # fmt: skip

    counts = collect(collected, city_clock)
    assert (counts["read"], counts["accepted"], counts["quarantined"]) == (40, 40, 0)
    assert catalogue.quarantine(collected, TABLE).rows == ()
    answer = catalogue.query(
        collected,
        "SELECT registration_number AS n, man_birth_date AS born FROM civil.marriages",
        reveal=True,
        purpose=WHY,
    )
    born = {row["n"]: str(row["born"]) for row in answer.rows}
    assert born[broken.label] == broken.before

    # seen by: she herself, unmasked, and why, with a proof
    seen = catalogue.seen_by(collected, f"table:{TABLE}").rows
    assert (seen[0].is_me, seen[0].reading, seen[0].purpose) == (True, "revealed", WHY)
    assert catalogue.proof(collected, seen[0].number).whole
    actions = {entry.action for entry in seen}
    assert actions >= {"lake.cheat", "lake.collect", "lake.read", "lake.reveal", "lake.correct"}


def test_the_correction_ends_when_the_source_mends_it(
    collected: Actor, broken: BrokenFact, city_clock: FixedClock
) -> None:
    (row,) = catalogue.quarantine(collected, TABLE, reveal=True, purpose=WHY).rows
    catalogue.correct(collected, TABLE, row.row, {"man_birth_date": broken.before}, "核对原件")
    path = Path(os.environ["CITYBRAIN_SYSTEMS"]) / "civil" / "婚姻登记累计表.xlsx"
    world.write_marriages(path)
    assert collect(collected, city_clock)["quarantined"] == 0
    assert not any(r.corrected for r in catalogue.quarantine(collected, TABLE).rows)


def test_a_reveal_an_hour_ago_no_longer_lets_correct(
    collected: Actor, broken: BrokenFact, city_clock: FixedClock
) -> None:
    (row,) = catalogue.quarantine(collected, TABLE, reveal=True, purpose=WHY).rows
    city_clock.advance(timedelta(minutes=61))
    with pytest.raises(CityError, match="明文"):
        catalogue.correct(collected, TABLE, row.row, {"man_birth_date": broken.before}, "核对")


def test_one_officers_reveal_does_not_open_it_for_another(
    collected: Actor, officer: Actor, broken: BrokenFact
) -> None:
    (row,) = catalogue.quarantine(collected, TABLE, reveal=True, purpose=WHY).rows
    with pytest.raises(CityError, match="明文"):
        catalogue.correct(officer, TABLE, row.row, {"man_birth_date": broken.before}, "核对")


@pytest.mark.parametrize("account", ["police", "operator", "auditor"])
def test_others_do_not_correct(
    collected: Actor, who: Callable[[str], Actor], broken: BrokenFact, account: str
) -> None:
    (row,) = catalogue.quarantine(collected, TABLE).rows
    with pytest.raises(Refused):
        catalogue.correct(who(account), TABLE, row.row, {"office": "泾县"}, "核对")


@pytest.mark.parametrize(
    ("edits", "reason"), [({}, "核对"), ({"nothing": "1"}, "核对"), ({"office": "泾县"}, " ")]
)
def test_a_correction_says_what_and_why(
    collected: Actor, broken: BrokenFact, edits: dict[str, str], reason: str
) -> None:
    (row,) = catalogue.quarantine(collected, TABLE).rows
    with pytest.raises(CityError):
        catalogue.correct(collected, TABLE, row.row, edits, reason)


def test_the_id_number_that_denies_the_date_may_be_the_wrong_one(
    collected: Actor, broken: BrokenFact
) -> None:
    (row,) = catalogue.quarantine(collected, TABLE, reveal=True, purpose=WHY).rows
    wrong = {cell.field: cell.value for cell in row.cells if cell.state == "wrong"}
    assert set(wrong) == {"man_birth_date", "man_id_number"}
    with pytest.raises(CityError, match="没有一格与交来的值不同"):
        catalogue.correct(collected, TABLE, row.row, wrong, "已对照证件原件")
    # what stands in the other cell is sent along unchanged, and is no correction
    edits = {**wrong, "man_birth_date": row.troubles[0].suggestion}
    catalogue.correct(collected, TABLE, row.row, edits, "已对照证件原件")
    (row,) = catalogue.quarantine(collected, TABLE, reveal=True, purpose=WHY).rows
    assert [cell.field for cell in row.cells if cell.state != "clean"] == ["man_birth_date"]


def test_who_corrects_second_is_told_who_was_first(
    collected: Actor, officer: Actor, broken: BrokenFact
) -> None:
    rows = [
        catalogue.quarantine(one, TABLE, reveal=True, purpose=WHY).rows[0]
        for one in (collected, officer)
    ]
    edits = {"man_birth_date": broken.before}
    catalogue.correct(collected, TABLE, rows[0].row, edits, "核对原件", seen=rows[0].seen)
    with pytest.raises(CityError, match="已被改过") as refused:
        catalogue.correct(officer, TABLE, rows[1].row, edits, "核对原件", seen=rows[1].seen)
    assert f"男方出生日期改为 {broken.before[:4]}-**-**" in str(refused.value)
    assert broken.before not in str(refused.value)
    assert "**" in str(refused.value.why).partition("男方出生日期")[0]
    # who has seen the first correction may correct it
    (row,) = catalogue.quarantine(officer, TABLE, reveal=True, purpose=WHY).rows
    assert row.seen != rows[1].seen
    with pytest.raises(CityError, match="不符合合同"):
        catalogue.correct(officer, TABLE, row.row, {"office": ""}, "核对原件", seen=row.seen)


@pytest.mark.parametrize("value", ["1987-13-45", "1999-01-01", ""])
def test_a_correction_that_breaks_the_contract_is_not_kept(
    collected: Actor, broken: BrokenFact, value: str
) -> None:
    (row,) = catalogue.quarantine(collected, TABLE, reveal=True, purpose=WHY).rows
    with pytest.raises(CityError, match="新的值不符合合同"):
        catalogue.correct(collected, TABLE, row.row, {"man_birth_date": value}, "核对原件")
    assert not catalogue.quarantine(collected, TABLE).rows[0].corrected


def test_the_token_of_a_row_tells_nothing(collected: Actor, broken: BrokenFact) -> None:
    (row,) = catalogue.quarantine(collected, TABLE).rows
    assert broken.label not in row.row
    with pytest.raises(catalogue.Unknown):
        catalogue.correct(collected, TABLE, "no-such-row", {"office": "泾县"}, "核对原件")


def test_the_excel_of_rows_set_aside_comes_back_corrected(
    collected: Actor, officer: Actor, broken: BrokenFact, city_clock: FixedClock, tmp_path: Path
) -> None:
    from openpyxl import load_workbook

    file = catalogue.quarantine_excel(officer, TABLE, purpose=WHY)
    path = tmp_path / "back.xlsx"
    path.write_bytes(file.content)
    book = load_workbook(path)
    sheet = book.active
    assert sheet is not None
    heads = [cell.value for cell in sheet[1]]
    values = [cell.value for cell in sheet[2]]
    reason = str(values[heads.index("待修正原因")])
    assert broken.before in reason
    assert broken.after in reason
    sheet.cell(2, heads.index("男方出生日期") + 1).value = broken.before
    book.save(path)
    draft = catalogue.upload_start(officer, TABLE, "back.xlsx", path.read_bytes())
    view = catalogue.upload(officer, draft)
    assert (view.read, view.accepted, view.quarantined) == (1, 1, 0)
    city_clock.advance(timedelta(minutes=5))
    catalogue.upload_submit(officer, draft)
    assert catalogue.quarantine(collected, TABLE).total == 0
    assert catalogue.sample(collected, TABLE).total == 40
