"""How what is damaged is made whole again: step by step, each checked by hash."""

import io
import json
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from citybrain.base.errors import CityError
from citybrain.base.wording import Text, both
from citybrain.engines.catalogue import wiring
from citybrain.engines.catalogue.backups import holding, last_backup
from citybrain.engines.catalogue.errors import Unknown
from citybrain.engines.catalogue.models import Verification
from citybrain.engines.catalogue.reading import order, source_name, thing_of
from citybrain.engines.catalogue.views import Download
from citybrain.engines.catalogue.views_proof import EntryProblem, FileProblem, RepairStep
from citybrain.engines.guard import service as guard
from citybrain.engines.identity.service import Actor
from citybrain.engines.ledger import service as ledger


def repair_steps(
    files: tuple[FileProblem, ...], entries: tuple[EntryProblem, ...], others: bool
) -> tuple[RepairStep, ...]:
    """What to do, in order; nothing is replaced by what does not have the recorded hash."""
    steps = [_keep()]
    steps += [_restore_file(problem) for problem in files]
    steps += [_restore_record(problem) for problem in entries]
    if others:
        steps.append(
            _step(
                both("核对检查点与树", "Check the checkpoints and the tree"),
                both(
                    "请把证据包交给安全审计员核对。", "Give the evidence to the auditor to check."
                ),
            )
        )
    steps.append(
        _step(
            both("再次校验", "Verify again"),
            both("全部一致后，数据自动恢复对外。", "Once all agrees, the data are open again."),
            action="verify",
            commands=("citybrain scrub", "citybrain ledger verify"),
        )
    )
    return tuple(
        RepairStep(
            number=number, title=step.title, sentence=step.sentence, action=step.action,
            argument=step.argument, done=step.done, commands=step.commands,
        )
        for number, step in enumerate(steps, 1)
    )  # fmt: skip


def _step(
    title: Text, sentence: Text, *, action: str = "", argument: str = "",
    done: bool = False, commands: tuple[str, ...] = (),
) -> RepairStep:  # fmt: skip
    return RepairStep(
        number=0, title=title, sentence=sentence, action=action,
        argument=argument, done=done, commands=commands,
    )  # fmt: skip


def _keep() -> RepairStep:
    return _step(
        both("留证", "Keep the evidence"),
        both(
            "改动、登记的哈希与全部检查点可作为证据包下载。",
            "The change, the recorded hashes and all checkpoints can be downloaded.",
        ),
        action="evidence", done=True,
    )  # fmt: skip


def _restore_file(problem: FileProblem) -> RepairStep:
    at = last_backup()
    if problem.in_backup and at:
        return _step(
            both("恢复文件", "Restore the file"),
            both(
                f"{at:%m-%d %H:%M} 的备份中有同一哈希的副本，只替换这 1 个文件。",
                f"The backup of {at:%m-%d %H:%M} has a copy with the same hash; "
                "only this one file is replaced.",
            ),
            action="restore_file",
            argument=problem.file,
            commands=(f"citybrain restore BACKUP --file {problem.file}",),
        )
    return _step(
        both("恢复文件", "Restore the file"),
        both(
            "备份中没有同一哈希的副本：请从别处的备份恢复，或从数源重新汇聚整张表。",
            "No backup has a copy with the same hash: restore from a backup elsewhere, "
            "or collect the whole table again.",
        ),
        argument=problem.file,
        commands=(f"citybrain restore BACKUP --file {problem.file}",),
    )  # fmt: skip


def _restore_record(problem: EntryProblem) -> RepairStep:
    if problem.in_copy:
        return _step(
            both("恢复记录", "Restore the entry"),
            both(
                f"用热备副本中的第 {problem.number:,} 条，叶哈希须等于 {problem.leaf_then[:8]}…",
                f"Take entry {problem.number:,} of the live copy; "
                f"its leaf hash must be {problem.leaf_then[:8]}…",
            ),
            action="restore_record",
            argument=str(problem.number),
        )
    return _step(
        both("恢复记录", "Restore the entry"),
        both(
            f"热备副本中没有第 {problem.number:,} 条：请从备份恢复。",
            f"The live copy has no entry {problem.number:,}: restore it from a backup.",
        ),
        argument=str(problem.number),
    )  # fmt: skip


