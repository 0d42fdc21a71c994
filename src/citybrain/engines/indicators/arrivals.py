"""Arrivals by hour, today beside yesterday, and what is late with its reminders."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from citybrain.base.clock import CITY_ZONE
from citybrain.base.wording import counted
from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.catalogue.service import Text
from citybrain.engines.indicators.models import Reminder
from citybrain.engines.indicators.stand import NEEDS, Stand, arrived
from citybrain.engines.indicators.views import Hour, Late
from citybrain.lake.indicators.indicator import indicators

HOURS = 24


def hours(stand: Stand) -> tuple[Hour, ...]:
    """All hours of the day; those to come have no rows yet."""
    today, before = _by_hour(stand.today), _by_hour(stand.yesterday)
    last = stand.now.astimezone(CITY_ZONE).hour
    return tuple(
        Hour(hour=hour, rows=today[hour] if hour <= last else None, yesterday=before[hour])
        for hour in range(HOURS)
    )


def _by_hour(deliveries: Iterable[Any]) -> Counter[int]:
    counts: Counter[int] = Counter()
    for one in deliveries:
        counts[one.finished_at.astimezone(CITY_ZONE).hour] += arrived(one)
    return counts


def late(stand: Stand) -> tuple[Late, ...]:
    """Tables that need hands, the worst first, then the longest overdue."""
    wanted = [name for name, state in stand.states.items() if state in NEEDS]
    reminders = _reminders(stand, wanted)
    rows = [_late(stand, name, reminders.get(name, [])) for name in wanted]
    return tuple(sorted(rows, key=lambda r: (NEEDS.index(r.state), r.due_at or stand.now, r.table)))


def _reminders(stand: Stand, tables: list[str]) -> Mapping[str, list[Reminder]]:
    """Reminders of the deliveries that are missing now, newest first."""
    found: dict[str, list[Reminder]] = {}
    for one in Reminder.objects.filter(table__in=tables):
        due = stand.statuses[one.table].due_at
        if due is None or one.at >= due:
            found.setdefault(one.table, []).append(one)
    return found


def _late(stand: Stand, table: str, reminders: list[Reminder]) -> Late:
    status, contract = stand.statuses[table], stand.city.contracts[table]
    state = stand.states[table]
    return Late(
        table=table,
        title=Text(zh=contract.title or table, en=contract.title_en or contract.title or table),
        department=status.department,
        department_title=catalogue.department_title(status.department),
        state=state,
        sentence=_sentence(stand, table, state),
        readers=tuple(
            i.name for i in indicators(stand.city).values() if i.model == contract.lake_table
        ),
        due_at=status.due_at,
        reminded_at=catalogue.local(reminders[0].at) if reminders else None,
        reminders=len(reminders),
    )


def _sentence(stand: Stand, table: str, state: str) -> Text:
    if state == "damaged":
        return Text(zh="文件与登记的散列不符，已停用", en="a file differs from its hash; refused")
    if state == "failed":
        return Text(zh="最近一次归集出错，用旧版", en="last collecting failed; the former stands")
    due = stand.statuses[table].due_at
    passed = (stand.now - due).total_seconds() if due else 0.0
    hours = passed / 3600
    if hours < 1:
        return Text(
            zh=f"晚 {passed / 60:.0f} 分钟", en=f"{counted(round(passed / 60), 'minute')} late"
        )
    if hours < 48:
        return Text(zh=f"晚 {hours:.0f} 小时", en=f"{counted(round(hours), 'hour')} late")
    return Text(zh=f"晚 {hours / 24:.0f} 天", en=f"{counted(round(hours / 24), 'day')} late")
