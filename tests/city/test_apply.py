"""Plan and apply: the difference is said, applying is whole or not at all, and recorded."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from citybrain.base.clock import FixedClock
from citybrain.base.errors import CityError
from citybrain.city import Plan, applied_city, apply, check, load, plan, runs
from citybrain.city.applied import history
from citybrain.city.change import Change, Detail
from citybrain.city.parsed import FILE, known, stamps
from citybrain.city.planning import _rendered
from tests.city.tiny import CONTRACT, FILES, replace, write_city


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_city(tmp_path / "city")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def _said(found: Plan) -> list[tuple[str, str, str]]:
    return [(c.kind, c.name, c.action) for c in found.changes]


def test_nothing_runs_before_the_first_application(root: Path, home: Path) -> None:
    assert applied_city(home) is None
    found = plan(root, home)
    assert found.first
    assert found.additive
    assert ("contract", "people.persons", "added") in _said(found)
    assert found.render().splitlines()[0] == "+    1 × city"
    assert found.render().splitlines()[-1] == f"tiny: nothing runs yet; {len(found.changes)} added."
    assert not home.exists()


def test_what_was_applied_runs_whatever_becomes_of_the_folder(
    root: Path, home: Path, clock: FixedClock
) -> None:
    applied = apply(root, home, clock=clock, by="steward")
    replace(root, "departments/archive.yml", "档案馆", "档案局")
    city = applied_city(home)
    assert city is not None
    assert city.fingerprint == applied.fingerprint
    assert city.departments["archive"].title == "档案馆"
    assert [(e["by"], e["fingerprint"]) for e in history(home)] == [
        ("steward", applied.fingerprint)
    ]
    assert history(home)[0]["at"] == clock.now().isoformat()


def test_a_folder_runs_that_means_what_was_applied(
    root: Path, home: Path, clock: FixedClock
) -> None:
    assert not runs(root, home)
    apply(root, home, clock=clock)
    assert runs(root, home)
    (root / "city.yml").write_text("# said beside it\n" + (root / "city.yml").read_text())
    assert runs(root, home)
    replace(root, "city.yml", "小城", "大城")
    assert not runs(root, home)
    (root / "city.yml").write_text("\tname: tiny\n")
    assert not runs(root, home)


def test_applying_twice_changes_nothing(root: Path, home: Path, clock: FixedClock) -> None:
    apply(root, home, clock=clock)
    again = apply(root, home, clock=clock)
    assert again.already
    assert again.changes == ()
    assert len(history(home)) == 1
    assert plan(root, home).changes == ()


def test_differences_are_said_property_by_property(
    root: Path, home: Path, clock: FixedClock
) -> None:
    apply(root, home, clock=clock)
    replace(root, "systems/people.yml", '"12:00"', '"09:30"')
    (root / "texts/zh.yml").unlink()
    found = plan(root, home)
    assert _said(found) == [("system", "people", "changed"), ("text", "zh", "removed")]
    assert [(d.key, d.before, d.after) for d in found.changes[0].details] == [
        ("schedule.by", "12:00:00", "09:30:00")
    ]
    assert found.changes[1].breaking
    assert not found.additive
    assert found.render().splitlines() == [
        "~ system people",
        "    schedule.by: 12:00:00 → 09:30:00",
        "- text zh  may break its readers",
        "tiny: 1 changed, 1 removed.",
    ]
    assert json.loads(json.dumps(found.as_dict()))["additive"] is False


def test_long_values_are_cut_to_where_they_begin_to_differ() -> None:
    long = "SELECT strftime(registered_on, '%Y-%m') AS month, left(office, {}) AS county, count(*)"
    details = [
        Detail(key="sql", before=long.format(2), after=long.format(1)),
        Detail(key="title", before="a" * 80, after=None),
        Detail(key="short", before="one", after="two"),
    ]
    lines = _rendered(Change(action="changed", kind="model", name="x", details=tuple(details)))
    assert lines[1] == (
        "    sql: …month, left(office, 2) AS county, count(*)"
        " → …month, left(office, 1) AS county, count(*)"
    )
    assert lines[2] == f"    title: {'a' * 59}… → nothing"
    assert lines[3] == "    short: one → two"


def _discovered(root: Path) -> None:
    """What discovering another database writes: a system with one contract."""
    text = FILES["systems/people.yml"].replace("people", "shops").replace("persons", "shops")
    (root / "systems/shops.yml").write_text(text)
    (root / "sources/shops").mkdir()
    contract = FILES[CONTRACT].replace("people.persons", "shops.shops")
    (root / "sources/shops/shops.yaml").write_text(
        contract.replace("- name: persons", "- name: shops")
    )


def test_a_discovered_system_is_additive(root: Path, home: Path, clock: FixedClock) -> None:
    apply(root, home, clock=clock)
    _discovered(root)
    found = plan(root, home)
    assert found.findings == ()
    assert _said(found) == [("system", "shops", "added"), ("contract", "shops.shops", "added")]
    assert found.additive


def test_a_new_code_and_a_new_table_are_additive(root: Path, home: Path, clock: FixedClock) -> None:
    apply(root, home, clock=clock)
    replace(root, "codelists/sex.yml", '"3"', '"9": {title: 未说明}\n  "3"')
    replace(root, "systems/people.yml", "tables:", "tables:\n  pets: {source: T, mode: full}")
    contract = FILES[CONTRACT].replace("people.persons", "people.pets")
    (root / "sources/people/pets.yaml").write_text(
        contract.replace("- name: persons", "- name: pets")
    )
    found = plan(root, home)
    assert found.additive
    assert {c.action for c in found.changes if c.kind != "contract"} == {"changed"}


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("roles/judge.yml", "", "name: judge\ntitle: 法官\nactions: [lake.read]\nscope: city\n"),
        ("codelists/sex.yml", "{title: 男, title_en", "{title: 男性, title_en"),
        ("systems/people.yml", "source: T_RK", "source: T_RK2"),
        ("city.yml", "小城", "大城"),
    ],
)
def test_what_gives_rights_or_touches_what_runs_is_not_additive(
    root: Path, home: Path, clock: FixedClock, file: str, old: str, new: str
) -> None:
    apply(root, home, clock=clock)
    replace(root, file, old, new)
    found = plan(root, home)
    assert found.findings == ()
    assert len(found.changes) == 1
    assert not found.additive


@pytest.mark.parametrize(
    ("old", "new", "needed"),
    [
        ("physicalName: SR", "physicalName: SHOURU", "1.2.1"),  # its readers see no difference
        ('"decimal(12,2)"', '"decimal(16,2)"', "1.2.1"),  # every former value fits
        ('"decimal(12,2)"', '"decimal(12,3)"', "2.0.0"),
        ("required: true", "required: false", "2.0.0"),
        ("- name: income", "- name: earnings", "2.0.0"),
    ],
)
def test_a_changed_contract_needs_a_higher_version(
    root: Path, home: Path, clock: FixedClock, old: str, new: str, needed: str
) -> None:
    apply(root, home, clock=clock)
    replace(root, CONTRACT, old, new)
    found = plan(root, home)
    assert [(f.file, f.line, f.key, f.rule) for f in found.findings] == [
        (CONTRACT, 5, "version", "version-bump")
    ]
    assert needed in found.findings[0].remedy
    with pytest.raises(CityError, match="not applied"):
        apply(root, home, clock=clock)
    replace(root, CONTRACT, "version: 1.2.0", f"version: {needed}")
    assert apply(root, home, clock=clock).changes[0].breaking is needed.startswith("2")
    assert plan(root, home).findings == ()


def test_a_folder_with_findings_is_not_applied(root: Path, home: Path, clock: FixedClock) -> None:
    apply(root, home, clock=clock)
    before = applied_city(home)
    replace(root, "systems/people.yml", "mode: upsert", "mode: upset")
    with pytest.raises(CityError, match=r"1 finding\.") as refused:
        apply(root, home, clock=clock)
    assert refused.value.findings == plan(root, home).findings
    assert applied_city(home) == before


def test_an_altered_copy_is_refused_and_healed_by_applying(
    root: Path, home: Path, clock: FixedClock
) -> None:
    applied = apply(root, home, clock=clock)
    copy = home / "applied" / applied.fingerprint / CONTRACT
    copy.write_text(copy.read_text().replace("masking, value: id_number", "masking, value: none"))
    with pytest.raises(CityError, match="altered"):
        applied_city(home)
    assert not apply(root, home, clock=clock).already
    city = applied_city(home)
    assert city is not None
    assert city.contracts["people.persons"].field("id_number").masking == "id_number"


def test_what_was_parsed_is_believed_only_of_the_files_it_was_parsed_from(
    root: Path, home: Path, clock: FixedClock
) -> None:
    applied = apply(root, home, clock=clock)
    copy = home / "applied" / applied.fingerprint
    assert known(copy, applied.fingerprint, stamps(copy)) is not None
    assert applied_city(home) == load(copy).city, "it means what the files mean"

    kept = copy / FILE
    told = kept.read_text()
    kept.write_text(told.replace("id_number", "none"))
    assert known(copy, applied.fingerprint, stamps(copy)) is None, "its values are others"
    kept.write_text("[]")
    assert known(copy, applied.fingerprint, stamps(copy)) is None
    kept.write_text(told)

    file = copy / CONTRACT
    before = file.stat()
    file.write_text(
        file.read_text().replace("masking, value: id_number", "masking, value: none     ")
    )
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file.stat().st_size == before.st_size
    with pytest.raises(CityError, match="altered"):
        applied_city(home)


def test_a_restored_copy_is_parsed_from_its_files(
    root: Path, home: Path, clock: FixedClock, tmp_path: Path
) -> None:
    applied = apply(root, home, clock=clock)
    shutil.copytree(home, tmp_path / "restored")
    copy = tmp_path / "restored/applied" / applied.fingerprint
    assert known(copy, applied.fingerprint, stamps(copy)) is None
    city = applied_city(tmp_path / "restored")
    assert city is not None
    assert city.fingerprint == applied.fingerprint


def test_an_altered_pointer_is_refused(root: Path, home: Path, clock: FixedClock) -> None:
    apply(root, home, clock=clock)
    (home / "applied/CURRENT").write_text("../../etc")
    with pytest.raises(CityError, match="pointer"):
        applied_city(home)


def test_a_torn_record_does_not_hide_the_next(root: Path, home: Path, clock: FixedClock) -> None:
    apply(root, home, clock=clock)
    with (home / "applied/history.jsonl").open("a") as file:
        file.write('{"at": "2021-0')
    replace(root, "city.yml", "小城", "大城")
    apply(root, home, clock=clock)
    assert len(history(home)) == 2


def test_there_is_a_sentence_for_no_folder(home: Path, tmp_path: Path) -> None:
    with pytest.raises(CityError, match="There is no city at"):
        plan(tmp_path / "nothing", home)


# The process is killed at its n-th durable step (fsync, rename, replace); the kernel call is
# wrapped in the child only, and everything below it is the real thing.
_KILLED = """
import os, pathlib, signal, sys
left = int(sys.argv[1])
def counted(call):
    def step(*a, **k):
        global left
        left -= 1
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*a, **k)
    return step