def restore_file(actor: Actor, file: str) -> None:
    """Replace one damaged file by a copy of the very same hash; refuses when there is none."""
    from citybrain.lake.repair import restore_file as put_back

    problem = next((p for p in wiring.store().damaged() if p.file == file), None)
    if problem is None:
        raise Unknown(
            both("没有登记为损坏的这个文件", "No such file is known to be damaged"),
            do=both("请先校验", "Verify first"),
            where=file,
        )
    folder = holding(file)
    if folder is None:
        raise CityError(
            both("没有备份含有这个文件的完好副本", "No backup holds a sound copy of this file"),
            why=both(
                "这台机器上的备份中没有同一哈希的副本",
                "no backup on this machine has a copy with its hash",
            ),
            do=both(
                "请用 citybrain restore 指定别处的备份，或从数源重新汇聚整张表",
                "Name a backup elsewhere with citybrain restore, or collect the whole table again",
            ),
            where=file,
        )
    thing = thing_of(source_name(problem.table))
    order(actor, "lake.restore", thing, count=1)
    put_back(folder, wiring.home(), file, clock=wiring.clock())


@contextmanager
def putting_back(actor: Actor, file: str) -> Iterator[None]:
    """Around putting one file of the lake back from a backup that is named; one entry if it is.

    The file is replaced by one of the very same hash, so that the entry may come after it.
    """
    where = file.split("/")
    table = ".".join(where[: where.index("data")]) if "data" in where else ""
    thing = thing_of(source_name(table)) if table else "lake:"
    with guard.act(actor, "lake.restore", thing, clock=wiring.clock()) as done:
        yield
        done.count = 1


_README = """\
citybrain 留痕证据包 · evidence of the record

verification.json  最近一次校验的结果 · what the newest verification found
ledger.zip         全部留痕与签名的检查点 · the whole record and its signed checkpoints
verify_ledger.py   核对程序，只需 Python 3.10 以上 · the verifier; Python 3.10 or later, no more

核对 · To verify, unzip this archive and run in its folder:

    python3 verify_ledger.py ledger.zip

也可直接核对未解压的证据包；退出码 0 相符，1 不符并逐条说明，2 无法读取。
The archive itself may be named in place of ledger.zip. Exit code: 0 everything fits, 1 something
does not and is named, 2 the file cannot be read. Add --key KEY with the public key that you were
given elsewhere: without it the verdict says that the record agrees with itself, not who wrote it.
"""


def restore_record(actor: Actor, number: int) -> None:
    """Put an entry back from the hot copy; its leaf must be the one that was signed."""
    with guard.act(actor, "lake.restore", "ledger:", clock=wiring.clock()) as done:
        ledger.restore_entry(number)
        done.count = 1


def evidence(actor: Actor) -> Download:
    """The newest verification, the whole record with its checkpoints, and what verifies it.

    One archive: whoever has Python needs nothing else to come to a verdict.
    """
    with guard.act(actor, "ledger.read", "ledger:", hold=False, clock=wiring.clock()) as done:
        last = Verification.objects.first()
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("README.txt", _README)
            archive.writestr("verify_ledger.py", ledger.verifier())
            archive.writestr("verification.json", _report(last))
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "ledger.zip"
                ledger.export_bundle(path, clock=wiring.clock())
                archive.write(path, "ledger.zip")
        done.count = last.problems if last else 0
    now = wiring.clock().now()
    return Download(
        file_name=f"证据包-{now:%Y%m%d-%H%M%S}.zip",
        media_type="application/zip",
        content=out.getvalue(),
        entry=done.entries[0],
    )


def _report(last: Verification | None) -> str:
    if last is None:
        return "{}"
    report = {
        "at": last.at.isoformat(),
        "files": last.files,
        "entries": last.entries,
        "checkpoint": last.checkpoint,
        "file_problems": last.file_problems,
        "record_problems": last.record_problems,
    }
    return json.dumps(report, ensure_ascii=False, indent=1)
