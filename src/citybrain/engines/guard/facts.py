"""Where the guard's facts come from: the applied city and the installation's mode."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from citybrain.base.wording import Text, both
from citybrain.engines.guard.actions import ACTIONS
from citybrain.engines.guard.policy import CITY, DEPARTMENT, Duty, Facts, Thing
from citybrain.lake.home import Home

if TYPE_CHECKING:
    from citybrain.city import City

# Before any city is applied somebody must be able to apply one; nothing else is there yet.
BOOTSTRAP: Mapping[str, Duty] = {
    "steward": Duty(
        name="steward",
        title="数据管家",
        actions=frozenset(
            {"city.apply", "ledger.read", "ledger.verify", "identity.manage", "work.read"}
        ),
        scope=CITY,
    )
}
# Whoever owns the home on its machine can read every file in it; what she does through the
# command line is allowed and recorded, so that it leaves a trace at least. No account holds it.
KEEPER = "keeper"
_KEEPER = Duty(
    name=KEEPER,
    title="本机管理者",
    actions=frozenset(ACTIONS.keys() - {"lake.cheat"}),
    scope=CITY,
    reveal=True,
)
_OF_A_SYSTEM = frozenset({"table", "system", "quarantine", "upload", "contract"})


@dataclass(frozen=True)
class _Applied:
    mark: tuple[str, int, int, int]
    city: "City | None"


_cached: list[_Applied] = []


def in_rehearsal() -> bool:
    """Whether this installation is a rehearsal: by setting, environment or the home's mark."""
    decided: bool | None = settings.CITYBRAIN_REHEARSAL
    if decided is not None:
        return decided
    by_environment = os.environ.get("CITYBRAIN_REHEARSAL") == "1"
    return by_environment or Home(Path(settings.CITYBRAIN_HOME)).rehearsal_mark.exists()


def applied() -> "City | None":
    """The city that runs here; loaded again only when another one was applied.

    A page asks some hundred times: the pointer is looked at, and read only when it is another
    file than before, for applying replaces it.
    """
    home = str(settings.CITYBRAIN_HOME)
    try:
        seen = os.stat(os.path.join(home, "applied", "CURRENT"))  # noqa: PTH116, PTH118 - asked often
    except FileNotFoundError:
        return None
    mark = (home, seen.st_ino, seen.st_mtime_ns, seen.st_size)
    if not _cached or _cached[0].mark != mark:
        from citybrain.city.applied import applied_city

        _cached[:] = [_Applied(mark, applied_city(Path(home)))]
    return _cached[0].city


def facts() -> Facts:
    """The duties of the applied city, or what is needed to apply one."""
    city = applied()
    duties = BOOTSTRAP if city is None else duties_of(city.roles)
    return Facts(duties={**duties, KEEPER: _KEEPER}, rehearsal=in_rehearsal())


def duties_of(roles: Mapping[str, Any]) -> dict[str, Duty]:
    """Duties from the folder's ``roles``. What nobody has heard of grants nothing.

    ``citybrain check`` names such mistakes; here they must not lock everybody out.
    """
    return {name: _duty(name, role) for name, role in roles.items()}


def _duty(name: str, role: Any) -> Duty:
    return Duty(
        name=name,
        title=role.title,
        actions=frozenset(role.actions) & ACTIONS.keys(),
        scope=CITY if role.scope == CITY else DEPARTMENT,
        reveal=role.reveal is True,
    )


def thing_of(text: str, *, on: date) -> Thing:
    """The thing named ``kind:name``, with its owner on that day where a system has one."""
    kind, _, name = text.partition(":")
    if kind == "department":
        return Thing(kind=kind, name=name, owner=name, called=_called(name))
    if kind not in _OF_A_SYSTEM:
        return Thing(kind=kind, name=name)
    owner = _owner(name.split(".")[0].split("/")[0], on)
    return Thing(kind=kind, name=name, owner=owner, called=_called(owner))


def _called(department: str) -> Text | None:
    city = applied()
    found = city.departments.get(department) if city else None
    return both(found.title, found.title_en) if found else None


def _owner(system: str, on: date) -> str:
    city = applied()
    found = city.systems.get(system) if city else None
    if found is None:
        return ""
    since = [owner for owner in found.owners if owner.since <= on]
    return max(since, key=lambda owner: owner.since).department if since else ""