for owner, name in ((os, "fsync"), (pathlib.Path, "rename"), (pathlib.Path, "replace")):
    setattr(owner, name, counted(getattr(owner, name)))
from citybrain.base.clock import SystemClock
from citybrain.city import apply
apply(sys.argv[2], sys.argv[3], clock=SystemClock())
"""


def _apply_killed_at(step: int, root: Path, home: Path) -> int:
    command = [sys.executable, "-c", _KILLED, str(step), str(root), str(home)]
    return subprocess.run(command, env={**os.environ}, check=False).returncode


@pytest.mark.parametrize("step", [1, 9, 17, 21, 22, 23, 24, 25, 26, 27, 28])
def test_a_kill_leaves_the_former_city_or_the_new_one(
    root: Path, home: Path, clock: FixedClock, step: int
) -> None:
    former = apply(root, home, clock=clock).fingerprint
    replace(root, "city.yml", "小城", "大城")
    new = load(root).city.fingerprint
    code = _apply_killed_at(step, root, home)
    assert code in (0, -signal.SIGKILL)
    city = applied_city(home)
    assert city is not None
    assert city.fingerprint == (new if code == 0 else city.fingerprint)
    assert city.fingerprint in (former, new)
    assert apply(root, home, clock=clock).fingerprint == new
    left = {p.name for p in (home / "applied").iterdir() if not p.name.startswith(".lock")}
    assert left == {former, new, "CURRENT", "history.jsonl"} | {
        name for name in left if name.startswith(".CURRENT")
    }


@pytest.mark.root
def test_a_full_disk_leaves_the_former_city(root: Path, tmp_path: Path, clock: FixedClock) -> None:
    home = tmp_path / "small"
    home.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=160k", "tmpfs", str(home)]
    if subprocess.run(mounted, check=False, capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a tmpfs")
    try:
        former = apply(root, home, clock=clock).fingerprint
        replace(root, "texts/zh.yml", "", "".join(f"word{n}: 字\n" for n in range(9000)))
        assert check(root) == []
        with pytest.raises(CityError, match="the disk refused"):
            apply(root, home, clock=clock)
        city = applied_city(home)
        assert city is not None
        assert city.fingerprint == former
    finally:
        subprocess.run(["umount", str(home)], check=True)
