"""The ledger through its door, on a real database."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction

from citybrain.base.clock import FixedClock
from citybrain.base.errors import CityError
from citybrain.engines.ledger import content, merkle, service
from citybrain.engines.ledger.models import Checkpoint, Entry, Purpose, Tile, Tree

pytestmark = pytest.mark.django_db
VERIFIER = Path(__file__).resolve().parents[3] / "tools" / "verify_ledger.py"


def record(count: int, *, clock: FixedClock, thing: str = "table:civil.marriages") -> None:
    service.append_many(
        [
            service.Draft(
                actor="u1", action="lake.read", thing=thing, at=clock.now(), purpose="核对数据质量",
                department="civil_affairs", masked=n % 2 == 0, count=n,
            )
            for n in range(count)
        ]
    )  # fmt: skip


def kinds(found: service.Verification) -> list[tuple[str, int]]:
    return [(one.kind, one.number) for one in found.problems]


def test_entries_are_numbered_in_order_and_verify(clock: FixedClock) -> None:
    record(300, clock=clock)
    clock.advance(timedelta(days=-1))  # a clock that is set back changes no order
    record(5, clock=clock)
    found = service.verify(clock=clock)
    assert (found.problems, found.entries, found.size, found.checkpoints) == ((), 305, 305, 1)
    newest = service.entries(limit=1, clock=clock)[0]
    assert newest.number == 305
    assert newest.purpose == "核对数据质量"
    assert newest.at == clock.now()
    record(1, clock=clock)
    assert service.verify(clock=clock).checkpoints == 2


def test_contents_equal_the_json_that_others_would_write(clock: FixedClock) -> None:
    record(2, clock=clock)
    for row in Entry.objects.all():
        values = [getattr(row, name) for name in content.FIELDS]
        plain = dict(zip(content.FIELDS, values, strict=True)) | {"v": 1}
        expected = json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()
        assert content.content(values) == expected
        assert list(content.values_of(expected)) == values


@pytest.mark.parametrize(
    "fields",
    [
        {"thing": "the marriages of 王小明"},
        {"actor": "王"},
        {"action": "look"},
        {"department": "Civil Affairs"},
        {"digest": "abc"},
        {"outcome": "maybe"},
        {"purpose": "x" * 201},
    ],
)
def test_free_text_is_refused(fields: dict[str, str], clock: FixedClock) -> None:
    usual = {"actor": "u1", "action": "lake.read", "thing": "table:a.b", "clock": clock}
    with pytest.raises(CityError):
        service.append(**(usual | fields))  # type: ignore[arg-type]
    assert not Entry.objects.exists()


def test_what_is_rolled_back_was_never_recorded(clock: FixedClock) -> None:
    with transaction.atomic():
        record(3, clock=clock)
        transaction.set_rollback(True)
    assert service.verify(clock=clock).entries == 0


def test_a_thing_is_found_with_what_lies_below_but_not_its_namesakes(clock: FixedClock) -> None:
    for thing in ("table:a.b", "table:a.b/snapshot/4", "table:a.bc", "run:1"):
        record(1, clock=clock, thing=thing)
    assert service.count(thing_prefix="table:a.b") == 2
    assert service.count(thing_prefix="table:") == 3
    assert service.count(actor="u2") == 0


def test_a_proof_leads_from_an_entry_to_the_signed_root(clock: FixedClock) -> None:
    record(700, clock=clock)
    for number in (1, 256, 257, 600, 700):
        proof = service.proof(number, clock=clock)
        assert proof.whole
        assert proof.witnesses == 2
        path = [bytes.fromhex(step.neighbour) for step in proof.path]
        leaf, root = bytes.fromhex(proof.leaf_then), bytes.fromhex(proof.root_signed)
        assert merkle.verify_inclusion(number - 1, 700, leaf, path, root)
    with pytest.raises(CityError):
        service.proof(701, clock=clock)


def test_an_edited_entry_is_named_then_and_now_and_restored(clock: FixedClock) -> None:
    record(300, clock=clock)
    service.checkpoint(clock=clock)
    Entry.objects.filter(number=42).update(masked=None)
    (found,) = service.verify(clock=clock).problems
    assert (found.kind, found.number, found.restorable) == ("edited", 42, True)
    assert found.then is not None
    assert found.now is not None
    assert {key for key in found.then if found.then[key] != found.now[key]} == {"masked"}
    assert not service.proof(42, clock=clock).whole
    service.restore_entry(42)
    assert service.verify(clock=clock).problems == ()


def test_deleted_reordered_inserted_and_truncated_entries_are_named(clock: FixedClock) -> None:
    record(300, clock=clock)
    service.checkpoint(clock=clock)
    saved = list(Entry.objects.order_by("number"))
    Entry.objects.filter(number=7).delete()
    assert kinds(service.verify(clock=clock)) == [("deleted", 7)]
    service.restore_entry(7)
    assert service.verify(clock=clock).problems == ()
    swap(saved[9], saved[10])
    assert kinds(service.verify(clock=clock)) == [("reordered", 10), ("reordered", 11)]
    service.restore_entry(10)
    service.restore_entry(11)
    Entry.objects.filter(number=300).update(number=301)
    assert kinds(service.verify(clock=clock)) == [("deleted", 300), ("inserted", 301)]
    Entry.objects.filter(number=301).update(number=300)
    assert service.verify(clock=clock).problems == ()
    Entry.objects.filter(number__gt=256).delete()
    Tile.objects.filter(level=0, position=1).delete()
    assert ("truncated", 256) in kinds(service.verify(clock=clock))


def swap(one: Entry, other: Entry) -> None:
    numbers = one.number, other.number
    Entry.objects.filter(pk=one.pk).update(number=None)
    Entry.objects.filter(pk=other.pk).update(number=numbers[0])
    Entry.objects.filter(pk=one.pk).update(number=numbers[1])


def test_a_tree_rewritten_with_its_entry_is_named_and_restored(clock: FixedClock) -> None:
    record(20, clock=clock)
    service.checkpoint(clock=clock)
    Entry.objects.filter(number=5).update(actor="u2")
    row = Entry.objects.get(number=5)
    leaf = merkle.leaf_hash(content.content([getattr(row, name) for name in content.FIELDS]))
    tile = Tile.objects.get(level=0, position=0)
    hashes = bytes(tile.hashes)
    Tile.objects.filter(pk=tile.pk).update(hashes=hashes[:128] + leaf + hashes[160:])
    record(3, clock=clock)
    found = service.verify(clock=clock)  # which refuses to sign the rewritten tree
    assert kinds(found) == [("edited", 5), ("forked", 20)]
    service.restore_entry(5)
    assert service.verify(clock=clock).problems == ()


def test_checkpoints_edited_or_removed_anywhere_are_named(clock: FixedClock, home: Path) -> None:
    record(5, clock=clock)
    service.checkpoint(clock=clock)
    record(5, clock=clock)
    note = service.checkpoint(clock=clock)
    assert note is not None
    Checkpoint.objects.filter(size=5).delete()
    assert kinds(service.verify(clock=clock)) == [("checkpoint-missing", 5)]
    witness = home / "witness" / "checkpoints.txt"
    kept = witness.read_text()
    witness.write_text(kept.replace(note.note, ""))
    assert ("checkpoint-missing", 10) in kinds(service.verify(clock=clock))
    witness.write_text(kept.replace("\n10\n", "\n11\n"))
    assert ("signature", 11) in kinds(service.verify(clock=clock))


def test_edited_words_of_a_purpose_are_named(clock: FixedClock) -> None:
    record(3, clock=clock)
    service.checkpoint(clock=clock)
    uid = Entry.objects.get(number=2).uid
    Purpose.objects.filter(uid=uid).update(text="随便看看")
    assert kinds(service.verify(clock=clock)) == [("purpose", 2)]


def test_a_crash_between_database_and_files_is_mended(clock: FixedClock, home: Path) -> None:
    record(10, clock=clock)
    service.checkpoint(clock=clock)
    copy = home / "ledger" / "entries.jsonl"
    copy.write_bytes(copy.read_bytes()[:-40])  # a torn last line
    Checkpoint.objects.all().delete()  # the note reached the files, not the database
    found = service.verify(clock=clock)
    assert (found.problems, found.checkpoints) == ((), 1)


def test_a_newest_checkpoint_that_only_its_copies_hold_is_put_back_and_told(
    clock: FixedClock,
) -> None:
    for _ in range(2):
        record(10, clock=clock)
        service.checkpoint(clock=clock)
    Checkpoint.objects.filter(size=20).delete()
    found = service.verify(clock=clock)
    assert (found.problems, found.checkpoints, found.put_back) == ((), 2, (20,))
    assert "The checkpoint over 20 entries was missing in the database" in found.render()
    assert found.render().endswith("Nothing else was changed.")
    assert service.verify(clock=clock).render().endswith("Nothing was changed.")


@pytest.mark.parametrize("size", [0, 9, 12])
def test_an_edited_count_of_the_tree_is_named_and_acts_go_on(size: int, clock: FixedClock) -> None:
    record(10, clock=clock)
    service.checkpoint(clock=clock)
    Tree.objects.update(size=size)
    named = ("size", size) if size < 10 else ("truncated", 10)
    assert named in kinds(service.verify(clock=clock))
    if size < 10:
        record(1, clock=clock)  # is recorded, and gets no number while the count is wrong
        assert named in kinds(service.verify(clock=clock))
        Tree.objects.update(size=10)
        assert service.verify(clock=clock).problems == ()


def test_a_note_that_reached_one_file_only_is_kept_everywhere(
    clock: FixedClock, home: Path
) -> None:
    record(10, clock=clock)
    service.checkpoint(clock=clock)
    witness = home / "witness" / "checkpoints.txt"
    before = witness.read_bytes()
    record(10, clock=clock)
    service.checkpoint(clock=clock)
    witness.write_bytes(before)  # the machine died after the first file
    Checkpoint.objects.filter(size=20).delete()
    record(10, clock=clock)  # and life went on
    found = service.verify(clock=clock)
    assert (found.problems, found.checkpoints) == ((), 3)


@pytest.mark.parametrize("lost", [1, 2, 40, 120, 200])
def test_a_torn_note_is_cut_off(lost: int, clock: FixedClock, home: Path) -> None:
    for _ in range(2):
        record(10, clock=clock)
        service.checkpoint(clock=clock)
    for name in ("ledger", "witness"):
        path = home / name / "checkpoints.txt"
        path.write_bytes(path.read_bytes()[:-lost])
    Checkpoint.objects.filter(size=20).delete()
    assert service.verify(clock=clock).problems == ()
    record(1, clock=clock)
    found = service.verify(clock=clock)
    assert (found.problems, found.checkpoints) == ((), 3)


def run_verifier(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(VERIFIER), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_a_stranger_verifies_the_bundle_and_a_proof(clock: FixedClock, tmp_path: Path) -> None:
    record(300, clock=clock)
    bundle, single = tmp_path / "bundle.zip", tmp_path / "proof.json"
    service.export_bundle(bundle, clock=clock)
    single.write_text(service.proof(77, clock=clock).as_json())
    key = service.verifier_key()
    for arguments in ([str(bundle)], [str(bundle), "--key", key], [str(single), "--key", key]):
        done = run_verifier(*arguments)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
    Entry.objects.filter(number=77).update(count=999)
    service.export_bundle(bundle, clock=clock)
    done = run_verifier(str(bundle))
    assert done.returncode == 1
    assert "Entry 77" in done.stdout
    assert run_verifier(str(tmp_path / "nothing.zip")).returncode == 2
