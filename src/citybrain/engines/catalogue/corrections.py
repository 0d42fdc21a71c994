"""Rows set aside: seen masked or revealed, corrected after a recorded reveal."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import count

from citybrain.base.errors import CityError
from citybrain.base.wording import Text, both
from citybrain.city.contracts import Contract
from citybrain.engines.catalogue import wiring, words
from citybrain.engines.catalogue.cells import cells, doubtful, grid_columns, hidden, mask, troubles
from citybrain.engines.catalogue.correcting import overtaken, refuse_wrong
from citybrain.engines.catalogue.errors import Unknown
from citybrain.engines.catalogue.quality import reason_counts
from citybrain.engines.catalogue.reading import may, order, reading, require, thing_of
from citybrain.engines.catalogue.seen import department_title
from citybrain.engines.catalogue.tables import table_rows
from citybrain.engines.catalogue.views_repair import (
    QuarantineRow,
    QuarantineTable,
    QuarantineView,
)
from citybrain.engines.identity.service import Actor
from citybrain.engines.ledger import service as ledger
from citybrain.lake import corrections
from citybrain.lake import quarantine as lake_quarantine
from citybrain.lake.quarantine import QuarantinedRow

PAGE = 500  # rows looked through at a time
REVEAL_HOLDS = timedelta(hours=1)  # how long a recorded reveal lets its reader correct


def quarantine_list(actor: Actor) -> tuple[QuarantineTable, ...]:
    """Tables with rows set aside, most first. No payload."""
    require(actor, "work.read", "lake:")
    city = wiring.city()
    rows = [row for row in table_rows() if row.quarantined]
    return tuple(
        QuarantineTable(
            table=row.table,
            title=row.title,
            system=row.system,
            system_title=row.system_title,
            department_title=row.department_title,
            quarantined=row.quarantined,
            reasons=reason_counts(city.contracts[row.table]),
            may_correct=may(actor, "lake.correct", thing_of(row.table)),
            may_upload=city.systems[row.system].kind == "upload"
            and may(actor, "lake.upload", thing_of(row.table)),
        )
        for row in sorted(rows, key=lambda row: -row.quarantined)
    )


def quarantine(
    actor: Actor, table_id: str, *, reveal: bool = False, purpose: str = "", offset: int = 0,
    limit: int = 20,
) -> QuarantineView:  # fmt: skip
    """Rows of a table that are set aside, masked unless revealed with a purpose; one entry."""
    contract = wiring.contract(table_id)
    store, city = wiring.store(), wiring.city()
    with reading(actor, table_id, reveal=reveal, purpose=purpose) as done:
        found = lake_quarantine.rows(store, city, table_id, limit=limit, offset=offset)
        total = lake_quarantine.count(store, table_id)
        held = corrections.active(store, table_id)
        pending, at = _pending(held), corrections.versions(held)
        rows = tuple(_row(contract, row, pending, at, reveal) for row in found)
        done.count = len(rows)
    system = city.systems[contract.system]
    return QuarantineView(
        table=table_id,
        title=words.title(contract),
        system=system.name,
        system_title=words.title(system),
        department_title=department_title(system.department(wiring.clock().now().date())),
        version=contract.version,
        columns=grid_columns(contract),
        rows=rows,
        total=total,
        offset=offset,
        limit=limit,
        reasons=reason_counts(contract),
        revealed=reveal,
        purpose=purpose,
        entry=done.entries[0],
        may_reveal=may(actor, "lake.reveal", thing_of(table_id)),
        may_correct=may(actor, "lake.correct", thing_of(table_id)),
    )


def _pending(held: Sequence[corrections.Correction]) -> dict[str, dict[str, str]]:
    """Row → field → corrected value, of corrections that wait for the next collect."""
    found: dict[str, dict[str, str]] = {}
    for correction in held:
        found.setdefault(correction.row, {})[correction.field] = correction.corrected or ""
    return found


def token(quarantine_id: str) -> str:
    """What a page may name a row by: its address holds the key, which may be personal."""
    return hashlib.sha256(quarantine_id.encode()).hexdigest()[:24]


def _row(
    contract: Contract, row: QuarantinedRow, held: Mapping[str, Mapping[str, str]],
    at: Mapping[str, int], reveal: bool,
) -> QuarantineRow:  # fmt: skip
    pending = held.get(corrections.address(row.id), {})
    shown = {field.name for field in contract.fields} if reveal else set()
    edits = pending if reveal else {}
    in_doubt = [doubtful(contract, problem) for problem in row.problems]
    wrong = set().union(*(fields for fields in in_doubt if not fields & set(pending)))
    return QuarantineRow(
        row=token(row.id),
        seen=at.get(corrections.address(row.id), 0),
        label=_label(contract, row, reveal),
        raw=(row.raw or "") if reveal else "",
        office=row.office,
        cells=cells(contract, row.values, wrong=wrong, edits=edits, shown=shown),
        troubles=troubles(contract, row.values, row.problems, shown=shown),
        corrected=bool(pending),
    )


def _label(contract: Contract, row: QuarantinedRow, reveal: bool) -> Text:
    """Where an officer finds the row; its key only where the key is not masked."""
    if row.number:
        return Text(zh=row.row_label, en=f"Row {row.number:,}")
    if reveal or not any(hidden(contract.field(name)) for name in contract.key):
        return Text(zh=row.row_label, en=row.row_label)
    keys = [mask(contract.field(name), row.values.get(name) or "") for name in contract.key]
    return Text(zh=" ".join(keys), en=" ".join(keys))


def correct(
    actor: Actor, table_id: str, row: str, edits: Mapping[str, str], reason: str, *, seen: int = 0
) -> None:
    """Record corrections of a row that is set aside; the next collect applies them.

    The source is not touched: a correction stands only while the source still delivers the
    same wrong value. Refuses fields that are masked to a reader who did not reveal them
    within the last hour, unknown fields, edits without a reason, values that the contract's
    rules would set aside again, and a row that was corrected since it was at ``seen``.
    """
    contract = wiring.contract(table_id)
    _refuse_unknown(contract, edits, reason)
    revealed = revealed_lately(actor, table_id)
    if not revealed:
        refuse_masked(contract, edits)
    found = _find(table_id, row)
    changed = {n: v for n, v in edits.items() if v != (found.values.get(n) or "")}
    if not changed:
        raise CityError(
            both("这次修正没有被接受", "The correction was not accepted"),
            why=both("没有一格与交来的值不同", "no cell differs from what was delivered"),
            do=both("请先改写标红的格", "Change the marked cells first"),
            where=table_id,
        )
    at = corrections.address(found.id)
    held = [c for c in corrections.active(wiring.store(), table_id) if c.row == at]
    if corrections.versions(held).get(at, 0) != seen:
        raise overtaken(actor, contract, at)
    before = {**found.values, **{c.field: c.corrected for c in held}}
    refuse_wrong(contract, before, changed, revealed=revealed)
    order(actor, "lake.correct", thing_of(table_id), count=1)
    kept = corrections.record_row(
        wiring.store(), table=table_id, quarantine_id=found.id,
        changes={name: (found.values.get(name), value) for name, value in changed.items()},
        by=actor.id, reason=reason, now=wiring.clock().now(), seen=seen,
    )  # fmt: skip
    if not kept:  # between the look and the lock
        raise overtaken(actor, contract, at)


def _find(table_id: str, row: str) -> QuarantinedRow:
    """The row of a token; refuses when it is no longer set aside."""
    for offset in count(0, PAGE):
        page = lake_quarantine.rows(
            wiring.store(), wiring.city(), table_id, limit=PAGE, offset=offset
        )
        for candidate in page:
            if token(candidate.id) == row:
                return candidate
        if len(page) < PAGE:
            break
    raise Unknown(
        both("这一行已不在待修正中", "This row is no longer set aside"),
        why=both("它已入库，或数源不再交来", "it has come in, or the source no longer delivers it"),
        do=both("请刷新页面", "Load the page again"),
        where=table_id,
    )


def _refuse_unknown(contract: Contract, edits: Mapping[str, str], reason: str) -> None:
    unknown = sorted(set(edits) - {field.name for field in contract.fields})
    if unknown or not edits or len(reason.strip()) < 2:
        raise CityError(
            both("这次修正没有被接受", "The correction was not accepted"),
            why=both(
                f"没有字段 {'、'.join(unknown)}" if unknown else "没有改动，或没有写明依据",
                f"there is no field {', '.join(unknown)}"
                if unknown
                else "nothing was changed, or no reason was given",
            ),
            do=both(
                "请改动至少一个字段，并写明依据，例如“已对照证件原件”",
                "Change at least one field and give a reason, such as “compared with the document”",
            ),
            where=contract.id,
        )


def refuse_masked(contract: Contract, names: Iterable[str]) -> None:
    """Refuse when one of the fields is masked to a reader who did not reveal; other names pass."""
    wanted = set(names)
    masked = [field for field in contract.fields if field.name in wanted and hidden(field)]
    if not masked:
        return
    titles = "、".join(words.field_title(field).zh for field in masked)
    told = ", ".join(field.name for field in masked)
    raise CityError(
        both(
            f"{titles}尚未查看明文，不能修正",
            f"{told} cannot be corrected before it was seen unmasked",
        ),
        why=both(
            "修正被脱敏的值之前，须先写明用途查看明文",
            "masked values are corrected by who revealed them for a purpose within the hour",
        ),
        do=both(
            "请先“写明用途后查看”，再修正",
            "Reveal the rows with a purpose first, then correct them",
        ),
        where=contract.id,
    )


def revealed_lately(actor: Actor, table_id: str) -> bool:
    """Whether the record says that the actor saw this table unmasked within the hour."""
    found = ledger.entries(
        thing_prefix=thing_of(table_id),
        actor=actor.id,
        action="lake.reveal",
        limit=1,
        clock=wiring.clock(),
    )
    return any(
        entry.outcome == "done" and wiring.clock().now() - entry.at <= REVEAL_HOLDS
        for entry in found
    )
