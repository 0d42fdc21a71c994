"""The first page and the pages of systems: what arrived, what is late, what failed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from citybrain.base.errors import CityError
from citybrain.base.wording import Text, both, counted
from citybrain.city.systems import System
from citybrain.engines.catalogue import wiring, words
from citybrain.engines.catalogue.integrity import card
from citybrain.engines.catalogue.reading import may, require
from citybrain.engines.catalogue.runs import News, news, recent, today
from citybrain.engines.catalogue.seen import department_title, seen_by
from citybrain.engines.catalogue.tables import table_rows
from citybrain.engines.catalogue.views import (
    EMPTY,
    STATES,
    Badges,
    Frame,
    OverviewView,
    StateCounts,
    SystemRow,
    SystemView,
    TableDot,
    TableRow,
)
from citybrain.engines.guard import service as guard
from citybrain.engines.identity.service import Actor

_NO_BADGES = Badges(quarantined=0, problems=0)
NEEDS = ("damaged", "failed", "late")
SHOWN = 6


def overview(actor: Actor) -> OverviewView:
    """Everything of the first page."""
    require(actor, "work.read", "lake:")
    now = wiring.clock().now()
    city = wiring.city()
    rows = table_rows()
    found = _systems(rows, now)
    needs = tuple(row for row in found if row.state in NEEDS)
    units = city.units
    connected = units & {row.department for row in found}
    counts = Counter(row.state for row in rows)
    return OverviewView(
        now=now,
        city_title=Text(zh=city.title, en=city.title_en or city.title),
        sentence=_sentence(found, len(units), len(connected)),
        tables=len(rows),
        due_today=sum(_due_today(row, now) for row in rows),
        counts=StateCounts(**{state: counts[state] for state in STATES}),
        new_today=sum(row.new_today for row in found),
        changed_today=sum(row.changed_today for row in found),
        quarantined=sum(row.quarantined for row in rows),
        quarantined_systems=sum(row.quarantined > 0 for row in found),
        departments=len(units),
        departments_connected=len(connected),
        needs=needs,
        arrived=tuple(row for row in found if row.state not in NEEDS),
        integrity=card(actor),
        seen=seen_by(actor, limit=SHOWN).rows,
        runs=recent(actor, limit=SHOWN),
        may_collect=may(actor, "lake.collect", "lake:"),
        may_upload=any(
            may(actor, "lake.upload", f"system:{system.name}")
            for system in city.systems.values()
            if system.kind == "upload"
        ),
    )


def badges(actor: Actor) -> Badges:
    """The numbers beside the navigation; zeros for who may not see the state of work."""
    if not may(actor, "work.read", "lake:"):
        return Badges(quarantined=0, problems=0)
    from citybrain.lake.status import set_aside

    waiting = set_aside(wiring.store(), wiring.city())
    return Badges(quarantined=waiting, problems=card(actor).problems)


def frame(actor: Actor | None) -> Frame:
    """The frame of any page, cheap and never failing: it must stand round an error too."""
    city = guard.applied()
    known = actor is not None and city is not None
    try:
        numbers = badges(actor) if actor is not None and known else _NO_BADGES
    except CityError:
        numbers = _NO_BADGES
    return Frame(
        now=wiring.clock().now(),
        city_title=Text(zh=city.title, en=city.title_en or city.title) if city else EMPTY,
        department_title=department_title(actor.department) if actor and city else EMPTY,
        badges=numbers,
        rehearsal=wiring.home().rehearsal,
    )


def systems(actor: Actor) -> tuple[SystemRow, ...]:
    """Every system, what needs hands first."""
    require(actor, "work.read", "lake:")
    return _systems(table_rows(), wiring.clock().now())


def system(actor: Actor, name: str) -> SystemView:
    """One system with its tables; refuses an unknown name."""
    require(actor, "work.read", f"system:{name}")
    found = wiring.system(name)
    now = wiring.clock().now()
    rows = tuple(row for row in table_rows() if row.system == name)
    return SystemView(
        row=_system(found, rows, now, news(now)),
        description=both(found.description, found.description_en),
        connection=found.connection,
        schedule=words.cycle(found.schedule),
        drift=words.DRIFTS.get(found.drift, Text(zh=found.drift, en=found.drift)),
        owners=tuple(
            Text(
                zh=f"{department_title(owner.department).zh}（{owner.since:%Y-%m-%d} 起）",
                en=f"{department_title(owner.department).en} (since {owner.since:%Y-%m-%d})",
            )
            for owner in found.owners
        ),
        tables=rows,
        runs=recent(actor, limit=SHOWN, system=name),
        may_collect=may(actor, "lake.collect", f"system:{name}"),
        may_upload=found.kind == "upload" and may(actor, "lake.upload", f"system:{name}"),
    )


def _systems(rows: Iterable[TableRow], now: datetime) -> tuple[SystemRow, ...]:
    grouped: dict[str, list[TableRow]] = {name: [] for name in wiring.city().systems}
    for row in rows:
        grouped[row.system].append(row)
    came = news(now)
    made = [
        _system(wiring.city().systems[name], mine, now, came)
        for name, mine in grouped.items()
        if mine
    ]
    return tuple(sorted(made, key=lambda row: STATES.index(row.state)))


def _system(system: System, rows: Sequence[TableRow], now: datetime, told: News) -> SystemRow:
    came = today([row.table for row in rows], now, told)
    state = min((row.state for row in rows), key=STATES.index, default="waiting")
    department = system.department(now.date())
    return SystemRow(
        name=system.name,
        title=words.title(system),
        department=department,
        department_title=department_title(department),
        kind=system.kind,
        kind_title=words.kind_title(system),
        state="arrived" if state == "waiting" and came.came else state,
        sentence=_worst(rows, state),
        tables=tuple(TableDot(table=r.table, title=r.title, state=r.state) for r in rows),
        new_today=came.new,
        changed_today=came.changed,
        rows=sum(row.rows for row in rows),
        quarantined=sum(row.quarantined for row in rows),
        last_run=max((row.last_run for row in rows if row.last_run), default=None),
        due_at=min((row.due_at for row in rows if row.due_at), default=None),
        run=came.run,
    )


def _worst(rows: Sequence[TableRow], state: str) -> Text:
    if state not in NEEDS:
        return EMPTY
    alike = [row for row in rows if row.state == state]
    first = alike[0].sentence
    if len(alike) == 1:
        return first
    return Text(
        zh=f"{first.zh}；共 {len(alike)} 张表如此",
        en=f"{first.en}; {counted(len(alike), 'table')} alike",
    )


def _due_today(row: TableRow, now: datetime) -> bool:
    arrived = row.last_run is not None and row.last_run.date() == now.date()
    return arrived or (row.due_at is not None and row.due_at.date() <= now.date())


def _sentence(rows: Sequence[SystemRow], departments: int, connected: int) -> Text:
    counts = Counter(row.state for row in rows)
    bad, late = counts["failed"] + counts["damaged"], counts["late"]
    zh = [f"{bad} 处出错"] * bool(bad) + [f"{late} 处迟到"] * bool(late)
    en = [f"{bad} failed"] * bool(bad) + [f"{late} late"] * bool(late)
    rest = len(rows) - bad - late
    zh.append(f"其余 {rest} 个系统正常" if zh else f"{rest} 个系统全部正常")
    en.append(f"{counted(rest, 'system')} in order")
    return Text(
        zh=f"{'、'.join(zh[:-1])}{'，' if len(zh) > 1 else ''}{zh[-1]}。"
        f"{departments} 家单位中 {connected} 家已接入，共 {len(rows)} 个系统。",
        en=f"{', '.join(en)}. Connected: {connected} of {counted(departments, 'department')}.",
    )
