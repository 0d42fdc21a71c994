"""A draft's dry run as a grid of marked cells, and its delivery into the lake."""

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from citybrain.base.errors import CityError
from citybrain.base.hashing import canonical_json
from citybrain.base.wording import Text, both, counted
from citybrain.city.contracts import Contract
from citybrain.engines.catalogue import removing, wiring, words
from citybrain.engines.catalogue.cells import (
    cells,
    concerned,
    doubtful,
    grid_columns,
    hidden,
    mask,
    troubles,
)
from citybrain.engines.catalogue.collecting import new_run
from citybrain.engines.catalogue.corrections import refuse_masked, revealed_lately
from citybrain.engines.catalogue.drafts import (
    befores_of,
    edits_of,
    file_of,
    keep_edits,
    own_draft,
    returned_rows,
)
from citybrain.engines.catalogue.failures import said
from citybrain.engines.catalogue.models import UploadDraft
from citybrain.engines.catalogue.reading import gate, may, order, reading, thing_of
from citybrain.engines.catalogue.views import EMPTY
from citybrain.engines.catalogue.views_repair import GridRow, UploadView
from citybrain.engines.guard import service as guard
from citybrain.engines.identity.service import Actor


def upload(actor: Actor, draft_id: str, *, reveal: bool = False, purpose: str = "") -> UploadView:
    """The draft against its contract: wrong cells marked, clean rows folded. Writes no data.

    All is masked by class until the reader reveals it for a purpose, which holds for an hour:
    then wrong rows show what their troubles are about as it was delivered. It is the reader's
    own file, but people's data all the same. One entry.
    """
    draft = own_draft(actor, draft_id)
    revealed = reveal or revealed_lately(actor, draft.table)
    action = "lake.reveal" if reveal else "lake.upload"
    with reading(actor, draft.table, reveal=revealed, purpose=purpose, action=action) as done:
        try:
            run, error = _dry_run(draft), EMPTY
        except CityError as refused:
            # The officer knows the file by her own name for it, the draft by its hash.
            run, error = None, said(str(refused).replace(file_of(draft).name, draft.file_name))
        done.count = len(run.cells) if run else 0
    return _view(actor, draft, run, error, done.entries[0], revealed)


def _dry_run(draft: UploadDraft) -> Any:
    from citybrain.lake.dryrun import dry_run

    return dry_run(
        wiring.store(), wiring.city(), draft.table, file_of(draft), edits=edits_of(draft),
        readers=wiring.readers(), clock=wiring.clock(),
    )  # fmt: skip


def _view(
    actor: Actor, draft: UploadDraft, run: Any, error: Text, entry: str, revealed: bool
) -> UploadView:
    contract = wiring.contract(draft.table)
    rows = _grid(contract, draft, run, revealed) if run else ()
    shown = [row for row in rows if row.kind == "row"]
    wrong = sum(row.state in ("wrong", "returned") for row in shown)
    fixed = sum(row.state == "changed" for row in shown)
    done = _figures(draft, contract, run)
    ahead = run is not None and draft.submitted_at is None
    return UploadView(
        draft=str(draft.id),
        table=draft.table,
        title=words.title(contract),
        system=contract.system,
        version=contract.version,
        step=4 if draft.submitted_at else 3 if run else 2,
        file_name=draft.file_name,
        bytes=draft.bytes,
        file_note=_note(draft, run, len(contract.fields)),
        uploaded_at=wiring.local(draft.created_at),
        by="",
        read=done.read if done else 0,
        accepted=done.accepted if done else 0,
        quarantined=done.quarantined if done else 0,
        inserted=done.inserted if done else 0,
        updated=done.updated if done else 0,
        unchanged=done.unchanged if done else 0,
        removed=done.removed if done else 0,
        removing=removing.told(run) if ahead else EMPTY,
        next_collect=_next_collect(contract),
        gone=removing.labels(contract, run) if ahead else (),
        must_confirm=ahead and removing.must_confirm(run),
        wrong_rows=wrong + fixed,
        fixed_rows=fixed,
        error=error,
        columns=grid_columns(contract),
        rows=rows,
        masked=run is not None and not revealed and rows != _grid(contract, draft, run, True),
        may_reveal=may(actor, "lake.reveal", thing_of(draft.table)),
        dock=_dock(done),
        submitted=draft.submitted_at is not None,
        run=draft.run,
        entry=entry,
    )


