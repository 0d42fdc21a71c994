"""The console entry: chooses the adapters and hands them to the command line."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from citybrain.interfaces.cli import run
from citybrain.interfaces.cli.context import Wiring


def _prepare(home_root: Path) -> None:
    from citybrain.config.django import prepare

    prepare(home_root)


def _readers() -> Mapping[str, Any]:
    from citybrain.config.adapters import readers

    return readers()


def _kinds() -> Any:
    from citybrain.config.kinds import KINDS

    return KINDS


def _simulate(*arguments: Any, **options: Any) -> Any:
    from citybrain.simulate import simulate

    return simulate(*arguments, **options)


def _advance(*arguments: Any, **options: Any) -> Any:
    from citybrain.simulate import advance

    return advance(*arguments, **options)


def _up(**options: Any) -> int:
    from citybrain.config.up import serve

    return serve(**options)


def _save_control(home_root: Path, to: Path) -> None:
    from citybrain.config.carrying import save

    save(home_root, to)


def _load_control(home_root: Path, source: Path) -> None:
    os.environ["CITYBRAIN_HOME"] = str(home_root)
    import django

    django.setup()
    from citybrain.config.carrying import load

    load(home_root, source)


WIRING = Wiring(
    prepare=_prepare,
    readers=_readers,
    kinds=_kinds,
    simulate=_simulate,
    advance=_advance,
    up=_up,
    save_control=_save_control,
    load_control=_load_control,
)


def main() -> None:
    """Run the command line and leave with its exit code.

    Whatever it writes, its user alone may read: in the home lie values of people.
    """
    os.umask(0o077)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citybrain.config.settings")
    sys.exit(run(sys.argv[1:], wiring=WIRING))


if __name__ == "__main__":
    main()
