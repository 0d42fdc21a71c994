"""Models as a person sees them: state, plan, text, expectations with the rows that break them."""

from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher

from citybrain.engines.identity.service import Actor
from citybrain.engines.libraries import flows, knowledge, wiring
from citybrain.engines.libraries.building import builds
from citybrain.engines.libraries.tracesteps import title_of
from citybrain.engines.libraries.views_models import (
    MODEL_STATES,
    ModelRow,
    ModelsView,
    PlanStep,
    PlanView,
    Refused,
)
from citybrain.engines.libraries.wiring import Text, both, department
from citybrain.lake.models.analysis import Analysis
from citybrain.lake.models.books import State, read_states
from citybrain.lake.models.fingerprint import made_by, text_of, wanted
from citybrain.lake.models.heads import contents
from citybrain.lake.models.make import asked_of
from citybrain.lake.models.model import Model

LAYERS = ("dwd", "lib", "theme", "ads")
HANDS = ("refused", "failed", "blocked", "changed", "stale", "never")
_BAD = ("refused", "failed", "blocked")


def models(actor: Actor, *, hands: bool = False, layer: str = "") -> ModelsView:
    """Every model by layer, what a build would do, what runs; shows no payload.

    With ``hands`` only those that need hands, with ``layer`` only those of one.
    """
    wiring.require(actor, "work.read", "lake:")
    known, states = knowledge.analysis(), read_states(wiring.store())
    stand = standing(states)
    running = {name for one in builds() for name in one.running}
    rows = [
        row_of(one, states.get(one.name), "running" if one.name in running else stand[one.name])
        for one in knowledge.models().values()
    ]
    rows.sort(key=lambda row: (LAYERS.index(row.layer), row.name))
    counted = [row.state for row in rows]
    return ModelsView(
        rows=tuple(
            row
            for row in rows
            if (not hands or row.state in HANDS) and (not layer or row.layer == layer)
        ),
        counts=tuple((s, counted.count(s)) for s in MODEL_STATES if s in counted),
        plan=plan_of(known, states, stand),
        builds=builds(),
        refused=tuple(_refused(states)),
        problems=tuple(both(f"{p.model}: {p.message} {p.remedy}") for p in known.problems),
        may_build=wiring.may(actor, "model.build", "lake:"),
    )


def standing(states: Mapping[str, State]) -> dict[str, str]:
    """Each model's state: how its last attempt ended, or what changed since."""
    held = knowledge.models()
    inputs = knowledge.analysis().graph.inputs
    now = contents(wiring.store(), {t for tables in inputs.values() for t in tables})
    return {
        name: _stand(one, states.get(name), {t: now[t] for t in inputs.get(name, ())})
        for name, one in held.items()
    }


def _stand(one: Model, state: State | None, now: Mapping[str, int]) -> str:
    if state is None:
        return "never"
    want = wanted(one, now)
    if state.status in _BAD and state.tried in ("", want):
        return state.status
    if state.made_by and state.made_by != made_by(one):
        return "changed"
    return "current" if state.fingerprint == want else "stale"


def row_of(one: Model, state: State | None, stand: str) -> ModelRow:
    """A model as a line of the list."""
    broken = sum(1 for rows in state.expectations.values() if rows) if state else 0
    asked = len(state.expectations) if state else 0
    return ModelRow(
        name=one.name,
        layer=one.name.partition(".")[0],
        title=both(one.title or one.name, one.title_en),
        state=stand,
        at=state.published_at if state else None,
        rows=state.rows if state and state.published_at else None,
        seconds=state.seconds if state else 0.0,
        passed=asked - broken,
        broken=broken,
        generated=one.generated,
        schedule=schedule_of(one),
        owner_title=department(one.owner),
        file=one.file,
        error=state.error if state and stand in _BAD else "",
    )


def schedule_of(one: Model) -> Text:
    """When it is built, as words."""
    if one.schedule.startswith("daily"):
        at = one.schedule.removeprefix("daily").strip()
        return both(f"每天 {at}", f"daily {at}")
    return both("来源有变即构建", "when a source changes")


def plan_of(known: Analysis, states: Mapping[str, State], stand: Mapping[str, str]) -> PlanView:
    """What a build would do now: what changed, and what follows from each."""
    held = knowledge.models()
    first = [name for name in known.graph.order if stand[name] in ("changed", "stale", "never")]
    follows = {name: _depth(name, first, known) for name in known.graph.downstream(first)}
    told = {*first, *follows}
    steps = [
        _step(held[name], states.get(name), stand[name], follows.get(name, 0))
        for name in known.graph.order
        if name in told
    ]
    steps += [_removed(state) for name, state in states.items() if name not in held]
    unpublished = sum(stand[name] in _BAD for name in held if name not in told)
    return PlanView(
        steps=tuple(steps),
        untouched=len(held) - len(told) - unpublished,
        unpublished=unpublished,
        seconds=sum(step.seconds for step in steps),
        numbers=tuple(_numbers(told)),
    )


def _depth(name: str, first: Iterable[str], known: Analysis) -> int:
    """How many models lie between a change and what follows from it; 1 for the next."""
    reached, depth = set(first), 0
    while name not in reached and depth < len(known.graph.order):
        depth += 1
        reached |= {
            model for model, inputs in known.graph.inputs.items() if reached.intersection(inputs)
        }
    return depth


def _step(one: Model, state: State | None, stand: str, depth: int) -> PlanStep:
    actions = {"never": "added", "changed": "changed", "stale": "stale"}
    before = (state.sql if state else "").splitlines()
    after = text_of(one).splitlines()
    added, gone = _lines(before, after) if stand == "changed" else (0, 0)
    return PlanStep(
        model=one.name,
        title=both(one.title or one.name, one.title_en),
        action=actions.get(stand, "follows"),
        depth=0 if stand in actions and not depth else depth,
        rows=state.rows if state and state.published_at else None,
        seconds=state.seconds if state else 0.0,
        added=added,
        gone=gone,
    )


def _removed(state: State) -> PlanStep:
    return PlanStep(
        model=state.model, title=both(state.model), action="removed", depth=0, rows=state.rows,
        seconds=0.0,
    )  # fmt: skip


def _lines(before: list[str], after: list[str]) -> tuple[int, int]:
    added = gone = 0
    for what, i, i_end, j, j_end in SequenceMatcher(None, before, after).get_opcodes():
        if what != "equal":
            gone, added = gone + i_end - i, added + j_end - j
    return added, gone


def _numbers(models_: Iterable[str]) -> list[Text]:
    """The indicators that read any of these models."""
    wanted_ = set(models_)
    found = {
        target[0]
        for target, steps in flows.flows().backward.items()
        if target[0].startswith(f"{flows.INDICATOR}.")
        and any(step.source[0] in wanted_ for step in steps)
    }
    return [title_of(table) for table in sorted(found)]


def _refused(states: Mapping[str, State]) -> Iterable[Refused]:
    for name, one in knowledge.models().items():
        state = states.get(name)
        if state is None or state.status != "refused":
            continue
        titles = {e.name: both(e.title, e.title_en) for e in asked_of(one)}
        for expectation, rows in state.expectations.items():
            if rows:
                yield Refused(
                    model=name,
                    title=both(one.title or name, one.title_en),
                    expectation=titles.get(expectation, both(expectation)),
                    rows=rows,
                    stands_since=state.published_at,
                )
