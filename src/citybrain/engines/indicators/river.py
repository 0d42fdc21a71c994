"""The river of data: who delivered today, what came of it, and who uses it."""

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from citybrain.base.errors import CityError
from citybrain.base.wording import counted
from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.catalogue.service import Text
from citybrain.engines.indicators.looks import looks
from citybrain.engines.indicators.stand import Stand
from citybrain.engines.indicators.views import Pool, River, Spring, User
from citybrain.lake.indicators.indicator import Dashboard, Library

if TYPE_CHECKING:
    from citybrain.lake.models.model import Model

_STATES = {
    "damaged": Text(zh="文件损坏", en="file damaged"),
    "failed": Text(zh="出错", en="failed"),
    "waiting": Text(zh="未到时间", en="not yet due"),
    "arrived": Text(zh="按时", en="on time"),
}


def river(dashboard: Dashboard, stand: Stand) -> River:
    """Everything of the picture and of its table."""
    accepted = sum(d.accepted for d in stand.looked_at)
    set_aside = sum(d.quarantined for d in stand.looked_at)
    standard_tables, standard = _standard(stand)
    pools = frozenset(one.table for one in (*dashboard.libraries, *dashboard.themes))
    users = _users(stand, pools)
    return River(
        springs=_springs(stand),
        read=accepted + set_aside,
        arrived=sum(stand.arrived.values()),
        set_aside=set_aside,
        standard_tables=standard_tables,
        standard=standard,
        libraries=tuple(_pool(library, stand) for library in dashboard.libraries),
        themes=tuple(_pool(theme, stand) for theme in dashboard.themes),
        users=users,
        looks=sum(user.looks for user in users),
    )


def _springs(stand: Stand) -> tuple[Spring, ...]:
    found = []
    for department, tables in stand.departments.items():
        state = stand.state_of(tables)
        found.append(
            Spring(
                department=department,
                title=catalogue.department_title(department),
                rows=sum(stand.arrived.get(table, 0) for table in tables),
                tables=len(tables),
                state=state,
                note=_note(stand, tables, state),
            )
        )
    return tuple(sorted(found, key=lambda spring: (-spring.rows, spring.department)))


def _note(stand: Stand, tables: tuple[str, ...], state: str) -> Text:
    if state != "late":
        return _STATES[state]
    due = [stand.statuses[t].due_at for t in tables if stand.states[t] == "late"]
    hours = max((stand.now - at).total_seconds() / 3600 for at in due if at)
    if hours < 1:
        return Text(zh=f"晚 {hours * 60:.0f} 分钟", en=f"{hours * 60:.0f} min late")
    if hours < 48:
        return Text(zh=f"晚 {hours:.0f} 小时", en=f"{hours:.0f} h late")
    return Text(zh=f"晚 {hours / 24:.0f} 天", en=f"{counted(round(hours / 24), 'day')} late")


def _standard(stand: Stand) -> tuple[int, int | None]:
    """How many tables of the standard layer are built, and their rows."""
    built = [state for name, state in stand.models.items() if name.startswith("dwd.")]
    return len(built), sum(state.rows for state in built) if built else None


def _pool(library: Library, stand: Stand) -> Pool:
    state = stand.models.get(library.table)
    return Pool(
        table=library.table,
        title=Text(zh=library.title, en=library.title_en or library.title),
        unit=Text(zh=library.unit, en=library.unit_en or library.unit),
        rows=state.rows if state else None,
        built_at=state.published_at if state else None,
        reads=_reads(library.table, stand),
    )


def _reads(table: str, stand: Stand) -> tuple[str, ...]:
    """All that the table is made of: what its model reads, what those models read, and so on.

    Who is who is told by the library in which people or companies are at home: what reads that
    reads the library.
    """
    from citybrain.lake.libraries.names import LINKS, home
    from citybrain.lake.libraries.reading import libraries
    from citybrain.lake.models.registry import models

    every, held = models(stand.city), libraries(stand.city)
    homes = {links: told.table for e, links in LINKS.items() if (told := home(held, e))}
    found: set[str] = set()
    pending = [table]
    while pending:
        model = every.get(pending.pop())
        for name in _inputs(model) if model else ():
            read = homes.get(name, name)
            if read not in found:
                found.add(read)
                pending += [] if read in homes.values() else [read]
    return tuple(sorted(found))


def _inputs(model: "Model") -> tuple[str, ...]:
    return tuple(model.native.inputs) if model.native else _tables(model.sql)


@lru_cache(maxsize=256)
def _tables(sql: str) -> tuple[str, ...]:
    from citybrain.lake.statement import tables_of

    try:
        return tables_of(sql)
    except CityError:
        return ()  # the check of models says what is wrong with it


def _users(stand: Stand, pools: frozenset[str]) -> tuple[User, ...]:
    used: dict[str, Counter[str]] = {}
    for (department, table), count in looks(since=stand.midnight).items():
        used.setdefault(department, Counter())[table if table in pools else ""] += count
    found = [
        User(
            department=name,
            title=catalogue.department_title(name),
            looks=sum(of.values()),
            of=tuple(sorted(of.items())),
        )
        for name, of in used.items()
    ]
    return tuple(sorted(found, key=lambda user: (-user.looks, user.department)))
