"""The integrity page: what the last verification found, what is refused, how to repair."""

from datetime import datetime
from typing import Any

from citybrain.base.errors import CityError
from citybrain.base.wording import Text, counted
from citybrain.engines.catalogue import wiring
from citybrain.engines.catalogue.backups import last_backup
from citybrain.engines.catalogue.facts import facts
from citybrain.engines.catalogue.models import Cheating, Verification
from citybrain.engines.catalogue.proofs import path_of
from citybrain.engines.catalogue.putback import put_back
from citybrain.engines.catalogue.reading import may, require, source_name
from citybrain.engines.catalogue.repairing import repair_steps
from citybrain.engines.catalogue.runs import table_title
from citybrain.engines.catalogue.seen import person
from citybrain.engines.catalogue.views import EMPTY, IntegrityCard
from citybrain.engines.catalogue.views_proof import (
    EntryProblem,
    FilePart,
    FileProblem,
    IntegrityView,
    ProofView,
    VerificationRow,
)
from citybrain.engines.identity.service import Actor
from citybrain.engines.ledger import service as ledger

OF_AN_ENTRY = ("edited", "unreadable", "deleted", "reordered", "inserted", "purpose")


def card(actor: Actor) -> IntegrityCard:
    """The small card of the first page; reads the last verification, computes nothing."""
    last = Verification.objects.first()
    checkpoint = ledger.newest_checkpoint()
    later = found_since(last)
    size = ledger.tree_size()
    covered = last.entries if last and last.record_at else 0
    return IntegrityCard(
        state="damaged" if later else _state(last),
        files=last.files if last else 0,
        entries=covered or size,
        later=size - covered if covered else 0,
        checkpoint=checkpoint.number if checkpoint else 0,
        checkpoint_at=ledger.moment(checkpoint.at) if checkpoint else None,
        verified_at=wiring.local(last.at) if last else None,
        files_at=_local(last.files_at) if last else None,
        record_at=_local(last.record_at) if last else None,
        seconds=last.seconds if last else 0.0,
        problems=(last.problems if last else 0) + len(later),
        may_verify=may(actor, "lake.verify", "lake:"),
        may_cheat=may(actor, "lake.cheat", "lake:"),
    )


def found_since(last: Verification | None) -> list[str]:
    """Files known damaged that the last verification did not name: a scrub found them."""
    named = {problem["file"] for problem in last.file_problems} if last else set()
    return [d.file for d in wiring.store().damaged() if d.file not in named]


def _state(last: Verification | None) -> str:
    if last and last.problems:
        return "damaged"
    return "whole" if last and last.files_at and last.record_at else "unknown"


def _local(at: datetime | None) -> datetime | None:
    return wiring.local(at) if at else None


def integrity(actor: Actor) -> IntegrityView:
    """The whole page, from the last verification; ``verify_now`` makes a new one."""
    require(actor, "work.read", "lake:")
    last = Verification.objects.first()
    found = card(actor)
    cheating = Cheating.objects.first() if wiring.home().rehearsal else None
    files = tuple(
        _file(problem, last, cheating) for problem in (last.file_problems if last else ())
    )
    entries = tuple(
        _entry(problem, last, actor)
        for problem in (last.record_problems if last else ())
        if problem["kind"] in OF_AN_ENTRY
    )
    others = tuple(
        Text(zh=problem["sentence"], en=problem["sentence_en"])
        for problem in (last.record_problems if last else ())
        if problem["kind"] not in OF_AN_ENTRY
    )
    later = tuple(
        Text(zh=f"文件 {file} 在上次校验之后被发现损坏，请再次校验。", en=f"{file} is damaged too.")
        for file in found_since(last)
    )
    return IntegrityView(
        state=found.state,
        headline=_headline(found.problems, last),
        sentence=_sentence(last, len(files), len(entries) + len(others)),
        cheated=_cheated(cheating, last, actor),
        files=found.files,
        entries=found.entries,
        checkpoint=found.checkpoint,
        checkpoint_at=found.checkpoint_at,
        verified_at=found.verified_at,
        files_at=found.files_at,
        record_at=found.record_at,
        seconds=found.seconds,
        problem_count=found.problems,
        file_problems=files,
        entry_problems=entries,
        other_problems=others + later,
        proof=_proof(entries, actor),
        refused=_refused(files, bool(entries or others)),
        still=_still(files, found.state),
        steps=repair_steps(files, entries, bool(others)) if found.state == "damaged" else (),
        verifications=verifications(),
        put_back=put_back(actor),
        backup_at=last_backup(),
        may_verify=found.may_verify,
        may_cheat=found.may_cheat,
        may_restore=may(actor, "lake.restore", "lake:"),
    )


