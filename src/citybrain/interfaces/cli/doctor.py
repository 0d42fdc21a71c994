"""doctor: what is wrong with this installation, and what to do."""

import argparse
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from citybrain import city
from citybrain.base.errors import CityError
from citybrain.base.wording import counted
from citybrain.interfaces.cli.context import Context
from citybrain.interfaces.cli.output import print_json, say
from citybrain.interfaces.cli.refusals import refusal
from citybrain.lake.home import Home

_GIB = 1 << 30


@dataclass(frozen=True)
class Ailment:
    """One thing that is wrong: in which part, what, and what to do."""

    part: str
    what: str
    do: str


Check = Callable[[Home, Context], Iterator[Ailment]]


def _home(home: Home, context: Context) -> Iterator[Ailment]:
    if not home.root.exists():
        yield Ailment("home", f"{home.root} does not exist.", "Run citybrain apply CITY.")
        return
    free = shutil.disk_usage(home.root).free
    if free < 2 * _GIB:
        yield Ailment(
            "disk", f"Only {free / _GIB:.1f} GB are free where the home lies.",
            "Free some space, run citybrain sweep, or move the home.",
        )  # fmt: skip
    if home.root.stat().st_mode & 0o007:
        yield Ailment(
            "home", f"{home.root} can be opened by everybody on this machine, and values of "
            "people lie in it.", f"chmod -R o-rwx {home.root}",
        )  # fmt: skip
    for key in sorted(home.keys.glob("*")) if home.keys.exists() else []:
        if key.stat().st_mode & 0o077 and key.suffix != ".pub":
            yield Ailment("keys", f"{key} can be read by others.", f"chmod 600 {key}")


def _city(home: Home, context: Context) -> Iterator[Ailment]:
    applied = city.applied_city(home.root)
    if applied is None:
        yield Ailment("city", "No city has been applied to this home.", "citybrain apply CITY")
    if context.city_path is None:
        return
    found = city.plan(context.city_path, home.root)
    if found.findings:
        yield Ailment(
            "city",
            f"The folder {context.city_path} has {counted(len(found.findings), 'finding')}.",
            f"citybrain check {context.city_path}",
        )  # fmt: skip
    elif found.changes:
        yield Ailment(
            "city", f"Not applied yet: {counted(len(found.changes), 'change')} of the folder.",
            f"citybrain plan {context.city_path}, then citybrain apply {context.city_path}",
        )  # fmt: skip


def _connections(home: Home, context: Context) -> Iterator[Ailment]:
    import os

    from citybrain.lake.connections import resolve

    applied = city.applied_city(home.root)
    readers = context.wiring.readers()
    uploaded = _uploaded(home, context, applied) if applied else frozenset()
    for system in (applied.systems if applied else {}).values():
        if system.name in uploaded:
            continue
        try:
            connection = resolve(system.connection, home, os.environ)
            next(iter(readers[connection.scheme].describe(connection)), None)
        except CityError as error:
            yield _ailment(f"connection {system.connection}", error)
        except Exception as error:  # a driver may raise anything; the doctor reports it all
            yield Ailment(
                f"connection {system.connection}", f"{type(error).__name__}: {error}",
                "Check that the system runs and that its address and password are right.",
            )  # fmt: skip


def _uploaded(home: Home, context: Context, applied: city.City) -> frozenset[str]:
    """The systems whose tables people put in as spreadsheets: they need no connection."""
    from citybrain.lake.mends import came_by_upload
    from citybrain.lake.store import open_store

    if not home.lake_dir.exists():
        return frozenset()
    store = open_store(home, clock=context.clock)
    return frozenset(
        system.name
        for system in applied.systems.values()
        if system.tables
        and all(came_by_upload(store, f"{system.name}.{table}") for table in system.tables)
    )


def _lake(home: Home, context: Context) -> Iterator[Ailment]:
    from citybrain.lake import open_lake

    if not home.lake_dir.exists():
        return
    for problem in open_lake(home.root, clock=context.clock).damaged():
        yield Ailment(
            f"lake {problem.table}", f"{problem.file} is damaged: {problem.problem}",
            f"citybrain restore BACKUP --file {problem.file}",
        )  # fmt: skip


def _jail(home: Home, context: Context) -> Iterator[Ailment]:
    from citybrain.lake.jail.trying import missing_walls

    for wall, what in missing_walls(home).items():
        yield Ailment(
            f"jail {wall}", what, "Run on Linux 6.7 or later, in a container that allows Landlock."
        )


def _models(home: Home, context: Context) -> Iterator[Ailment]:
    from citybrain.lake.models.books import read_states
    from citybrain.lake.store import open_store

    if not home.lake_dir.exists():
        return
    for state in read_states(open_store(home, clock=context.clock)).values():
        if state.status in ("failed", "refused"):
            yield Ailment(
                f"model {state.model}", state.error,
                f"Mend what the sentence names, then citybrain build {state.model}",
            )  # fmt: skip


def _tables(home: Home, context: Context) -> Iterator[Ailment]:
    from citybrain.lake.status import status

    applied = city.applied_city(home.root)
    if applied is None or not home.lake_dir.exists():
        return
    for row in status(home, applied, now=context.clock.now()):
        if row.last_error:
            yield Ailment(
                f"table {row.table}", row.last_error,
                f"Mend what the sentence names, then citybrain collect {row.table}",
            )  # fmt: skip


def _control(home: Home, context: Context) -> Iterator[Ailment]:
    context.wiring.prepare(home.root)
    from citybrain.engines.ledger import service as ledger
    from citybrain.engines.work import service as work

    for problem in ledger.verify().problems:
        yield Ailment("ledger", problem.sentence_en, "See the page 'integrity' for the repair.")
    for stuck in work.stuck(now=context.clock.now()):
        yield Ailment("work", stuck, "Is a worker running? citybrain up starts one.")


def _ailment(part: str, error: CityError) -> Ailment:
    """What to do stands apart from what is wrong, and is not said twice."""
    parts = error.as_dict(english=True)
    what = CityError(parts["what"], why=parts["why"], where=parts["where"])
    return Ailment(part, what.in_english(), parts["do"])


_CHECKS: tuple[Check, ...] = (_home, _city, _connections, _lake, _tables, _jail, _models, _control)


def _refused(check: Check, error: Exception, home: Home) -> Ailment:
    """What kept a check from looking is an ailment itself; only a mistake of ours goes on."""
    known = error if isinstance(error, CityError) else refusal(error, home.root)
    if known is None:
        raise error
    return _ailment(check.__name__.strip("_"), known)


def doctor(arguments: argparse.Namespace, context: Context) -> int:
    """Run every check, whatever the others find; 1 when anything is wrong."""
    home = Home(context.home_root)
    ailments: list[Ailment] = []
    for check in _CHECKS:
        try:
            ailments += check(home, context)
        except Exception as error:
            ailments.append(_refused(check, error, home))
        if not home.root.exists():
            break
    if context.as_json:
        print_json([asdict(ailment) for ailment in ailments])
    elif not ailments:
        say(f"{home.root}: nothing is wrong. Python {sys.version.split()[0]}.")
    for ailment in () if context.as_json else ailments:
        say(f"{ailment.part}: {ailment.what}\n    {ailment.do}")
    return 1 if ailments else 0
