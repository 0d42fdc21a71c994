"""The facts of collecting as numbers: one function for each of ``indicator.FACTS``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from citybrain.base.wording import counted
from citybrain.engines.catalogue.service import Text
from citybrain.engines.indicators.integrity import integrity
from citybrain.engines.indicators.looks import looks
from citybrain.engines.indicators.quality import quality
from citybrain.engines.indicators.stand import NEEDS, Stand, arrived
from citybrain.lake.indicators.values import moves

MOVES = 20  # looked through for one that a delivery caused
_NOTHING = Text(zh="", en="")


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A number, what stands beside it, and when what it tells of was so.

    ``tone`` overrules the thresholds when it is not empty.
    """

    value: float | None
    note: Text = _NOTHING
    at: datetime | None = None
    tone: str = ""
    of: int | None = None


def fact(name: str, stand: Stand) -> Fact:
    """The fact of that name; ``KeyError`` for one that nobody works out."""
    return _FACTS[name](stand)


def known() -> frozenset[str]:
    """Names of all facts that are worked out here."""
    return frozenset(_FACTS)


def _newest(stand: Stand) -> datetime | None:
    return max((s.last_run for s in stand.statuses.values() if s.last_run), default=None)


def _in_lake(stand: Stand) -> int:
    return sum(s.last_run is not None and s.rows > 0 for s in stand.statuses.values())


def _departments(stand: Stand) -> Fact:
    units = stand.city.units
    connected = sum(name in units for name in stand.departments)
    return Fact(value=connected, of=len(units), at=_newest(stand))


def _tables(stand: Stand) -> Fact:
    total = len(stand.city.contracts)
    return Fact(
        value=_in_lake(stand),
        note=Text(zh=f"合同 {total:,} 份", en=counted(total, "contract")),
        at=_newest(stand),
    )


def _rows(stand: Stand) -> Fact:
    tables = _in_lake(stand)
    return Fact(
        value=sum(status.rows for status in stand.statuses.values()),
        note=Text(zh=f"{tables:,} 张表", en=counted(tables, "table")),
        at=_newest(stand),
    )


def _arrived(stand: Stand) -> Fact:
    now = sum(stand.arrived.values())
    until = stand.now - timedelta(days=1)
    then = sum(arrived(d) for d in stand.yesterday if d.finished_at <= until)
    if not then:
        note, tone = Text(zh="昨日此时没有到数", en="nothing by this time yesterday"), "none"
    else:
        change = 100 * (now - then) / then
        sign, tone = ("▲", "ok") if change >= 0 else ("▼", "warn")
        note = Text(
            zh=f"{sign} 比昨日 {abs(change):.1f}%", en=f"{sign} {abs(change):.1f}% on yesterday"
        )
    return Fact(value=now, note=note, tone=tone, at=_newest(stand))


def _on_time(stand: Stand) -> Fact:
    states = {name: stand.state_of(tables) for name, tables in stand.departments.items()}
    behind = sum(state in NEEDS for state in states.values())
    note = Text(zh="全部按时", en="all on time")
    if behind:
        note = Text(zh=f"▲ {behind} 家迟到或出错", en=f"▲ {behind} late or failed")
    return Fact(
        value=len(states) - behind,
        of=len(states),
        note=note,
        tone="warn" if behind else "ok",
        at=stand.minute,
    )


def _late(stand: Stand) -> Fact:
    late = sum(state in NEEDS for state in stand.states.values())
    return Fact(value=late, of=_in_lake(stand), at=stand.minute)


def _set_aside(stand: Stand) -> Fact:
    counts = [status.quarantined for status in stand.statuses.values() if status.quarantined]
    return Fact(
        value=sum(counts),
        note=Text(zh=f"在 {len(counts)} 张表中", en=f"in {counted(len(counts), 'table')}"),
        at=_newest(stand),
    )


def _qualified(stand: Stand) -> Fact:
    accepted = sum(d.accepted for d in stand.looked_at)
    read = accepted + sum(d.quarantined for d in stand.looked_at)
    if not read:
        return Fact(value=None, note=Text(zh="今日还没有到数", en="nothing came today"))
    return Fact(
        value=100 * accepted / read,
        note=Text(zh=f"读 {read:,} = 入 {accepted:,} + 隔 {read - accepted:,}",
                  en=f"{read:,} read = {accepted:,} in + {read - accepted:,} aside"),
        at=_newest(stand),
    )  # fmt: skip


def _quality(stand: Stand) -> Fact:
    found = quality(stand)
    if found.score is None:
        note = Text(zh="还没有测量过", en="not measured yet")
        return Fact(value=None, note=note)
    note = Text(zh="公式可见，可异议", en="formula shown, open to objection")
    return Fact(value=found.score, note=note, at=stand.minute)


def _looks(stand: Stand) -> Fact:
    found = looks(since=stand.midnight)
    departments = len({department for department, _table in found})
    return Fact(
        value=sum(found.values()),
        note=Text(zh=f"{departments} 家单位在用", en=f"by {counted(departments, 'department')}"),
        at=stand.minute,
    )


def _change_to_wall(stand: Stand) -> Fact:
    """From the start of the delivery that changed an indicator last to its new value.

    An indicator that moved though nothing was delivered since its value before did so because
    a model or its definition was changed: that is no way from a department's change to the wall.
    """
    found = moves(stand.store, limit=MOVES)
    if not found:
        return Fact(value=None, note=Text(zh="还没有指标换过数", en="no indicator changed yet"))
    changing = [d for d in stand.good if d.inserted or d.updated or d.removed]
    for move in found:
        at = move.value.at
        before = [d for d in changing if move.since < d.finished_at <= at]
        if before:
            passed = (at - before[-1].started_at).total_seconds()
            return Fact(value=passed, note=Text(zh="预算 5 秒", en="budget 5 s"), at=at)
    return Fact(
        value=None,
        note=Text(zh="近两日没有汇聚使指标换数", en="no delivery changed one in two days"),
    )


def _intact(stand: Stand) -> Fact:
    found = integrity(stand)
    if not found.files:
        return Fact(value=None, note=Text(zh="湖里还没有文件", en="no file in the lake yet"))
    if found.state == "unknown":
        return Fact(value=None, note=Text(zh="还没有全量校验过", en="not yet verified"))
    note = Text(
        zh=f"{found.intact:,} 个文件相符", en=f"{counted(found.intact, 'file')} in agreement"
    )
    if found.damaged:
        note = Text(
            zh=f"◆ {found.damaged:,} 个文件损坏", en=f"◆ {counted(found.damaged, 'file')} damaged"
        )
    return Fact(value=100 * found.intact / found.files, note=note, at=found.verified_at)


_FACTS: Mapping[str, Callable[[Stand], Fact]] = {
    "departments_connected": _departments,
    "tables_in_lake": _tables,
    "rows_in_lake": _rows,
    "rows_arrived_today": _arrived,
    "departments_on_time": _on_time,
    "tables_late": _late,
    "rows_set_aside": _set_aside,
    "qualified_share_today": _qualified,
    "quality_score": _quality,
    "looks_today": _looks,
    "change_to_wall": _change_to_wall,
    "files_intact": _intact,
}
