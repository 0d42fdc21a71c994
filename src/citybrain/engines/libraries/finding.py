"""Findings: what departments should look at again, and what became of it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from citybrain.base.errors import CityError
from citybrain.engines.guard import service as guard
from citybrain.engines.identity.service import Actor
from citybrain.engines.libraries import wiring
from citybrain.engines.libraries.columntitles import title_of_field
from citybrain.engines.libraries.errors import Unknown
from citybrain.engines.libraries.findingrows import ALL, MASKED, OWN, rows_of
from citybrain.engines.libraries.looking import looking
from citybrain.engines.libraries.models import FindingStep
from citybrain.engines.libraries.tracesteps import title_of
from citybrain.engines.libraries.views_library import FindingRow, FindingsView
from citybrain.engines.libraries.wiring import Text, both, department
from citybrain.lake.libraries.asking import counted, held, told
from citybrain.lake.libraries.names import FINDINGS

STATES: Mapping[str, Text] = {
    "open": both("待核对", "Open"),
    "sent": both("已送部门", "Sent"),
    "accepted": both("部门认可", "Accepted"),
    "declined": both("部门不认", "Declined"),
    "corrected": both("已更正", "Corrected"),
}
STEPS = tuple(name for name in STATES if name != "open")
SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which findings are asked for; an empty value asks nothing. ``of`` is a department."""

    of: str = ""
    state: str = ""
    kind: str = ""
    field: str = ""
    table: str = ""


def findings_of(library: str, entity_id: str, *, reveal: bool) -> tuple[FindingRow, ...]:
    """The findings about one entity; the look at the entity is the caller's to record."""
    if not wiring.store().exists(FINDINGS):
        return ()
    read = told(wiring.store(), limit=SHOWN, library=library, entity_id=entity_id)
    return rows_of(read, _newest(), shows=ALL if reveal else MASKED)


def findings(
    actor: Actor, asked: Asked, *, offset: int = 0, limit: int | None = SHOWN,
    reveal: bool = False, purpose: str = "",
) -> FindingsView:  # fmt: skip
    """A page of findings for the reader: of the whole city, or of their department's tables.

    One entry about the findings (or, for a department's officer, about each table of theirs).
    An officer who reveals sees what her own department said and the row it stands in; what
    others say stays masked. Without a ``limit`` all are told, to be taken away.
    """
    wiring.require(actor, "work.read", "lake:")
    whole = wiring.may(actor, "lake.read", "lake:")
    if not wiring.store().exists(FINDINGS):
        return _nothing(actor)
    steps, of = _newest(), _only(actor) or asked.of
    said = {"kind": asked.kind, "field": asked.field, "table_name": asked.table, "department": of}
    totals = _by_state(steps, said)
    read = told(wiring.store(), limit=limit, offset=offset, **_in_state(steps, asked.state), **said)
    entry = _looked(actor, read, reveal=reveal, purpose=purpose)  # before any is handed out
    shows = MASKED if not reveal else ALL if whole else OWN
    return FindingsView(
        rows=rows_of(read, steps, shows=shows),
        total=totals.get(asked.state, 0) if asked.state else sum(totals.values()),
        offset=offset,
        limit=limit or 0,
        counts=tuple((name, count) for name, count in totals.items() if count),
        departments=_counted(of),
        tables=tuple((n, title_of(f"ods.{n}"), count) for n, count in _by("table_name", of)),
        fields=tuple((n, title_of_field(n), count) for n, count in _by("field", of)),
        may_handle=wiring.may(actor, "findings.handle", _thing(actor)),
        may_open=whole,
        may_reveal=wiring.may(actor, "lake.reveal", _thing(actor)),
        revealed=reveal,
        purpose=purpose,
        built=True,
        entry=entry,
    )


def _in_state(steps: Mapping[str, FindingStep], state: str) -> dict[str, Any]:
    """What limits findings to a state: those that somebody put into it, or nobody into any."""
    if state in ("", "open"):
        return {"without": list(steps) if state else []}
    return {"among": [name for name, step in steps.items() if step.state == state]}


