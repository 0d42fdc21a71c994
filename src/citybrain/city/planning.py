"""What applying a folder would change; nothing is written here."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

from citybrain.base.wording import counted
from citybrain.city.applied import applied_city
from citybrain.city.change import Change, Detail
from citybrain.city.checking import check_folder, read_city_folder
from citybrain.city.finding import Finding
from citybrain.city.folder import Folder
from citybrain.city.kinds import BASE_KINDS, Kind
from citybrain.city.model import City
from citybrain.city.versions import needed_version

_SIGNS = {"added": "+", "changed": "~", "removed": "-"}
_WIDE, _LEAD = 60, 20  # characters of a value, and of what both share before they differ
_SHOWN_DETAILS = 12


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The difference between a folder and what runs.

    ``first``: nothing runs yet. ``findings`` must be empty before it can be applied.
    """

    city: City
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    first: bool = False

    @property
    def fingerprint(self) -> str:
        """The fingerprint that would be applied."""
        return self.city.fingerprint

    @property
    def additive(self) -> bool:
        """Whether nothing that runs would be touched; also True when nothing runs."""
        return self.first or all(change.additive for change in self.changes)

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "city": self.city.name,
            "fingerprint": self.fingerprint,
            "first": self.first,
            "additive": self.additive,
            "changes": [change.as_dict() for change in self.changes],
            "findings": [finding.as_dict() for finding in self.findings],
        }

    def render(self) -> str:
        """The plan for a terminal."""
        lines = [str(finding) for finding in self.findings]
        if self.findings:
            lines += ["", f"{counted(len(self.findings), 'finding')}; correct before applying.", ""]
        if self.first:
            # Everything is new: what there is of each kind says more than every name.
            counts = Counter(change.kind for change in self.changes)
            lines += [f"+ {count:4} × {kind}" for kind, count in counts.items()]
        for change in () if self.first else self.changes:
            lines += _rendered(change)
        lines.append(_summary(self))
        return "\n".join(lines)


def _rendered(change: Change) -> list[str]:
    # Whether anything reads it is not known here: who does is told by the check and by models.
    mark = "  may break its readers" if change.breaking else ""
    lines = [f"{_SIGNS[change.action]} {change.kind} {change.name}{mark}"]
    shown = change.details[:_SHOWN_DETAILS]
    lines += [f"    {detail.key}: {' → '.join(_values(detail))}" for detail in shown]
    if len(change.details) > len(shown):
        lines.append(f"    … and {len(change.details) - len(shown)} more")
    return lines


def _values(detail: Detail) -> tuple[str, str]:
    """Both values, cut where they are long: to where they begin to differ."""
    before, after = (_text(value) for value in (detail.before, detail.after))
    same = sum(1 for _ in takewhile(lambda two: two[0] == two[1], zip(before, after, strict=False)))
    start = max(same - _LEAD, 0) if max(len(before), len(after)) > _WIDE else 0
    return _cut(before, start), _cut(after, start)


def _text(value: object) -> str:
    return "nothing" if value is None else str(value)


def _cut(text: str, start: int) -> str:
    head = "…" if start else ""
    rest = text[start:]
    room = _WIDE - len(head)
    return head + (rest if len(rest) <= room else f"{rest[: room - 1]}…")


def _summary(plan: Plan) -> str:
    counts = {sign: sum(c.action == sign for c in plan.changes) for sign in _SIGNS}
    if not plan.changes:
        return f"{plan.city.name}: no differences to what runs."
    said = ", ".join(f"{count} {action}" for action, count in counts.items() if count)
    start = "nothing runs yet; " if plan.first else ""
    return f"{plan.city.name}: {start}{said}."


def plan(path: Path | str, home_root: Path | str, *, kinds: Sequence[Kind] = BASE_KINDS) -> Plan:
    """The difference of the folder at ``path`` to what runs in the home at ``home_root``.

    A folder that can be read and means what runs is not checked again. ``CityError`` when
    there is no folder, or what runs was altered on the disk.
    """
    folder, before = read_city_folder(path), applied_city(home_root)
    if before and _means(folder, before):
        return Plan(city=before, changes=(), findings=())
    return plan_folder(folder, before, kinds=kinds)


def runs(path: Path | str, home_root: Path | str) -> bool:
    """Whether the folder can be read and means what runs, so that nothing is to plan.

    Asked without the kinds, which are much to load. Errors as of ``plan``.
    """
    before = applied_city(home_root)
    return before is not None and _means(read_city_folder(path), before)


def _means(folder: Folder, before: City) -> bool:
    unread = any(document.findings for document in folder.documents.values())
    return before.fingerprint == folder.fingerprint and not unread


def plan_folder(folder: Folder, before: City | None, *, kinds: Sequence[Kind]) -> Plan:
    """The same for a parsed folder and a given former city."""
    city, findings = check_folder(folder, kinds=kinds)
    changes = [change for kind in kinds for change in kind.diff(before, city)]
    versions = _versions(folder, before, city, changes) if before else []
    return Plan(
        city=city,
        changes=tuple(changes),
        findings=tuple(sorted([*findings, *versions])),
        first=before is None,
    )


def _versions(
    folder: Folder, before: City, after: City, changes: Sequence[Change]
) -> list[Finding]:
    """Changed contracts whose version was not raised as far as the change demands."""
    found = []
    for change in changes:
        if change.kind != "contract" or change.action != "changed":
            continue
        old, new = before.contracts[change.name], after.contracts[change.name]
        needed = needed_version(old, new, breaking=change.breaking)
        if needed:
            why = "its readers break" if change.breaking else "it changed"
            found.append(
                folder.documents[new.file].finding(
                    ("version",),
                    "version-bump",
                    f"The contract {change.name} has version {new.version}, was applied with "
                    f"{old.version}, and {why}.",
                    f"Set version to {needed} or greater.",
                )
            )
    return found