def _proof(entries: tuple[EntryProblem, ...], reader: Actor) -> ProofView | None:
    """The first changed entry's proof, drawn; none where even the tree was tampered with.

    This page reports damage and must stand whatever is damaged.
    """
    for entry in entries:
        try:
            return path_of(entry.number, reader)
        except (CityError, LookupError, ValueError):
            continue
    return None


def verifications(limit: int = 10) -> tuple[VerificationRow, ...]:
    """The newest verifications, newest first."""
    return tuple(_verification(row) for row in Verification.objects.all()[:limit])


def _verification(row: Verification) -> VerificationRow:
    """What was verified this time; what the other half's last one found is not its result."""
    files, entries = row.files_at == row.at, row.record_at == row.at
    found = len(row.file_problems) * files + len(row.record_problems) * entries
    return VerificationRow(
        at=wiring.local(row.at),
        scope=_scope(row),
        seconds=row.seconds,
        files=row.files if files else 0,
        entries=row.entries if entries else 0,
        problems=found,
        result=Text(zh=f"{found} 处改动", en=f"{found} changed")
        if found
        else Text(zh="完好", en="Whole"),
    )


def _scope(row: Verification) -> Text:
    if row.files_at == row.record_at:
        return Text(zh="全部文件与记录", en="All files and entries")
    if row.files_at == row.at:
        return Text(zh="全部文件", en="All files")
    return Text(zh="全部记录", en="All entries")


def _headline(problems: int, last: Verification | None) -> Text:
    if problems:
        return Text(zh=f"发现 {problems} 处改动", en=f"{counted(problems, 'change')} found")
    if last is None:
        return Text(zh="还没有校验过", en="Never verified")
    if not last.files_at:
        return Text(zh="文件还没有校验过", en="The files were never verified")
    if not last.record_at:
        return Text(zh="留痕还没有校验过", en="The record was never verified")
    return Text(zh="数据与记录完好", en="Data and record are whole")


def _sentence(last: Verification | None, files: int, entries: int) -> Text:
    if last is None:
        return Text(zh="按“立即校验”重算全部文件与记录的哈希。", en="Press verify to hash all.")
    if not last.files_at or not last.record_at:
        return Text(zh="只校验了一半，请按“立即校验”。", en="Only half was verified; press verify.")
    if not last.problems:
        return Text(
            zh=f"{last.files:,} 个文件、{last.entries:,} 条记录全部重算，与登记一致。",
            en=f"{counted(last.files, 'file')} and {counted(last.entries, 'entry')} "
            "were hashed again and agree.",
        )
    return Text(
        zh=f"{files} 个数据文件、{entries} 条留痕记录与登记的哈希不符。其余"
        f" {last.files - files:,} 个文件、{last.entries - entries:,} 条记录完好。"
        "相关数据已停止对外，直到恢复。",
        en=f"{counted(files, 'file')} and {counted(entries, 'entry')} differ from what was "
        "recorded; the others are whole. What is concerned is refused until it is repaired.",
    )


