"""One table's rows from its source to staged files: read, cast, checked, duplicates settled."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from citybrain.base.errors import CityError
from citybrain.base.wording import counted
from citybrain.city.contracts import Contract, Field
from citybrain.city.model import City
from citybrain.city.systems import Fetch
from citybrain.lake import duplicates
from citybrain.lake.change import NewFile
from citybrain.lake.checks import CheckContext
from citybrain.lake.csvlines import line_of
from citybrain.lake.duplicates import Settled
from citybrain.lake.files import Opened, Relation
from citybrain.lake.longnumbers import SHEET
from citybrain.lake.plan import Given, plan
from citybrain.lake.setaside import SetAside
from citybrain.lake.sources import Doubtful
from citybrain.lake.sqltext import name, text
from citybrain.lake.staging import Bad, Seen, Tally, stream
from citybrain.lake.untold import without_values

CORRECTIONS = "corrections_now"


@dataclass(frozen=True, kw_only=True)
class Job:
    """What is read, by which contract and fetch, and where scratch files may go."""

    contract: Contract
    fetch: Fetch
    drift: str
    about: CheckContext
    batch_id: str
    staging: Path
    corrected: tuple[str, ...] = ()  # fields that have active corrections


@dataclass(frozen=True, kw_only=True)
class Intake:
    """Staged rows and what was set aside. ``read`` includes rejects and rows checked again."""

    contract: Contract
    read: int
    settled: Settled
    aside: SetAside
    notes: tuple[tuple[str, str, str], ...]  # level, Chinese, English


def about(city: City, day: date) -> CheckContext:
    """What the rules need from the city, on that day."""
    codes: dict[str, dict[str, str]] = {}
    replaced: dict[str, dict[str, str]] = {}
    for codelist in city.codelists.values():
        valid = {
            code: entry.title
            for code, entry in codelist.entries.items()
            if (entry.since is None or entry.since <= day)
            and (entry.until is None or day <= entry.until)
        }
        codes[codelist.name] = valid
        replaced[codelist.name] = {
            code: entry.replaced_by
            for code, entry in codelist.entries.items()
            if code not in valid and entry.replaced_by
        }
    return CheckContext(day=day, codes=codes, replaced=replaced)


def effective(
    job: Job, available: list[str], *, open_ended: bool = False
) -> tuple[Contract, list[tuple[str, str, str]]]:
    """The contract that this delivery is read by, and notes on columns that came or went.

    With ``open_ended`` a column that is not there is empty, and no drift.
    ``CityError`` when a column is missing that must be there, or new under drift ``refuse``.
    """
    contract = job.contract
    absent = [f for f in contract.fields if f.source not in available]
    missing = [] if open_ended else absent
    required = [f for f in missing if f.required or f.key or job.drift == "refuse"]
    if required:
        raise _missing(contract, required, available)
    notes = [
        (
            "warn",
            f"来源没有“{f.source}”列，{f.title or f.name} 记为空。",
            f"The source has no column {f.source}; {f.name} is left empty.",
        )
        for f in missing
    ]
    known = {f.source for f in contract.fields}
    new = [c for c in available if c not in known]
    if new and job.drift == "refuse":
        raise CityError(
            f"{contract.id} has columns that its contract does not know: {', '.join(new)}",
            why=f"the contract {contract.file or contract.id} names "
            f"{counted(len(known), 'column')}, "
            f"the source has {len(available)}, and drift is 'refuse'",
            do="Add them to the contract, or set 'drift: ignore_new' in the system's file",
            where=contract.id,
        )
    if new:
        listed = "、".join(new)
        kept = job.drift == "accept_new"
        notes.append(
            (
                "warn",
                f"来源多出列：{listed}，{'按敏感文字收下' if kept else '未收'}。",
                f"New columns at the source: {', '.join(new)}; "
                f"{'kept as sensitive text' if kept else 'not taken'}.",
            )
        )
    if job.drift == "accept_new":
        extra = tuple(_new_field(c, i) for i, c in enumerate(new, 1))
        contract = replace(contract, fields=contract.fields + extra)
    return contract, notes


def _missing(contract: Contract, fields: list[Field], available: list[str]) -> CityError:
    named = ", ".join(
        f.source if f.title in ("", f.source) else f"{f.source} ({f.title})" for f in fields
    )
    return CityError(
        f"{contract.id} lacks the column {named}",
        why=f"the source has {', '.join(available) or 'no columns'}",
        do="Ask the department to deliver it again with that column, "
        "or correct physicalName in the contract",
        where=contract.file or contract.id,
    )


def _new_field(source: str, position: int) -> Field:
    plain = "".join(c if c.isascii() and c.isalnum() else "_" for c in source.lower()).strip("_")
    return Field(
        name=f"new_{plain or position}", source=source, type="string", level=4, masking="secret"
    )


def take_in(
    connection: duckdb.DuckDBPyConnection,
    job: Job,
    opened: Opened,
    *,
    target: Callable[[Contract], Callable[[str], NewFile]],
    seen: Seen,
    again: str = "",
) -> tuple[Intake, list[NewFile]]:
    """Read an opened delivery into files; the target gives files for the contract in effect.

    ``again`` is a SELECT of set-aside rows (texts by field name, and the address as ``_row``)
    that have corrections; those that do not come now are checked again. Raises ``CityError``
    when the source breaks off or its own count of rows is another than was read; then nothing
    may be kept.
    """
    try:
        return _take_in(connection, job, opened, target=target, seen=seen, again=again)
    finally:
        opened.close()


def _take_in(
    connection: duckdb.DuckDBPyConnection,
    job: Job,
    opened: Opened,
    *,
    target: Callable[[Contract], Callable[[str], NewFile]],
    seen: Seen,
    again: str,
) -> tuple[Intake, list[NewFile]]:
    contract, notes = effective(job, [c.name for c in opened.columns], open_ended=opened.open_ended)
    job = replace(job, contract=contract)
    new_file = target(contract)
    aside = SetAside(contract, job.staging / "aside.parquet", batch_id=job.batch_id)
    files = [new_file("base")]
    read, good = _streamed(connection, job, opened, aside, files[0], seen)
    if again:
        again = _not_come(connection, again, files[0], aside)
        relation = Relation(sql=f"({_as_source(contract, again)})", given=dict(_texts(contract)))
        files.append(new_file("again"))
        more = _stream_one(connection, job, relation, aside, files[1], lambda _rows, _of: None)
        read, good = read + more.read, good + more.good
    settled = duplicates.settle(
        connection,
        contract,
        files=[str(f.path) for f in files],
        rows=good,
        cursor=job.fetch.cursor if job.fetch.cursor in {f.name for f in contract.fields} else "",
        aside=aside,
    )
    aside.close()
    said = [(n.level, n.sentence, n.sentence_en) for n in opened.notes]
    intake = Intake(
        contract=contract, read=read, settled=settled, aside=aside, notes=(*notes, *said)
    )
    return intake, files


def _not_come(
    connection: duckdb.DuckDBPyConnection, again: str, good: NewFile, aside: SetAside
) -> str:
    """Of rows to check again those that did not just come: as it came last, a row is told once."""
    wrong = pa.table({"row": pa.array(aside.addresses, pa.string())})
    connection.register("come_wrong", wrong)
    return (
        f"SELECT * FROM ({again}) WHERE _row NOT IN (SELECT row FROM come_wrong) "
        f"AND _row NOT IN (SELECT _row FROM read_parquet({text(good.path)}))"
    )


def _streamed(
    connection: duckdb.DuckDBPyConnection,
    job: Job,
    opened: Opened,
    aside: SetAside,
    file: NewFile,
    seen: Seen,
) -> tuple[int, int]:
    wanted = [f.source for f in job.contract.fields]
    present = [c.name for c in opened.columns if c.name in wanted]
    try:
        relation = opened.relation(present)
        tally = _stream_one(connection, job, relation, aside, file, seen, opened=opened)
    except (duckdb.Error, Doubtful) as error:
        if opened.repaired is None:
            raise _unreadable(job, error) from error
        again = opened.repaired()
        try:
            return _streamed(connection, job, again, aside, file, seen)
        finally:
            again.close()
    for reject in opened.rejects:
        aside.add_reject(reject)
    least, most = opened.count()
    if not least <= tally.read <= most:
        raise CityError(
            f"{job.contract.id} was not read whole",
            why=f"{counted(tally.read, 'row')} came and the source counts "
            + (str(least) if least == most else f"{least} to {most}"),
            do="Nothing was changed in the lake; collect again",
            where=job.contract.id,
        )
    return tally.read + len(opened.rejects), tally.good


def _exact(opened: Opened) -> int | None:
    """The rows of a file, where its own count says it exactly."""
    least, most = opened.count()
    return least if least == most else None


def _stream_one(
    connection: duckdb.DuckDBPyConnection,
    job: Job,
    relation: Relation,
    aside: SetAside,
    file: NewFile,
    seen: Seen,
    *,
    opened: Opened | None = None,
) -> Tally:
    made = plan(
        job.contract,
        relation=relation.sql,
        given=relation.given,
        about=job.about,
        corrections=CORRECTIONS,
        corrected=job.corrected,
        numbered=relation.numbered,
    )
    bad = Bad(job.staging / f"bad-{file.path.stem}.parquet")
    tally = Tally(seen=seen, expected=opened.expected if opened else lambda: None)
    marks = {"_batch": job.batch_id, "_contract": job.contract.version}
    try:
        stream(
            connection,
            made,
            bad=bad,
            tally=tally,
            tap=relation.tap,
            counted=lambda: _exact(opened) if opened else None,
            copy_sql=lambda select: file.copy_sql(select, constant=marks),
        )
    except duckdb.Error:
        if relation.tap and isinstance(relation.tap.failure, Exception):
            raise relation.tap.failure from None
        if tally.failure:
            raise tally.failure from None
        raise
    jumps = opened.jumps if opened and not relation.numbered else None
    line = line_of(jumps) if jumps else int
    aside.add_bad(connection, bad, made.checks, job.about, line=line)
    return tally


def _unreadable(job: Job, error: Exception) -> CityError:
    return CityError(
        f"{job.contract.id} could not be read",
        why=without_values(str(error).strip().splitlines()[0][:300]),
        do="Nothing was changed in the lake; ask the department to deliver it again",
        where=job.contract.id,
    )


def _as_source(contract: Contract, again: str) -> str:
    shown = ", ".join(f"{name(f.name)} AS {name(f.source)}" for f in contract.fields)
    return f"SELECT {shown} FROM ({again})"


def _texts(contract: Contract) -> Mapping[str, Given]:
    """Cells of rows set aside, some of which may have come from a spreadsheet."""
    return {
        f.source: Given(name=f.source, encoding=SHEET, duckdb_type="VARCHAR")
        for f in contract.fields
    }
