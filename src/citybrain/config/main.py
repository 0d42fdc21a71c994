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


WIRING = Wiring(
    prepare=_prepare,
    readers=_readers,
    kinds=_kinds,
    simulate=_simulate,
    advance=_advance,
    up=_up,
)


def main() -> None:
    """Run the command line and leave with its exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citybrain.config.settings")
    sys.exit(run(sys.argv[1:], wiring=WIRING))


if __name__ == "__main__":
    main()
