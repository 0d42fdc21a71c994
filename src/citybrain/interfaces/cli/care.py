"""backup, restore, up: the installation as a whole."""

import argparse
import os
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from citybrain.base.errors import CityError
from citybrain.base.files import fsync_tree
from citybrain.interfaces.cli.context import Context, has_control
from citybrain.interfaces.cli.output import ProgressBar, print_json, say
from citybrain.lake.home import Home

# Besides the lake: the control plane's database, and these files and folders of the home.
# The ledger's files are copied with the database, as of one moment.
_CONTROL = "control.sqlite3"
_RECORDED = ("ledger", "witness")
_KEPT = ("keys", "applied", "uploads", "connections.yml", "REHEARSAL")


def _place(home: Home, name: str) -> Path:
    """Where a thing of the installation lies; the witness may be on another disk."""
    elsewhere = os.environ.get("CITYBRAIN_WITNESS") if name == "witness" else None
    return Path(elsewhere) if elsewhere else home.root / name


def _copy_control(home: Home, context: Context) -> Callable[[Path], None]:
    def write(to: Path) -> None:
        from citybrain.engines.ledger import service as ledger

        with ledger.standing_still():
            context.wiring.save_control(home.root, to)
            for name in _RECORDED:
                _copy_kept(home, name)(to.with_name(name))

    return write


def _load_control(home: Home, context: Context) -> Callable[[Path], None]:
    def read(source: Path) -> None:
        if source.exists():
            context.wiring.load_control(home.root, source)

    return read


def _copy_kept(home: Home, name: str) -> Callable[[Path], None]:
    def write(to: Path) -> None:
        source = _place(home, name)
        if source.is_dir():
            shutil.copytree(source, to)
            fsync_tree(to)
        elif source.exists():
            shutil.copy2(source, to)

    return write


def _put_back(home: Home, name: str) -> Callable[[Path], None]:
    def read(source: Path) -> None:
        target = _place(home, name)
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
    context.require_lake()
    context.wiring.prepare(home.root)
    extras = {name: _copy_kept(home, name) for name in _KEPT}
    extras[_CONTROL] = _copy_control(home, context)
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
    extras = {}
    if not arguments.file:
        _refuse_used(home)
        extras = {name: _put_back(home, name) for name in (*_KEPT, *_RECORDED)}
        extras[_CONTROL] = _load_control(home, context)
    bar = ProgressBar("restore")
    try:
        with _on_record(arguments.file, context):
            report = read_backup(
                arguments.source,
                home,
                only_file=arguments.file,
                extras=extras,
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


def _on_record(file: str | None, context: Context) -> AbstractContextManager[None]:
    """An entry for one file that is put back; a restore of everything brings its own record."""
    if not file or not has_control(context):
        return nullcontext()
    context.wiring.prepare(context.home_root)
    from citybrain.engines.catalogue import service as catalogue
    from citybrain.engines.identity import service as identity

    return catalogue.putting_back(identity.local_actor(), file)


def up(arguments: argparse.Namespace, context: Context) -> int:
    """Serve everything until Ctrl+C."""
    if arguments.rehearsal:  # before a home is made, which else would be without its accounts
        os.environ["CITYBRAIN_REHEARSAL"] = "1"
    context.wiring.prepare(context.home_root)
    return context.wiring.up(
        home_root=context.home_root,
        host=arguments.host,
        port=arguments.port,
        workers=arguments.workers,
    )


def _refuse_used(home: Home) -> None:
    """A restore fills an empty home; it never mixes with what is there."""
    used = [name for name in (_CONTROL, *_KEPT, *_RECORDED) if _holds(_place(home, name))]
    if used:
        raise CityError(
            "Nothing was restored",
            why=f"this home is in use: it holds {', '.join(used)}",
            do="Name an empty home with --home, or one damaged file with --file",
            where=str(home.root),
        )


def _holds(path: Path) -> bool:
    return any(path.iterdir()) if path.is_dir() else path.exists()
