"""backup, restore, up: the installation as a whole."""

import argparse
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from citybrain.base.errors import CityError
from citybrain.base.files import fsync_tree
from citybrain.interfaces.cli.context import Context
from citybrain.interfaces.cli.output import ProgressBar, print_json, say
from citybrain.lake.home import Home

# Besides the lake: the control plane's database, and these files and folders of the home.
_CONTROL = "control.sqlite3"
_KEPT = ("keys", "applied", "ledger", "uploads", "connections.yml", "REHEARSAL")


def _copy_control(home: Home) -> Callable[[Path], None]:
    def write(to: Path) -> None:
        source = home.root / _CONTROL
        if not source.exists():
            return
        # SQLite's own backup: consistent while others write.
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(to)) as copy:
            live.backup(copy)

    return write


def _copy_kept(home: Home, name: str) -> Callable[[Path], None]:
    def write(to: Path) -> None:
        source = home.root / name
        if source.is_dir():
            shutil.copytree(source, to)
            fsync_tree(to)
        elif source.exists():
            shutil.copy2(source, to)

    return write


def _put_back(home: Home, name: str) -> Callable[[Path], None]:
    def read(source: Path) -> None:
        target = home.root / name
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
            fsync_tree(target)
        elif source.exists():
            shutil.copy2(source, target)

    return read


def backup(arguments: argparse.Namespace, context: Context) -> int:
    """Write all state to a new folder; it is complete when the folder has its name."""
    from citybrain.lake.backup import backup as write_backup

    home = Home(context.home_root)
    _require_home(home)
    extras = {_CONTROL: _copy_control(home)} | {name: _copy_kept(home, name) for name in _KEPT}
    bar = ProgressBar("backup")
    try:
        report = write_backup(home, arguments.to, extras=extras, clock=context.clock, progress=bar)
    finally:
        bar.close()
    if context.as_json:
        print_json(report.as_dict())
    else:
        say(report.render())
    return 0


def restore(arguments: argparse.Namespace, context: Context) -> int:
    """Restore into an empty home, or put one damaged file of the lake back."""
    from citybrain.lake.backup import restore as read_backup

    home = Home(context.home_root)
    names = () if arguments.file else (_CONTROL, *_KEPT)
    bar = ProgressBar("restore")
    try:
        report = read_backup(
            arguments.source,
            home,
            only_file=arguments.file,
            extras={name: _put_back(home, name) for name in names},
            clock=context.clock,
            progress=bar,
        )
    finally:
        bar.close()
    if context.as_json:
        print_json(report.as_dict())
    else:
        say(report.render())
    return 0


def up(arguments: argparse.Namespace, context: Context) -> int:
    """Serve everything until Ctrl+C."""
    context.wiring.prepare(context.home_root)
    return context.wiring.up(
        home_root=context.home_root,
        host=arguments.host,
        port=arguments.port,
        workers=arguments.workers,
        rehearsal=arguments.rehearsal,
    )


def _require_home(home: Home) -> None:
    if not home.lake_dir.exists():
        raise CityError(
            "There is nothing to back up",
            why="no lake has been made in this home",
            do="Name the home with --home, or collect something first",
            where=str(home.root),
        )
