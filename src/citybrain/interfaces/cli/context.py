"""What every command is handed: where things are, how to answer, and the wiring."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from citybrain.base.clock import Clock
from citybrain.base.errors import CityError


class Misused(CityError):  # noqa: N818 - what the caller did, and no fault of the command
    """The command was called in a way that it does not have: wrong usage, and exit code 2."""


class Answer(Protocol):
    """What a long command returns."""

    def as_dict(self) -> dict[str, Any]:
        """Numbers and places, for scripts."""
        ...

    def render(self) -> str:
        """Sentences, for people."""
        ...


@dataclass(frozen=True, kw_only=True)
class Wiring:
    """What only ``config`` may choose, handed to the command line.

    Every member is a function that imports what it needs when it is called, so that
    ``citybrain --help`` stays quick.
    """

    prepare: Callable[[Path], None]  # Django ready and migrated for this home
    readers: Callable[[], Mapping[str, Any]]
    kinds: Callable[[], Any]
    simulate: Callable[..., Answer]
    advance: Callable[..., Answer]
    up: Callable[..., int]
    save_control: Callable[[Path, Path], None]  # home, SQLite file to write
    load_control: Callable[[Path, Path], None]  # home, SQLite file that was written


_PARTS = ("applied", "lake", "control.sqlite3")  # one of them is in every home that was used


@dataclass(frozen=True, kw_only=True)
class Context:
    """One run of the command: home, city, answer format, clock and wiring."""

    home_root: Path
    city_path: Path | None
    as_json: bool
    clock: Clock
    wiring: Wiring

    def require_city(self, named: Path | None = None) -> Path:
        """The city's folder, from the argument, ``--city`` or ``CITYBRAIN_CITY``."""
        path = named or self.city_path
        if path is None:
            raise Misused(
                "No city's folder was named",
                do="Give it as an argument, with --city DIR, or set CITYBRAIN_CITY",
            )
        return path

    def require_home(self) -> None:
        """``CityError`` where there is no installation: a look must not make one."""
        if not any((self.home_root / part).exists() for part in _PARTS):
            raise CityError(
                "There is no installation in this home",
                why="no city was ever applied to it, and nothing was collected into it",
                do="Run citybrain apply CITY first, or name another home with --home "
                "or CITYBRAIN_HOME",
                where=str(self.home_root),
            )

    def require_applied(self) -> Any:
        """The city that was applied to this home; ``CityError`` says so when none was."""
        from citybrain import city

        applied = city.applied_city(self.home_root)
        if applied is None:
            raise CityError(
                "No city has been applied to this home",
                do="Run citybrain apply CITY first, or name another home with --home",
                where=str(self.home_root),
            )
        return applied

    def require_lake(self) -> None:
        """``CityError`` where the home holds no lake yet: nothing must be made by looking."""
        if not (self.home_root / "lake").exists():
            raise CityError(
                "There is no lake in this home",
                why="nothing has been collected into it",
                do="Run citybrain collect first, or name another home with --home",
                where=str(self.home_root),
            )


def require_purpose(arguments: Any) -> None:
    """``Misused`` where something is to be revealed for no purpose."""
    if arguments.reveal and not arguments.purpose.strip():
        raise Misused(
            "--reveal needs a purpose",
            why="whoever is shown values unmasked is recorded with the reason",
            do="Say it with --purpose TEXT, or leave --reveal out",
        )


def context_of(arguments: Any, *, clock: Clock, wiring: Wiring) -> Context:
    """The context of parsed arguments and the environment."""
    home = arguments.home or Path(os.environ.get("CITYBRAIN_HOME") or "var")
    city = arguments.city or (Path(found) if (found := os.environ.get("CITYBRAIN_CITY")) else None)
    return Context(
        home_root=home.absolute(),
        city_path=city,
        as_json=arguments.format == "json",
        clock=clock,
        wiring=wiring,
    )


def has_control(context: Context) -> bool:
    """Whether this home has accounts and a record; a lake made in a notebook has none."""
    return (
        bool(os.environ.get("CITYBRAIN_DATABASE_URL"))
        or (context.home_root / "control.sqlite3").exists()
    )
