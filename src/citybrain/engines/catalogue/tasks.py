"""Background work of the catalogue, on the queue behind Django's Tasks API."""

from collections.abc import Sequence
from datetime import timedelta

from django_tasks import task

from citybrain.engines.catalogue import wiring
from citybrain.engines.catalogue.backups import back_up
from citybrain.engines.catalogue.collecting import chosen, collect, execute
from citybrain.engines.catalogue.tables import statuses
from citybrain.engines.catalogue.verifying import verify
from citybrain.engines.guard import service as guard
from citybrain.engines.identity.service import Actor
from citybrain.engines.work import service as work

AGAIN = timedelta(hours=1)  # a table that failed is tried again, but not at once
NIGHT = 2  # the hour of the city's day in which the lake is cared for


@task()
def collect_tables(run_id: str, tables: Sequence[str], by: str) -> dict[str, int]:
    """Collect the tables of a run that was ordered and recorded by ``enqueue_collect``.

    A second attempt delivers batches of the same names, so that nothing counts twice.
    """
    result = execute(tables, run_id=run_id, by=by)
    failed = sum(table.error is not None for table in result.results)
    return {"tables": len(result.results), "failed": failed}


@task()
def collect_due() -> dict[str, int]:
    """Collect what its schedule says is due; does nothing where no city is applied."""
    if guard.applied() is None:
        return {"tables": 0}
    now = wiring.clock().now()
    stand = statuses()
    tables = [
        name
        for name in chosen(None)
        if stand[name].state != "failed" or now - (stand[name].last_run or now) > AGAIN
    ]
    if tables:
        collect(scheduler(), tables)
    return {"tables": len(tables)}


@task()
def care() -> dict[str, int]:
    """Once a night: merge files, sweep, verify all, and keep a copy when it is whole."""
    from citybrain.lake.compact import compact

    if guard.applied() is None or wiring.clock().now().hour != NIGHT:
        return {"files": 0}
    compact(wiring.store())
    wiring.store().sweep()
    report = verify(scheduler())
    if not report.file_problems:
        back_up()
    return {"files": report.files, "problems": report.problems}


def schedule() -> None:
    """Have this worker process collect what is due and care for the lake at night."""
    work.periodic("catalogue.collect-due", collect_due, seconds=900)
    work.periodic("catalogue.care", care, seconds=3600)


def scheduler() -> Actor:
    """Who acts when the clock does: it may run things and sees no payload, as a contractor.

    It holds those duties of the applied city that allow collecting and verifying.
    """
    wanted = {"lake.collect", "lake.verify"}
    city = wiring.city()
    duties = frozenset(name for name, role in city.roles.items() if wanted <= set(role.actions))
    return Actor(
        id="system",
        username="system",
        name="定时任务",
        name_en="Schedule",
        department="",
        duties=duties,
        contractor=True,
        rehearsal=False,
    )