def _cheated(cheating: Cheating | None, last: Verification | None, reader: Actor) -> Text:
    if cheating is None or last is None or not last.problems:
        return EMPTY
    at = wiring.local(cheating.at)
    me = cheating.account == reader.id
    who = "您" if me else person(cheating.account, reader)
    return Text(
        zh=f"这是演练：{at:%H:%M:%S} {who}按下了“试着作弊”。",
        en=f"This is the rehearsal: {'you' if me else who} pressed “cheat” at {at:%H:%M:%S}.",
    )


def _file(
    problem: dict[str, Any], last: Verification | None, cheating: Cheating | None
) -> FileProblem:
    table = source_name(problem["table"])
    mine = cheating if cheating and cheating.file == problem["file"] else None
    change = (
        FilePart(offset=mine.offset, before=mine.byte_before, after=mine.byte_after)
        if mine
        else None
    )
    return FileProblem(
        file=problem["file"],
        table=table,
        title=table_title(table),
        sentence=_file_sentence(problem, change),
        rows=problem["rows"],
        sha256_then=problem["sha256_then"],
        sha256_now=problem["sha256_now"],
        bytes_then=problem["bytes_then"],
        bytes_now=problem["bytes_now"],
        change=change,
        in_backup=problem["in_backup"],
        found_at=wiring.local(last.at) if last else None,
    )


def _file_sentence(problem: dict[str, Any], change: FilePart | None) -> Text:
    if not problem["sha256_now"]:
        return Text(zh="文件不见了。", en="The file is missing.")
    if problem["bytes_now"] != problem["bytes_then"]:
        return Text(
            zh=f"登记时 {problem['bytes_then']:,} 字节，现在 {problem['bytes_now']:,} 字节。",
            en=f"Committed with {counted(problem['bytes_then'], 'byte')}, "
            f"now {problem['bytes_now']:,}.",
        )
    if change:
        return Text(
            zh=f"大小未变，仍可能打开：第 {change.offset:,} 字节由 {change.before} 变为"
            f" {change.after}。若不核对哈希，查询会不报错地给出错误的值。"
            "字节位置来自作弊按钮的留底，哈希只能指出是哪个文件。",
            en=f"Same size: byte {change.offset:,} went from {change.before} to {change.after}. "
            "Without the hash a query could answer wrongly and say nothing.",
        )
    return Text(
        zh="大小未变，内容变了。若不核对哈希，查询会不报错地给出错误的值。",
        en="Same size, other bytes. Without the hash a query could answer wrongly.",
    )


def _entry(problem: dict[str, Any], last: Verification | None, reader: Actor) -> EntryProblem:
    return EntryProblem(
        number=problem["number"],
        title=Text(zh=f"第 {problem['number']:,} 条记录", en=f"Entry {problem['number']:,}"),
        sentence=Text(zh=problem["sentence"], en=problem["sentence_en"]),
        facts=facts(problem["then"] or {}, problem["now"] or {}, reader),
        leaf_then=problem["stored"],
        leaf_now=problem["computed"],
        in_copy=problem["restorable"],
        found_at=wiring.local(last.at) if last else None,
    )


def _refused(files: tuple[FileProblem, ...], record_broken: bool) -> tuple[Text, ...]:
    found = [
        Text(zh=f"{name}的查看、导出与汇聚", en=f"{en}: reading, export and collecting")
        for name, en in dict.fromkeys((f.title.zh, f.title.en) for f in files)
    ]
    if record_broken:
        found.append(
            Text(
                zh="一切数据内容的查看与下载：留痕不可信时，一个字节也不发",
                en="Every reading of payload: without a trustworthy record, not one byte",
            )
        )
    return tuple(found)


def _still(files: tuple[FileProblem, ...], state: str) -> Text:
    if state != "damaged":
        return EMPTY
    rest = len(wiring.city().contracts) - len({f.table for f in files})
    return Text(
        zh=f"其余 {rest} 张表照常汇聚", en=f"Collecting goes on for {counted(rest, 'other table')}"
    )
