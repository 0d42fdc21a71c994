"""Cheating is found, named, refused and repaired: the round trip of the tour's last step."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from citybrain.base.clock import FixedClock
from citybrain.base.errors import CityError
from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.guard.service import Refused
from citybrain.engines.identity.service import Actor
from citybrain.engines.ledger import service as ledger

TABLE = "civil.marriages"


def test_before_any_verification_nothing_is_claimed(engineer: Actor) -> None:
    view = catalogue.integrity(engineer)
    assert (view.state, view.verified_at, view.verifications) == ("unknown", None, ())


def test_a_whole_installation_is_green(collected: Actor) -> None:
    view = catalogue.verify_now(collected)
    assert (view.state, view.problem_count) == ("whole", 0)
    assert view.files > 0
    assert view.entries > 0
    assert view.checkpoint > 0
    assert view.steps == ()
    assert view.verifications[0].problems == 0


def test_what_the_command_line_verified_is_seen_on_the_page(
    collected: Actor, city_clock: FixedClock
) -> None:
    from citybrain.engines.catalogue import wiring
    from citybrain.lake.scrub import scrub

    catalogue.note_scrub(collected, scrub(wiring.store()))
    half = catalogue.integrity(collected)
    assert (half.state, half.record_at) == ("unknown", None)
    assert half.files_at is not None
    assert half.headline.zh == "留痕还没有校验过"
    assert half.verifications[0].scope.zh == "全部文件"

    catalogue.note_record(collected, ledger.verify())
    whole = catalogue.integrity(collected)
    assert whole.state == "whole"
    assert whole.record_at is not None
    assert ledger.count(action="ledger.verify") == 1
    catalogue.sample(collected, "civil.marriages")
    ledger.sequence()
    card = catalogue.integrity_card(collected)
    assert (card.entries, card.later) == (whole.entries, 2)  # it was verified, and looked at

    made = catalogue.cheat(collected)
    city_clock.advance(timedelta(minutes=1))
    catalogue.note_scrub(collected, scrub(wiring.store()))
    red = catalogue.integrity(collected)
    assert (red.state, [file.file for file in red.file_problems]) == ("damaged", [made.file])
    city_clock.advance(timedelta(minutes=1))
    catalogue.note_record(collected, ledger.verify())
    both = catalogue.integrity(collected)
    assert [entry.number for entry in both.entry_problems] == [made.entry]
    # each verification tells what it found itself
    told = [(row.scope.zh, row.problems) for row in both.verifications[:2]]
    assert told == [("全部记录", 1), ("全部文件", 1)]


def test_cheat_verify_refuse_repair_green(collected: Actor, home: Path) -> None:
    before = catalogue.sample(collected, TABLE, reveal=True, purpose="核对数据质量", limit=200)
    made = catalogue.cheat(collected)
    # nothing is red yet: DuckDB answers, wrongly, and nobody has looked
    after = catalogue.sample(collected, TABLE, reveal=True, purpose="核对数据质量", limit=200)
    assert after.rows != before.rows

    red = catalogue.verify_now(collected)
    assert (red.state, red.problem_count) == ("damaged", 2)
    (file,), (entry,) = red.file_problems, red.entry_problems
    assert (file.file, file.table) == (made.file, TABLE)
    assert file.sha256_then != file.sha256_now
    assert file.bytes_then == file.bytes_now
    assert file.change is not None
    assert (file.change.offset, file.change.before, file.change.after) == (
        made.offset, made.before, made.after,
    )  # fmt: skip
    assert entry.number == made.entry
    changed = {fact.name for fact in entry.facts if fact.changed}
    assert changed == {"masked"}
    words = {fact.name: (fact.then.zh, fact.now.zh) for fact in entry.facts}
    assert words["masked"] == ("明文", "脱敏")
    assert words["action"] == ("明文查看", "明文查看")
    assert words["thing"][0] == "婚姻登记"
    assert "14:32" in words["at"][0]
    assert entry.leaf_then != entry.leaf_now
    assert red.proof is not None
    assert not red.proof.whole
    assert red.proof.path[-1].changed
    assert [step.action for step in red.steps] == [
        "evidence", "restore_file", "restore_record", "verify",
    ]  # fmt: skip
    assert "14:32:00 您" in red.cheated.zh

    # not one byte goes out, of any table, while the record is not to be trusted
    for table in (TABLE, "tax.registrations"):
        with pytest.raises(catalogue.Withheld):
            catalogue.sample(collected, table)
    with pytest.raises(catalogue.Withheld):
        catalogue.query(collected, "SELECT 1 AS one")
    with pytest.raises(catalogue.Withheld):
        catalogue.table_download(collected, TABLE)

    catalogue.restore_record(collected, entry.number)
    half = catalogue.verify_now(collected)
    assert (len(half.file_problems), len(half.entry_problems)) == (1, 0)
    # the record is whole: other tables are read again, the damaged one is still refused
    with pytest.raises(catalogue.Withheld, match="婚姻登记"):
        catalogue.sample(collected, TABLE)
    assert catalogue.query(collected, "SELECT 1 AS one").rows == ({"one": 1},)
    assert catalogue.table(collected, TABLE).row.state == "damaged"

    catalogue.restore_file(collected, file.file)
    green = catalogue.verify_now(collected)
    assert (green.state, green.problem_count) == ("whole", 0)
    assert len(catalogue.sample(collected, TABLE, limit=200).rows) == 40
    assert [row.problems for row in green.verifications] == [0, 1, 2]
    told = [(row.what.zh, row.who) for row in green.put_back]
    me = told[0][1]
    assert told == [("婚姻登记的一个文件，由备份", me), ("一条留痕记录，由热备副本", me)]


def test_a_damaged_table_is_not_collected_and_the_others_are(collected: Actor) -> None:
    catalogue.cheat(collected)
    catalogue.verify_now(collected)
    result = catalogue.collect(collected, [TABLE, "tax.registrations"])
    outcome = {table.table: table.error for table in result.results}
    assert outcome["tax.registrations"] is None
    assert "damaged" in str(outcome[TABLE])


def test_what_is_not_damaged_cannot_be_replaced(collected: Actor) -> None:
    with pytest.raises(catalogue.Unknown):
        catalogue.restore_file(collected, "ods/civil/marriages/data/x.parquet")


@pytest.mark.parametrize("account", ["civil", "police", "operator", "auditor"])
def test_only_a_steward_cheats_and_repairs(
    collected: Actor, who: Callable[[str], Actor], account: str
) -> None:
    for call in (
        lambda: catalogue.cheat(who(account)),
        lambda: catalogue.restore_record(who(account), 1),
    ):
        with pytest.raises(Refused):
            call()


def test_outside_rehearsal_nobody_cheats(collected: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CITYBRAIN_REHEARSAL")
    with pytest.raises(CityError):
        catalogue.cheat(collected)
    monkeypatch.setenv("CITYBRAIN_REHEARSAL", "1")
    assert catalogue.verify_now(collected).state == "whole"


def test_the_evidence_names_what_was_changed_and_holds_no_payload(collected: Actor) -> None:
    catalogue.cheat(collected)
    catalogue.verify_now(collected)
    file = catalogue.evidence(collected)
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        report = json.loads(archive.read("verification.json"))
        assert len(report["file_problems"]) == len(report["record_problems"]) == 1
        record = archive.read("ledger.zip")
    assert b"entries.jsonl" in record
    assert "王小".encode() not in file.content


def test_a_stranger_comes_to_a_verdict_with_what_lies_in_the_evidence(
    collected: Actor, tmp_path: Path
) -> None:
    def verdict(name: str) -> tuple[int, str]:
        folder = tmp_path / name
        folder.mkdir()
        whole = folder / "evidence.zip"
        whole.write_bytes(catalogue.evidence(collected).content)
        with zipfile.ZipFile(whole) as archive:
            archive.extractall(folder)
        assert "python3 verify_ledger.py ledger.zip" in (folder / "README.txt").read_text("utf-8")
        answers = [
            subprocess.run(
                [sys.executable, "-I", "verify_ledger.py", file],
                cwd=folder, capture_output=True, text=True, check=False, timeout=60,
            )
            for file in ("ledger.zip", "evidence.zip")
        ]  # fmt: skip
        assert [done.stderr for done in answers] == ["", ""]
        assert answers[0].stdout == answers[1].stdout
        assert answers[0].returncode == answers[1].returncode
        return answers[0].returncode, answers[0].stdout

    code, said = verdict("good")
    assert (code, "all fits" in said) == (0, True)
    catalogue.cheat(collected)
    code, said = verdict("forged")
    assert (code, "was changed" in said) == (1, True)


def test_a_proof_leads_from_an_entry_to_the_signed_root(
    collected: Actor, who: Callable[[str], Actor]
) -> None:
    catalogue.sample(collected, TABLE)
    number = ledger.entries(limit=1)[0].number
    assert number is not None
    proof = catalogue.proof(collected, number)
    assert proof.whole
    assert proof.entry is not None
    assert proof.entry.is_me
    assert proof.root_signed == proof.root_now
    assert not any(step.changed for step in proof.path)
    bundle = json.loads(catalogue.proof_bundle(collected, number).content)
    assert bundle["number"] == number
    with pytest.raises(Refused):  # an officer of another department has no business with it
        catalogue.proof(who("police"), number)
    with pytest.raises(catalogue.Unknown):
        catalogue.proof(collected, 10_000)


def test_what_a_scrub_found_elsewhere_turns_the_page_red(collected: Actor) -> None:
    from citybrain.engines.catalogue import wiring
    from citybrain.lake.scrub import scrub

    catalogue.verify_now(collected)
    catalogue.cheat(collected)
    scrub(wiring.store())  # as the command line does
    view = catalogue.integrity(collected)
    assert (view.state, len(view.other_problems)) == ("damaged", 1)
    assert catalogue.badges(collected).problems == 1
    with pytest.raises(catalogue.Withheld):
        catalogue.sample(collected, TABLE)


@pytest.mark.parametrize(
    "tampering",
    [
        "DELETE FROM ledger_entry WHERE number = 2",
        "UPDATE ledger_entry SET count = 'x', at = 'y', action = '' WHERE number = 2",
        "UPDATE ledger_tile SET hashes = zeroblob(32)",
        "DELETE FROM ledger_tile",
    ],
)
def test_the_page_stands_whatever_was_tampered_with(collected: Actor, tampering: str) -> None:
    catalogue.sample(collected, TABLE)
    assert catalogue.verify_now(collected).state == "whole"
    with connection.cursor() as cursor:
        cursor.execute(tampering)
    view = catalogue.verify_now(collected)
    assert view.state == "damaged"
    assert view.entry_problems or view.other_problems
    with pytest.raises(catalogue.Withheld):
        catalogue.sample(collected, TABLE)
