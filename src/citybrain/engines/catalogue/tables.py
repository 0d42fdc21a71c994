"""Tables as the pages list them and as one page shows them, without any payload."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from citybrain.base.wording import Text, both, counted
from citybrain.city.contracts import Contract, Field
from citybrain.city.systems import System
from citybrain.engines.catalogue import wiring, words
from citybrain.engines.catalogue.failures import said
from citybrain.engines.catalogue.history import history_of, snapshots_of
from citybrain.engines.catalogue.quality import field_trends, reason_counts
from citybrain.engines.catalogue.reading import damaged_tables, may, require, thing_of
from citybrain.engines.catalogue.seen import department_title, seen_by
from citybrain.engines.catalogue.views import EMPTY, TableRow
from citybrain.engines.catalogue.views_tables import (
    ContractVersion,
    FieldRow,
    HistoryPoint,
    Lineage,
    TableView,
)
from citybrain.engines.identity.service import Actor

SHOWN = 6  # snapshots and runs on the table's page; the rest has its own list


def tables(actor: Actor, q: str = "") -> tuple[TableRow, ...]:
    """Every table of the city in the folder's order; ``q`` filters by words or pinyin."""
    from citybrain.base.chinese import matches

    require(actor, "work.read", "lake:")
    rows = table_rows()
    if not q.strip():
        return rows
    return tuple(
        row
        for row in rows
        if any(
            matches(text, q)
            for text in (row.title.zh, row.title.en, row.table, row.department_title.zh)
        )
    )


def statuses(only: str = "") -> Mapping[str, Any]:
    """``system.table`` → the lake's status of it now; of one table where only that is asked."""
    from citybrain.lake.status import status

    now = wiring.clock().now()
    listed = status(wiring.store(), wiring.city(), now=now, only=only)
    return {found.table: found for found in listed}


def table_rows() -> tuple[TableRow, ...]:
    """A row per contract, with what the lake says of it."""
    now = wiring.clock().now()
    found, damaged = statuses(), damaged_tables()
    return tuple(
        _row(contract, found.get(name), now=now, damaged=name in damaged)
        for name, contract in wiring.city().contracts.items()
    )


def _row(contract: Contract, status: Any, *, now: datetime, damaged: bool) -> TableRow:
    system = wiring.city().systems[contract.system]
    state = "damaged" if damaged else (status.state if status else "waiting")
    return TableRow(
        table=contract.id,
        title=words.title(contract),
        system=system.name,
        system_title=words.title(system),
        department_title=department_title(system.department(now.date())),
        lake_table=contract.lake_table,
        rows=status.rows if status else 0,
        quarantined=status.quarantined if status else 0,
        state=state,
        sentence=sentence(contract, status, state=state, now=now),
        last_run=status.last_run if status else None,
        due_at=status.due_at if status else None,
        level=max((field.level for field in contract.fields), default=1),
        sharing=contract.sharing.type,
        sharing_title=words.SHARING.get(contract.sharing.type, Text(zh=contract.sharing.type)),
        version=contract.version,
        fields=len(contract.fields),
    )


def sentence(contract: Contract, status: Any, *, state: str, now: datetime) -> Text:
    """Why the table needs hands; empty when it does not."""
    name = words.title(contract)
    if state == "damaged":
        return Text(
            zh=f"“{name.zh}”有文件与登记的哈希不符，已停止查看与汇聚",
            en=f"A file of {name.en} is damaged; it is refused",
        )
    if state == "failed":
        why = said(status.last_error or "")
        return Text(zh=f"“{name.zh}”未入库：{why.zh}", en=f"{name.en} did not come in: {why.en}")
    if state == "late" and status.due_at:
        late = words.span((now - status.due_at).total_seconds())
        due = status.due_at.strftime("%m-%d %H:%M" if late_days(status, now) else "%H:%M")
        return Text(
            zh=f"“{name.zh}”应 {due} 到，已迟 {late.zh}",
            en=f"{name.en} was due at {due}, {late.en} ago",
        )
    return EMPTY


def late_days(status: Any, now: datetime) -> int:
    """Whole days since the table was due."""
    return int((now.date() - status.due_at.date()).days)


