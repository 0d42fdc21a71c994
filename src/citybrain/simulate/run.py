"""Simulates a city and puts its systems in place, all or nothing."""

import json
import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from citybrain.base.clock import Stopwatch
from citybrain.base.errors import CityError
from citybrain.base.files import fsync_tree
from citybrain.base.hashing import sha256_bytes
from citybrain.base.wording import counted
from citybrain.city import City, load
from citybrain.simulate import genesis
from citybrain.simulate.deliver import Delivery
from citybrain.simulate.dirt import Rehearsed
from citybrain.simulate.stores import databases
from citybrain.simulate.truth import Truth

Progress = Callable[[str, int, int], None]
LAST_DAY = date(2021, 6, 11)
_BOOKS_BEFORE = 365  # days of events that the books hold when the days begin
_RECORD = "simulation.json"


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What a rehearsal holds: rows and defects by table, and where it and its truth are."""

    people: int
    days: int
    seed: int
    start: date
    until: date
    rows: Mapping[str, int]
    defects: int
    to: Path
    truth: Path
    seconds: float
    reused: bool = False

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "people": self.people,
            "days": self.days,
            "seed": self.seed,
            "start": self.start.isoformat(),
            "until": self.until.isoformat(),
            "rows": dict(self.rows),
            "defects": self.defects,
            "to": str(self.to),
            "seconds": round(self.seconds, 2),
            "reused": self.reused,
        }

    def render(self) -> str:
        """For people."""
        systems = len({table.split(".")[0] for table in self.rows})
        if self.reused:
            return f"{self.to} already holds this rehearsal: nothing was written"
        return (
            f"{self.people:,} made-up people lived until {self.until}: "
            f"{counted(sum(self.rows.values()), 'row')} in {counted(len(self.rows), 'table')} "
            f"of {counted(systems, 'system')} in {self.to}, "
            f"{counted(self.defects, 'value')} planted wrong, {self.seconds:.1f} s"
        )


def simulate(  # noqa: PLR0913 - one argument more than eight: the first day, for replays
    city: City | Path | str,
    *,
    people: int,
    days: int,
    seed: int,
    to: Path,
    postgresql: str | None = None,
    mysql: str | None = None,
    progress: Progress | None = None,
    start: date | None = None,
) -> Summary:
    """Write the systems of a made-up city of so many people into the directory ``to``.

    The books begin a year before ``start`` (by default so that the last of ``days`` is
    2021-06-11). The same arguments give the same values on every machine. The truth is
    written beside ``to``, into ``<name>.truth``. A rehearsal that is already there is
    left alone. Raises ``CityError`` when the numbers make no city, when ``to`` holds
    something else, or when a server cannot be reached.
    """
    content = city if isinstance(city, City) else load(city).city
    _require(people=people, days=days)
    databases.require_address("PostgreSQL", postgresql, ("postgresql", "postgres"))
    databases.require_address("MariaDB", mysql, ("mysql", "mariadb"))
    _refuse_foreign(Path(to))  # before minutes are spent on a population
    first = start or LAST_DAY - timedelta(days=days)
    to = Path(to)
    asked = {
        "people": people,
        "days": days,
        "seed": seed,
        "start": first.isoformat(),
        "postgresql": postgresql,
        "mysql": mysql,
        "content": content.fingerprint,
        "rules": _own_fingerprint(),
    }
    found = _recorded(to)
    if found and found["asked"] == asked and not (postgresql or mysql) and _truth_of(to).is_dir():
        return _summary(found, to, seconds=0.0, reused=True)
    return _build(content, asked, to, progress or _silent)


def advance(
    city: City | Path | str, *, days: int, to: Path, progress: Progress | None = None
) -> Summary:
    """Let ``days`` more days pass in the rehearsal at ``to``, as if simulated at once."""
    found = _recorded(Path(to))
    if not found:
        raise CityError(
            f"{to} holds no rehearsal that could go on",
            do="Make one first: citybrain simulate CITY --to DIR",
            where=str(to),
        )
    asked = found["asked"]
    return simulate(
        city,
        people=asked["people"],
        days=asked["days"] + days,
        seed=asked["seed"],
        start=date.fromisoformat(asked["start"]),
        to=to,
        postgresql=asked["postgresql"],
        mysql=asked["mysql"],
        progress=progress,
    )


def _build(city: City, asked: dict[str, Any], to: Path, progress: Progress) -> Summary:
    watch = Stopwatch()
    start = date.fromisoformat(asked["start"])
    progress("people", 0, 1)
    world = genesis.create(
        city,
        people=asked["people"],
        seed=asked["seed"],
        origin=start - timedelta(days=_BOOKS_BEFORE),
    )
    progress("people", 1, 1)
    until = start + timedelta(days=asked["days"])
    genesis.live(world, until=until, progress=lambda done, total: progress("days", done, total))
    numbers = tuple(p.id_number for p in world.people[: world.founders])
    rehearsed = Rehearsed(seed=asked["seed"], start=start, today=until, numbers=numbers)
    scratch = _scratch(to)
    try:
        truth = Truth(scratch / "truth")
        systems = scratch / "systems"
        systems.mkdir()
        delivery = Delivery(
            world=world, rehearsed=rehearsed, to=systems, truth=truth,
            postgresql=asked["postgresql"], mysql=asked["mysql"],
        )  # fmt: skip
        delivery.deliver(progress=lambda done, total: progress("systems", done, total))
        truth.close(world)
        record = {
            "asked": asked,
            "until": until.isoformat(),
            "rows": delivery.rows,
            "defects": truth.defects,
        }
        _write_record(systems / _RECORD, record)
        _put_in_place(scratch, to)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return _summary(record, to, seconds=watch.seconds(), reused=False)


def _require(*, people: int, days: int) -> None:
    if people < 100 or days < 0:
        raise CityError(
            f"{people} people for {counted(days, 'day')} make no city",
            why="a rehearsal needs at least 100 people and no negative days",
            do="Give --people 25000 --days 30, for example",
        )


def _refuse_foreign(to: Path) -> None:
    if to.exists() and any(to.iterdir()) and not (to / _RECORD).exists():
        raise CityError(
            f"{to} is not empty and holds no rehearsal",
            why="its content would be lost",
            do="Name an empty directory or one that does not exist",
            where=str(to),
        )


def _scratch(to: Path) -> Path:
    """A fresh directory beside ``to``; what crashed runs left there is removed."""
    to.parent.mkdir(parents=True, exist_ok=True)
    for left in to.parent.glob(f".{to.name}.*.partial"):
        shutil.rmtree(left, ignore_errors=True)
    scratch = to.parent / f".{to.name}.{secrets.token_hex(4)}.partial"
    scratch.mkdir()
    return scratch


def _put_in_place(scratch: Path, to: Path) -> None:
    """Swap the finished directories in; a crash leaves the old rehearsal or the new one."""
    fsync_tree(scratch)
    for part, place in (("truth", _truth_of(to)), ("systems", to)):
        if place.exists():
            place.replace(scratch / f"old {part}")
        (scratch / part).replace(place)


def _truth_of(to: Path) -> Path:
    return to.parent / f"{to.name}.truth"


def _recorded(to: Path) -> dict[str, Any] | None:
    try:
        content = json.loads((to / _RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) and "asked" in content else None


def _write_record(path: Path, record: dict[str, Any]) -> None:
    """Readable by its owner only: it names the servers."""
    path.touch(mode=0o600)
    path.write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
    path.with_name("connections.yml").chmod(0o600)


def _summary(record: dict[str, Any], to: Path, *, seconds: float, reused: bool) -> Summary:
    asked = record["asked"]
    return Summary(
        people=asked["people"],
        days=asked["days"],
        seed=asked["seed"],
        start=date.fromisoformat(asked["start"]),
        until=date.fromisoformat(record["until"]),
        rows=record["rows"],
        defects=record["defects"],
        to=to,
        truth=_truth_of(to),
        seconds=seconds,
        reused=reused,
    )


def _own_fingerprint() -> str:
    """Of the rules of the rehearsal, so that a newer version does not reuse an older's."""
    root = Path(__file__).parent
    names = sorted(p for p in root.rglob("*") if p.suffix in (".py", ".yml", ".csv"))
    return sha256_bytes(b"\n".join(p.read_bytes() for p in names))


def _silent(_phase: str, _done: int, _total: int) -> None:
    """No progress wanted."""