def _next_collect(contract: Contract) -> Text:
    """What the next collect does to an upload; empty where nothing collects the table."""
    from citybrain.lake.connections import resolve

    system = wiring.city().systems[contract.system]
    try:
        resolve(system.connection or system.name, wiring.home(), os.environ)
    except CityError:
        return EMPTY
    title, cycle = words.title(system), words.cycle(system.schedule)
    return Text(
        zh=f"这张表还会从“{title.zh}”汇聚（{cycle.zh}）。下次汇聚以那边的表为准，"
        "与它不同的行会被换回，换了几行写在那次运行的记录里。只有在本页改过的格，"
        "和从“待修正”下载的 Excel 里改好的格，会作为修正保留到那边的值改变为止。"
        "其余改动请同时交到那边。",
        en=f"This table is also collected from {title.en} ({cycle.en}). The next collect takes "
        "the table there as right and puts back every row that differs; that run’s log says how "
        "many. Only cells changed on this page, and cells mended in the Excel from “To correct”, "
        "are kept as corrections, until the value there changes. Hand the rest in there too.",
    )


def _figures(draft: UploadDraft, contract: Contract, run: Any) -> Any:
    """What the delivery did, once it is in: by then the file differs from the table in nothing."""
    from citybrain.lake.runs import table_history

    if draft.submitted_at is None:
        return run
    batch = batch_of(draft, contract)
    delivered = table_history(wiring.store(), draft.table)
    mine = (row for row in delivered if row.run_id == draft.run or row.batch_id == batch)
    return next(mine, run)


def _note(draft: UploadDraft, run: Any, columns: int) -> Text:
    size = f"{max(1, draft.bytes // 1024):,} KB"
    if run is None:
        return Text(zh=size, en=size)
    return Text(
        zh=f"{run.read:,} 行 {columns} 列，{size}",
        en=f"{counted(run.read, 'row')}, {counted(columns, 'column')}, {size}",
    )


def _dock(run: Any) -> Text:
    if run is None:
        return Text(zh="这份表格还不能提交", en="This file cannot be submitted yet")
    if not run.quarantined:
        return Text(
            zh=f"{run.accepted:,} 行全部入库",
            en=f"{counted(run.accepted, 'row')} in, none set aside",
        )
    return Text(
        zh=f"{run.accepted:,} 行入库，{run.quarantined:,} 行留在待修正",
        en=f"{counted(run.accepted, 'row')} in, {run.quarantined:,} set aside",
    )


def _grid(contract: Contract, draft: UploadDraft, run: Any, revealed: bool) -> tuple[GridRow, ...]:
    edits: dict[int, dict[str, str]] = {}
    for (number, field), value in edits_of(draft).items():
        edits.setdefault(number, {})[field] = value
    returned = returned_rows(draft)
    befores = befores_of(draft)
    rows = [
        _grid_row(
            contract,
            row,
            edits.get(row.row_number, {}),
            {field: text for (at, field), text in befores.items() if at == row.row_number},
            returned,
            revealed,
        )
        for row in run.cells
    ]
    return tuple(_with_gaps(rows, first=run.first_row, last=run.first_row + run.read - 1))


def _grid_row(
    contract: Contract,
    row: Any,
    edits: Mapping[str, str],
    before: Mapping[str, str],
    returned: Iterable[int],
    revealed: bool,
) -> GridRow:
    about = {field.name for field in contract.fields} if row.unread else set(edits)
    for problem in row.problems:
        about |= concerned(contract, problem)
    state = "wrong" if row.problems else "changed" if edits else "clean"
    if row.row_number in returned:
        state = "returned"
    wrong = set().union(*(doubtful(contract, problem) for problem in row.problems))
    shown = about if state != "clean" else set()
    if not revealed:
        closed = {field.name: field for field in contract.fields if hidden(field)}
        shown = shown - set(closed)
        edits = {n: mask(closed[n], v) if n in closed else v for n, v in edits.items()}
    return GridRow(
        kind="row",
        folded=0,
        number=row.row_number,
        state=state,
        unread=row.unread,
        cells=()
        if row.unread
        else cells(contract, {**row.values, **before}, wrong=wrong, edits=edits, shown=shown),
        troubles=troubles(contract, row.values, row.problems, shown=shown),
    )