def table(actor: Actor, table_id: str) -> TableView:
    """Everything of one table but its rows: fields, history, snapshots, runs, readers."""
    thing = thing_of(table_id)
    require(actor, "work.read", thing)
    contract = wiring.contract(table_id)
    system = wiring.city().systems[contract.system]
    now = wiring.clock().now()
    status = statuses(table_id).get(table_id)
    row = _row(contract, status, now=now, damaged=table_id in damaged_tables())
    points = history_of(table_id)
    shots = snapshots_of(contract)
    seen = seen_by(actor, thing, limit=SHOWN)
    return TableView(
        row=row,
        description=both(contract.description, contract.description_en),
        contact=both(contract.contact, contract.contact_en),
        contract_file=contract.file,
        contract_status=contract.status,
        schedule=words.cycle(system.tables[contract.table].schedule or system.schedule),
        freshness=words.ago(row.last_run, now),
        kind=system.kind,
        kind_title=words.kind_title(system),
        sharing_law=contract.sharing.law,
        retention=_retention(contract.retention),
        retention_law=contract.retention_law,
        today=_today(points, now),
        sensitive_fields=_sensitive(contract),
        fields=_fields(contract),
        history=points,
        snapshots=shots[:SHOWN],
        snapshots_total=len(shots),
        runs=tuple(reversed(points))[:SHOWN],
        reasons=reason_counts(contract),
        seen=seen.rows,
        seen_total=seen.total,
        seen_own=seen.own,
        contracts=_versions(contract),
        lineage=_lineage(contract, system),
        refused=row.sentence if row.state == "damaged" else EMPTY,
        may_read=may(actor, "lake.read", thing),
        may_reveal=may(actor, "lake.reveal", thing),
        may_collect=may(actor, "lake.collect", thing),
        may_upload=system.kind == "upload" and may(actor, "lake.upload", thing),
        may_correct=may(actor, "lake.correct", thing),
    )


def _fields(contract: Contract) -> tuple[FieldRow, ...]:
    trends = field_trends(contract)
    return tuple(_field(field, contract, trends.get(field.name, ())) for field in contract.fields)


def _field(field: Field, contract: Contract, trend: Sequence[float]) -> FieldRow:
    return FieldRow(
        name=field.name,
        source=field.source,
        title=words.field_title(field),
        meaning=both(field.description, field.description_en),
        type=field.type,
        type_title=words.type_title(field),
        level=field.level,
        level_title=words.level_title(field.level),
        masking=field.masking,
        required=field.required,
        key=field.key > 0,
        unique=field.unique,
        codelist=field.codelist,
        rules=tuple(words.rule_sentence(rule, contract) for rule in field.rules),
        rate=trend[-1] if trend else None,
        trend=tuple(trend),
    )


def _retention(period: str) -> Text:
    if period == "permanent":
        return Text(zh="永久", en="Permanent")
    if period.startswith("P") and period.endswith("Y"):
        years = period[1:-1]
        return Text(zh=f"{years} 年", en=counted(int(years), "year"))
    return Text(zh=period, en=period)


def _today(points: Sequence[HistoryPoint], now: datetime) -> Text:
    mine = [point for point in points if point.at.date() == now.date() and not point.failed]
    if not mine:
        return Text(zh="今日未到", en="Nothing yet today")
    inserted = sum(point.inserted for point in mine)
    updated = sum(point.updated for point in mine)
    removed = sum(point.removed for point in mine)
    gone = Text(zh=f"，移走 {removed:,}", en=f", {removed:,} taken out") if removed else EMPTY
    return Text(
        zh=f"今日 +{inserted:,}，更新 {updated:,}{gone.zh}",
        en=f"+{inserted:,} today, {updated:,} updated{gone.en}",
    )


def _sensitive(contract: Contract) -> Text:
    count = sum(field.masking == "id_number" for field in contract.fields)
    if not count:
        return EMPTY
    return Text(zh=f"含 {count} 个证件号", en=f"{count} ID numbers")


def _versions(contract: Contract) -> tuple[ContractVersion, ...]:
    return (
        ContractVersion(
            version=contract.version,
            status=words.CONTRACTS.get(
                contract.status, Text(zh=contract.status, en=contract.status)
            ),
            since=None,
        ),
    )


def _lineage(contract: Contract, system: System) -> tuple[Lineage, ...]:
    source = system.tables[contract.table].source
    owner = department_title(system.department(wiring.clock().now().date()))
    kind = words.kind_title(system)
    name = words.title(contract)
    return (
        Lineage(
            title=Text(zh=source, en=source),
            detail=Text(zh=f"{owner.zh} {kind.zh}", en=f"{owner.en}, {kind.en}"),
            current=False,
        ),
        Lineage(
            title=name, detail=Text(zh=contract.lake_table, en=contract.lake_table), current=True
        ),
    )
