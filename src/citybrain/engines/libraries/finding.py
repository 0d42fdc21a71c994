"""Findings: what departments should look at again, and what became of it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from citybrain.base.errors import CityError
from citybrain.engines.guard import service as guard
from citybrain.engines.identity.service import Actor
from citybrain.engines.libraries import wiring
from citybrain.engines.libraries.errors import Unknown
from citybrain.engines.libraries.looking import looking
from citybrain.engines.libraries.models import FindingStep
from citybrain.engines.libraries.views_library import FindingRow, FindingsView
from citybrain.engines.libraries.wiring import Text, both, department, placed
from citybrain.lake.libraries.asking import counted, told
from citybrain.lake.libraries.findings import note_of
from citybrain.lake.libraries.model import Library
from citybrain.lake.libraries.names import FINDINGS
from citybrain.lake.libraries.reading import libraries
from citybrain.lake.mask import mask_value

STATES: Mapping[str, Text] = {
    "open": both("待核对", "Open"),
    "sent": both("已送部门", "Sent"),
    "accepted": both("部门认可", "Accepted"),
    "declined": both("部门不认", "Declined"),
    "corrected": both("已更正", "Corrected"),
}
STEPS = tuple(name for name in STATES if name != "open")
SHOWN = 50
MOST = 5_000


def findings_of(library: str, entity_id: str, *, reveal: bool) -> tuple[FindingRow, ...]:
    """The findings about one entity; the look at the entity is the caller's to record."""
    if not wiring.store().exists(FINDINGS):
        return ()
    read = told(wiring.store(), limit=SHOWN, library=library, entity_id=entity_id)
    return _rows(read, reveal=reveal)


def findings(
    actor: Actor, *, of: str = "", state: str = "", kind: str = "", limit: int = SHOWN
) -> FindingsView:
    """Findings for the reader: of the whole city, or of their own department's tables.

    One entry about the findings (or, for a department's officer, about each table of theirs).
    """
    wiring.require(actor, "work.read", "lake:")
    counted = _counted(_only(actor) or of)
    if not wiring.store().exists(FINDINGS):
        return _nothing(actor)
    steps = _newest()
    read = told(wiring.store(), limit=MOST, department=_only(actor) or of, kind=kind)
    kept = [one for one in read if not state or _state(steps, one["finding_id"]) == state]
    entry = _looked(actor, kept[:limit])  # before any of them is handed out
    rows = _rows(kept[:limit], reveal=False, steps=steps)
    totals: dict[str, int] = dict.fromkeys(STATES, 0)
    for one in read:
        totals[_state(steps, one["finding_id"])] += 1
    return FindingsView(
        rows=rows,
        total=len(kept),
        counts=tuple((name, count) for name, count in totals.items() if count),
        departments=counted,
        may_handle=wiring.may(actor, "findings.handle", _thing(actor)),
        built=True,
        entry=entry,
    )


def _looked(actor: Actor, rows: Iterable[Mapping[str, Any]]) -> str:
    """Record a look: one entry of the city's, or one for each table of an officer's; the first."""
    whole = wiring.may(actor, "lake.read", "lake:")
    things = Counter(_thing(actor) if whole else f"table:{one['table_name']}" for one in rows)
    entries: list[str] = []
    for thing, count in (things or {_thing(actor): 0}).items():
        with looking(actor, thing, FINDINGS) as done:
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


def _state(steps: Mapping[str, FindingStep], finding: str) -> str:
    step = steps.get(finding)
    return step.state if step else "open"


def _rows(
    read: Iterable[Mapping[str, Any]], *, reveal: bool,
    steps: Mapping[str, FindingStep] | None = None,
) -> tuple[FindingRow, ...]:  # fmt: skip
    known = _newest() if steps is None else steps
    return tuple(_row(one, known, reveal=reveal) for one in read)


def _row(one: Mapping[str, Any], steps: Mapping[str, FindingStep], *, reveal: bool) -> FindingRow:
    city = wiring.city()
    library = libraries(city).get(one["library"])
    contract = city.contracts.get(one["table_name"])
    step = steps.get(one["finding_id"])
    named = next((f for f in library.fields if f.name == one["field"]), None) if library else None
    said, believed, sentences = _masked(one, reveal=reveal)
    entity = library.entity if library and library.entity != "none" else one["library"]
    return FindingRow(
        id=one["finding_id"],
        kind=one["kind"],
        title=both(one["title"], one["title_en"]),
        library=one["library"],
        thing=f"{entity}:{one['entity_id']}" if one["entity_id"] else "",
        field=one["field"] or "",
        field_title=both(named.title, named.title_en) if named else both(one["field"] or ""),
        department=one["department"] or "",
        department_title=department(one["department"] or ""),
        table=one["table_name"] or "",
        table_title=both(contract.title or contract.id, contract.title_en)
        if contract
        else both(one["table_name"] or ""),
        said=said,
        believed=believed,
        sentence=sentences,
        state=step.state if step else "open",
        reason=step.reason if step else "",
        at=placed(one["seen_at"]),
    )


def _masked(one: Mapping[str, Any], *, reveal: bool) -> tuple[str, str, Text]:
    """Both values and the sentence, the values in it masked by the class of their field."""
    values = [one["said"] or "", one["believed"] or ""]
    zh, en = one["sentence"] or "", one["sentence_en"] or ""
    library = libraries(wiring.city()).get(one["library"])
    if reveal or library is None:
        return values[0], values[1], both(zh, en)
    note = note_of(library, one["field"] or "")
    shown = [mask_value(v, note.masking or "none", note.level or 4) or "" for v in values]
    codes = _codes(library, one["field"] or "")
    for value, mask in zip(values, shown, strict=True):
        if value and value != mask:
            said = codes.get(value, value)  # the sentence says what a code means
            zh, en = zh.replace(said, mask), en.replace(said, mask)
    return shown[0], shown[1], both(zh, en)


def _codes(library: Library, name: str) -> Mapping[str, str]:
    field = next((f for f in library.fields if f.name == name), None)
    codes = wiring.city().codelists.get(field.codelist) if field else None
    return {code: entry.title for code, entry in codes.entries.items()} if codes else {}


def _nothing(actor: Actor) -> FindingsView:
    return FindingsView(
        rows=(), total=0, counts=(), departments=(), built=False, entry="",
        may_handle=wiring.may(actor, "findings.handle", _thing(actor)),
    )  # fmt: skip