def _with_gaps(rows: Sequence[GridRow], *, first: int, last: int) -> Iterable[GridRow]:
    """Stand-ins for runs of clean rows between, before and after the rows that are shown."""
    expected = first
    for row in rows:
        if row.number > expected:
            yield _gap(row.number - expected)
        yield row
        expected = row.number + 1
    if last >= expected:
        yield _gap(last - expected + 1)


def _gap(folded: int) -> GridRow:
    return GridRow(kind="gap", folded=folded, number=0, state="clean", cells=(), troubles=())


def upload_accept(actor: Actor, draft_id: str, row: int, field: str) -> None:
    """Take the suggestion for one cell; refuses when there is none."""
    draft = own_draft(actor, draft_id)
    found = [
        problem.suggestion
        for shown in _dry_run(draft).cells
        if shown.row_number == row
        for problem in shown.problems
        if problem.field == field and problem.suggestion
    ]
    if not found:
        raise CityError(
            both("这一格没有可采用的值", "There is no suggestion for this cell"),
            do=both("请直接改写它，或退回这一行", "Change it yourself, or hand the row back"),
            where=f"{row} {field}",
        )
    upload_edit(actor, draft_id, row, {field: found[0]})


def upload_edit(actor: Actor, draft_id: str, row: int, edits: Mapping[str, str]) -> None:
    """Change cells of one row in the draft; the file itself stays as it was delivered.

    Refuses to change a masked value that the reader did not reveal within the hour.
    """
    draft = own_draft(actor, draft_id)
    shown = {found.row_number: found.values for found in _dry_run(draft).cells}
    before = shown.get(row, {})
    if not revealed_lately(actor, draft.table):
        refuse_masked(wiring.contract(draft.table), [name for name in edits if before.get(name)])
    keep_edits(actor, draft, row, edits, before=before)


def upload_submit(actor: Actor, draft_id: str, *, confirmed: int = 0) -> str:
    """Deliver the draft with its edits; returns the run's id. Submitting twice counts once.

    ``confirmed`` is how many rows the reader agreed to have taken out of the table; refuses
    when much would go and it is another number (see ``removing``).
    The batch is named by the file, the edits and the contract, so that the same delivery
    is the same batch, whoever sends it and however often.
    """
    from citybrain.lake.dryrun import deliver

    draft = own_draft(actor, draft_id)
    if draft.submitted_at is not None:
        return draft.run
    contract = wiring.contract(draft.table)
    gate(draft.table)
    tried = _dry_run(draft)
    removing.refuse_unconfirmed(draft.table, tried, confirmed)
    run_id = new_run(wiring.clock().now())
    batch_id = batch_of(draft, contract)
    order(actor, "lake.upload", thing_of(draft.table), digest=batch_id)
    result = deliver(
        wiring.store(), wiring.city(), draft.table, file_of(draft), edits=edits_of(draft),
        batch_id=batch_id, run_id=run_id, by=actor.id, reason="在上传的表格中修正",
        removing=tried.removed, readers=wiring.readers(), clock=wiring.clock(),
    )  # fmt: skip
    if result.error:
        raise CityError(
            both("这份表格没有入库", "The spreadsheet did not come in"),
            why=said(result.error),
            do=both("请按原因修改后重试", "Mend what the reason names and retry"),
        )
    with guard.unrecorded("the mark on a draft whose delivery is recorded"):
        UploadDraft.objects.filter(id=draft.id).update(
            submitted_at=wiring.clock().now(), run=run_id
        )
    return run_id


def batch_of(draft: UploadDraft, contract: Contract) -> str:
    """SHA-256 over file, edits and contract version, in hex."""
    edits = sorted([row, field, value] for (row, field), value in edits_of(draft).items())
    content = [Path(file_of(draft)).stem, edits, contract.version]
    return hashlib.sha256(canonical_json(content)).hexdigest()
