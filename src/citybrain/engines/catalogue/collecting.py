"""Collecting for a person: now in this process, or soon on the queue."""

import os
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from citybrain.base.wording import both
from citybrain.engines.catalogue import wiring
from citybrain.engines.catalogue.errors import Unknown
from citybrain.engines.catalogue.reading import order, require, things_of
from citybrain.engines.identity.service import Actor


def collect(
    actor: Actor, tables: Sequence[str] | None = None, *, everything: bool = False,
    workers: int = 2, progress: Callable[..., None] | None = None,
) -> Any:  # fmt: skip
    """Collect the named tables or systems here and now; what is due when none is named.

    Returns the lake's ``RunResult``: a table that failed, or is refused because a file of
    it is damaged, has a sentence in it. One entry per run.
    """
    names = chosen(tables, everything=everything)
    run_id = new_run(wiring.clock().now())
    order(actor, "lake.collect", things_of(names))
    return execute(names, run_id=run_id, by=actor.id, workers=workers, progress=progress)


def enqueue_collect(actor: Actor, tables: Sequence[str] | None = None) -> str:
    """Put a run on the queue and return its id; its page can be opened at once.

    Without names everything that is due is collected, or everything when nothing is due:
    who presses the button wants to see something happen.
    """
    from citybrain.engines.catalogue.tasks import collect_tables
    from citybrain.lake.runs import create

    names = chosen(tables) or chosen(None, everything=True)
    run_id = new_run(wiring.clock().now())
    order(actor, "lake.collect", things_of(names))
    create(wiring.store(), run_id=run_id, tables=names, by=actor.id)
    collect_tables.enqueue(run_id=run_id, tables=names, by=actor.id)
    return run_id


def stop_run(actor: Actor, run_id: str) -> None:
    """Ask a run to stop; what was committed stays. Who may collect its tables may stop it."""
    from citybrain.lake.runs import request_stop, run

    found = run(wiring.store(), run_id)
    if found is None:
        raise Unknown(
            both(f"没有汇聚任务 {run_id}", f"There is no collecting run {run_id}"),
            do=both("请在“汇聚任务”页面中查找", "Look for it on the page “Runs”"),
            where=run_id,
        )
    order(actor, "lake.collect", things_of([table.table for table in found.tables]))
    request_stop(wiring.store(), run_id)


def execute(
    names: Sequence[str], *, run_id: str, by: str, workers: int = 2,
    progress: Callable[..., None] | None = None,
) -> Any:  # fmt: skip
    """Let the lake collect, and measure what came; a damaged table is refused, the others not."""
    from citybrain.lake.collect import collect as lake_collect
    from citybrain.lake.connections import resolve
    from citybrain.lake.quality.measuring import measure

    home, store, city = wiring.home(), wiring.store(), wiring.city()
    result = lake_collect(
        store,
        city,
        list(names),
        readers=wiring.readers(),
        connections=lambda name: resolve(name, home, os.environ),
        clock=wiring.clock(),
        progress=progress,
        run_id=run_id,
        by=by,
        workers=workers,
    )
    measure(store, city, names)
    return result


def chosen(tables: Sequence[str] | None, *, everything: bool = False) -> list[str]:
    """Names of tables: of named systems all, of None what is due; refuses unknown names."""
    from citybrain.lake.due import due as due_now

    city = wiring.city()
    if everything:
        return list(city.contracts)
    if not tables:
        return list(due_now(wiring.store(), city, now=wiring.clock().now()))
    found: dict[str, None] = {}
    for name in tables:
        mine = [t for t in city.contracts if t == name or t.split(".")[0] == name]
        if not mine:
            raise _unknown(name)
        found.update(dict.fromkeys(mine))
    return list(found)


def all_tables(actor: Actor) -> list[str]:
    """Every table of the applied city."""
    require(actor, "work.read", "lake:")
    return list(wiring.city().contracts)


def named(actor: Actor, tables: Sequence[str]) -> list[str]:
    """The tables of those names, of a system all; ``Unknown`` for a name that nothing has."""
    require(actor, "work.read", "lake:")
    return chosen(tables)


def due(actor: Actor) -> list[str]:
    """The tables whose data are due now."""
    require(actor, "work.read", "lake:")
    return chosen(None)


def _unknown(name: str) -> Unknown:
    """The refusal of a name that nothing has, with the nearest names that exist."""
    city = wiring.city()
    near = get_close_matches(name, [*city.contracts, *city.systems], n=3)
    return Unknown(
        both(f"没有名为 {name} 的表或系统", f"There is no table or system {name}"),
        why=both(f"最接近的是 {'、'.join(near)}", f"the nearest names are {', '.join(near)}")
        if near
        else "",
        do=both(
            "citybrain status 列出全部表名，写作 system.table",
            "citybrain status lists all tables; they are named system.table",
        ),
        where=name,
    )


def new_run(now: datetime) -> str:
    """``R-20210611-143200-7f3a``."""
    return f"R-{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
