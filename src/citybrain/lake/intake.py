"""One table's rows from its source to staged files: read, cast, checked, duplicates settled."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from citybrain.base.errors import CityError
from citybrain.base.wording import counted
from citybrain.city.contracts import Contract
from citybrain.city.model import City
from citybrain.city.systems import Fetch
from citybrain.lake import duplicates
from citybrain.lake.change import NewFile
from citybrain.lake.checks import CheckContext
from citybrain.lake.csvlines import line_of
from citybrain.lake.drift import effective
from citybrain.lake.duplicates import Settled
from citybrain.lake.files import Opened, Relation
from citybrain.lake.longnumbers import SHEET
from citybrain.lake.places import Places, Span, follow
from citybrain.lake.plan import Given, plan
from citybrain.lake.setaside import SetAside
from citybrain.lake.sources import NUMBER, Doubtful
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


@dataclass(frozen=True, kw_only=True)
class _Staged:
    """One file that was staged: rows read and good, and where at the source the good ones stand."""

    read: int
    good: int
    places: Places


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

    ``again`` is a SELECT of set-aside rows (texts by field name, ``_number``, and the address as
    ``_row``) that have corrections; those that do not come now are checked again. Raises
    ``CityError`` when the source breaks off or its own count of rows is another than was read;
    then nothing may be kept.
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
    contract, notes = effective(
        job.contract,
        job.drift,
        [c.name for c in opened.columns],
        open_ended=opened.open_ended,
    )
    job = replace(job, contract=contract)
    new_file = target(contract)
    aside = SetAside(contract, job.staging / "aside.parquet", batch_id=job.batch_id)
    files = [new_file("base")]
    staged = [_streamed(connection, job, opened, aside, files[0], seen)]
    if again:
        again = _not_come(connection, again, files[0], aside)
        relation = Relation(
            sql=f"({_as_source(contract, again)})", given=dict(_texts(contract)), numbered=True
        )
        files.append(new_file("again"))
        staged.append(
            _stream_one(connection, job, relation, aside, files[1], lambda _rows, _of: None)
        )
    settled = duplicates.settle(
        connection,
        contract,
        files=[str(f.path) for f in files],
        places={str(files[0].path): staged[0].places},
        rows=sum(one.good for one in staged),
        cursor=job.fetch.cursor if job.fetch.cursor in {f.name for f in contract.fields} else "",
        aside=aside,
    )
    aside.close()
    said = [(n.level, n.sentence, n.sentence_en) for n in opened.notes]
    intake = Intake(
        contract=contract,
        read=sum(one.read for one in staged),
        settled=settled,
        aside=aside,
        notes=(*notes, *said),
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
) -> _Staged:
    wanted = [f.source for f in job.contract.fields]
    present = [c.name for c in opened.columns if c.name in wanted]
    try:
        relation = opened.relation(present)
        staged = _stream_one(connection, job, relation, aside, file, seen, opened=opened)
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
    if not least <= staged.read <= most:
        raise CityError(
            f"{job.contract.id} was not read whole",
            why=f"{counted(staged.read, 'row')} came and the source counts "
            + (str(least) if least == most else f"{least} to {most}"),
            do="Nothing was changed in the lake; collect again",
            where=job.contract.id,
        )
    return replace(staged, read=staged.read + len(opened.rejects))


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
) -> _Staged:
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
    places = Places(
        spans=lambda: _spans(connection, relation, tally.read),
        wrong=lambda: bad.numbers(connection),
        line=line,
    )
    return _Staged(read=tally.read, good=tally.good, places=places)


def _spans(connection: duckdb.DuckDBPyConnection, relation: Relation, rows: int) -> Sequence[Span]:
    """The numbers of a relation's rows, as it was read."""
    if relation.tap:
        return relation.tap.spans()
    if not relation.numbered:
        return [(1, rows)]
    spans: list[Span] = []
    found = connection.cursor().execute(f"SELECT {NUMBER} FROM {relation.sql}").fetchnumpy()
    follow(spans, found[NUMBER])
    return spans


def _unreadable(job: Job, error: Exception) -> CityError:
    return CityError(
        f"{job.contract.id} could not be read",
        why=without_values(str(error).strip().splitlines()[0][:300]),
        do="Nothing was changed in the lake; ask the department to deliver it again",
        where=job.contract.id,
    )


def _as_source(contract: Contract, again: str) -> str:
    shown = ", ".join(f"{name(f.name)} AS {name(f.source)}" for f in contract.fields)
    return f"SELECT {shown}, {NUMBER} FROM ({again})"


def _texts(contract: Contract) -> Mapping[str, Given]:
    """Cells of rows set aside, some of which may have come from a spreadsheet."""
    return {
        f.source: Given(name=f.source, encoding=SHEET, duckdb_type="VARCHAR")
        for f in contract.fields
    }
