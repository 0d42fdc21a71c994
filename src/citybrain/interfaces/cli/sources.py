"""simulate and discover: where systems and contracts come from."""

import argparse
import os
from collections.abc import Callable
from pathlib import Path

from citybrain import city
from citybrain.base.errors import CityError
from citybrain.base.wording import counted
from citybrain.interfaces.cli.context import Answer, Context
from citybrain.interfaces.cli.output import ProgressBar, print_json, say


def simulate(arguments: argparse.Namespace, context: Context) -> int:
    """Write the rehearsal's systems, or let days pass in the ones at ``--to``."""
    bar = ProgressBar("simulate")
    try:
        summary = _simulate(arguments, context, bar)
    finally:
        bar.close()
    if context.as_json:
        print_json(summary.as_dict())
    else:
        say(summary.render())
    return 0


def _simulate(arguments: argparse.Namespace, context: Context, bar: Callable[..., None]) -> Answer:
    def progress(phase: str, done: int, total: int) -> None:
        bar(done, total, phase)

    path = context.require_city(arguments.path)
    loaded = city.load(path)
    if loaded.findings:
        raise CityError(
            f"The city's folder has {counted(len(loaded.findings), 'finding')}",
            do=f"Run citybrain check {path} and mend them first",
            where=str(path),
            findings=loaded.findings,
        )
    if arguments.advance:
        return context.wiring.advance(
            loaded.city, days=arguments.days, to=arguments.to, progress=progress
        )
    return context.wiring.simulate(
        loaded.city,
        people=arguments.people,
        days=arguments.days,
        seed=arguments.seed,
        to=arguments.to,
        postgresql=arguments.postgresql,
        mysql=arguments.mysql,
        progress=progress,
    )


def discover(arguments: argparse.Namespace, context: Context) -> int:
    """Write a system and its contracts, and remember where it is; 1 when files were left out."""
    from citybrain.lake.connections import connection_of, refuse_own, remember
    from citybrain.lake.discover import discover as write_system
    from citybrain.lake.home import Home

    home = Home(context.home_root)
    root = context.require_city()
    connection = connection_of(arguments.system, arguments.url)
    refuse_own(connection, home, os.environ)
    found = write_system(
        context.wiring.readers(),
        connection,
        system=arguments.system,
        department=arguments.department,
        city_root=root,
        clock=context.clock,
    )
    remember(home.create(), connection)
    code = 1 if found.failed else 0
    if context.as_json:
        print_json(found.as_dict())
        return code
    say(found.render())
    folder = "" if _is_default(root) else f" --city {root}"
    say(
        f"\nThe connection '{arguments.system}' is kept in {home.connections_file} (readable by "
        f"you alone).\nNext: citybrain check {root}, then citybrain collect {arguments.system}"
        f"{folder}."
    )
    return code


def _is_default(root: Path) -> bool:
    """Whether the next command finds the folder without being told."""
    known = os.environ.get("CITYBRAIN_CITY")
    return bool(known) and Path(str(known)).absolute() == root.absolute()