def _by_state(steps: Mapping[str, FindingStep], said: Mapping[str, str]) -> dict[str, int]:
    count = Counter(steps[one].state for one in held(wiring.store(), list(steps), **said))
    total = sum(counted(wiring.store(), by="kind", **said).values())
    return {"open": total - count.total(), **{name: count[name] for name in STEPS}}


def _by(column: str, of: str) -> list[tuple[str, int]]:
    found = counted(wiring.store(), by=column, department=of)
    return [(name, count) for name, count in found.items() if name]


def _looked(actor: Actor, rows: Iterable[Mapping[str, Any]], *, reveal: bool, purpose: str) -> str:
    """Record a look: one entry of the city's, or one for each table of an officer's; the first."""
    whole = wiring.may(actor, "lake.read", "lake:")
    things = Counter(_thing(actor) if whole else f"table:{one['table_name']}" for one in rows)
    entries: list[str] = []
    for thing, count in (things or {_thing(actor): 0}).items():
        with looking(actor, thing, FINDINGS, reveal=reveal, purpose=purpose) as done:
            done.count = count
        entries += done.entries
    return entries[0]


def handle_finding(actor: Actor, finding_id: str, *, state: str, reason: str) -> None:
    """One step in a finding's life; refuses an unknown state, and a refusal without reason.

    Who may: whoever handles findings of the table that it is about.
    """
    if state not in STEPS:
        raise CityError(
            both(f"没有“{state}”这种状态", f"There is no state “{state}”"),
            do=both("、".join(STEPS), f"Choose one of {', '.join(STEPS)}"),
        )
    if state == "declined" and len(reason.strip()) < 4:
        raise CityError(
            both("不认可须写明理由", "A finding is declined only with a reason"),
            do=both("请写出为什么所报无误", "Say why what was reported is right"),
            where="reason",
        )
    found = told(wiring.store(), limit=1, finding_id=finding_id)
    if not found:
        raise Unknown(
            both("没有这条问题线索", "There is no such finding"),
            why=both("它可能已经更正", "it may have been corrected"),
            where=finding_id,
        )
    thing = f"table:{found[0]['table_name']}"
    with guard.act(actor, "findings.handle", thing, clock=wiring.clock()) as done:
        done.count = 1
        FindingStep.objects.create(
            finding=finding_id, state=state, reason=reason.strip()[:500], account=actor.id,
            at=wiring.clock().now(),
        )  # fmt: skip


def finding_counts(actor: Actor) -> tuple[tuple[str, Text, int], ...]:
    """How many findings each department has; no payload, so that everyone at work may see."""
    wiring.require(actor, "work.read", "lake:")
    return _counted("")


def may_see_findings(actor: Actor) -> bool:
    """Whether the reader may read findings at all: of the city, or of a table of theirs."""
    return wiring.may(actor, "lake.read", _thing(actor))


def _only(actor: Actor) -> str:
    """The department whose findings an officer sees; empty for the city's."""
    return "" if wiring.may(actor, "lake.read", "lake:") else actor.department


def _thing(actor: Actor) -> str:
    if wiring.may(actor, "lake.read", "lake:"):
        return f"table:{FINDINGS}"
    own = [
        f"table:{name}"
        for name in wiring.city().contracts
        if wiring.may(actor, "lake.read", f"table:{name}")
    ]
    return own[0] if own else f"table:{FINDINGS}"


def _counted(of: str) -> tuple[tuple[str, Text, int], ...]:
    found = counted(wiring.store(), department=of)
    return tuple((name, department(name), count) for name, count in found.items())


def _newest() -> dict[str, FindingStep]:
    return {step.finding: step for step in FindingStep.objects.order_by("at", "id")}


def _nothing(actor: Actor) -> FindingsView:
    return FindingsView(
        rows=(), total=0, offset=0, limit=0, counts=(), departments=(), tables=(), fields=(),
        may_open=False, may_reveal=False, revealed=False, purpose="", built=False, entry="",
        may_handle=wiring.may(actor, "findings.handle", _thing(actor)),
    )  # fmt: skip
