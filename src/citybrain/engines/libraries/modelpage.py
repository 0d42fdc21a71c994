"""The page of one model: its text, what it expects, how it ran, what it stands between."""

from collections.abc import Iterator, Mapping

from citybrain.engines.identity.service import Actor
from citybrain.engines.libraries import flows, knowledge, offending, wiring
from citybrain.engines.libraries.building import builds
from citybrain.engines.libraries.columntitles import known_title
from citybrain.engines.libraries.looking import looking
from citybrain.engines.libraries.modelling import plan_of, row_of, standing
from citybrain.engines.libraries.modeltests import tests_of
from citybrain.engines.libraries.tracesteps import title_of
from citybrain.engines.libraries.views_models import (
    BuildPoint,
    ExpectationRow,
    ModelColumn,
    ModelView,
    Neighbour,
    PlanView,
    Sample,
)
from citybrain.engines.libraries.wiring import both
from citybrain.engines.work import service as work
from citybrain.lake.models.analysis import Analysis
from citybrain.lake.models.books import Run, State, read_history, read_states
from citybrain.lake.models.fingerprint import text_of
from citybrain.lake.models.make import asked_of
from citybrain.lake.models.model import Model
from citybrain.lake.models.results import BAD

RUNS = 14
MATERIALISED = {
    "full": both("全量重建", "built whole"),
    "incremental": both("只算有变的", "built by what changed"),
}


def model(actor: Actor, name: str, *, reveal: bool = False, purpose: str = "") -> ModelView:
    """One model; who may read its table also sees the rows that break an expectation.

    Those are masked by class unless revealed for a purpose, and showing them is an entry about
    the table.
    """
    wiring.require(actor, "work.read", "lake:")
    one, known = knowledge.model(name), knowledge.analysis()
    states = read_states(wiring.store())
    state, stand = states.get(name), standing(states)
    running = {held for build in builds() for held in build.running}
    may_read = wiring.may(actor, "lake.read", f"table:{name}")
    entry, samples = "", {}
    broken = bool(state and state.status == "refused" and any(state.expectations.values()))
    if (broken and may_read) or reveal:  # who may not is told so, broken or not
        with looking(actor, f"table:{name}", name, reveal=reveal, purpose=purpose) as done:
            samples = offending.first(one, state, reveal=reveal) if state and broken else {}
            done.count = sum(len(found.rows) for found in samples.values())
        entry = done.entries[0]
    return ModelView(
        row=row_of(one, state, "running" if name in running else stand[name]),
        description=both(one.description, one.description_en),
        sql=text_of(one),
        published=state.sql if state and state.published_at else "",
        native=one.native is not None,
        grain=one.grain,
        materialise=MATERIALISED.get(one.materialise, MATERIALISED["full"]),
        level=max((c.level for c in known.classes.get(name, {}).values()), default=0),
        columns=tuple(_columns(one, known)),
        expectations=tuple(_expectations(one, state, samples)),
        tests=tests_of(one),
        runs=tuple(_runs(name)),
        inputs=tuple(_neighbour(t, "model") for t in known.graph.inputs.get(name, ())),
        outputs=tuple(_outputs(name, known)),
        plan=_plan(name, known, states, stand),
        builds=builds(),
        problems=tuple(both(f"{p.message} {p.remedy}") for p in known.problems if p.model == name),
        may_build=wiring.may(actor, "model.build", f"model:{name}"),
        may_read=may_read,
        may_export=wiring.may(actor, "lake.export", f"table:{name}"),
        may_reveal=wiring.may(actor, "lake.reveal", f"table:{name}"),
        revealed=reveal and bool(entry),
        purpose=purpose,
        entry=entry,
    )


def _plan(
    name: str, known: Analysis, states: Mapping[str, State], stand: Mapping[str, str]
) -> PlanView:
    """What building this one model would do: it, and what follows from it."""
    held = {n: state for n, state in states.items() if n in stand}
    others = {n: how if how in BAD else "current" for n, how in stand.items()}
    return plan_of(known, held, others | {name: stand[name]})


def _columns(one: Model, known: Analysis) -> Iterator[ModelColumn]:
    classes = known.classes.get(one.name, {})
    for name, kind in known.columns.get(one.name, {}).items():
        held = classes.get(name)
        yield ModelColumn(
            name=name,
            title=known_title((one.name, name)) or both(""),
            type=kind.lower(),
            level=held.level if held else 4,
        )


def _expectations(
    one: Model, state: State | None, samples: Mapping[str, Sample]
) -> Iterator[ExpectationRow]:
    asked = state.expectations if state else {}
    for held in asked_of(one):
        known = state is not None and (held.name in asked or state.status == "built")
        yield ExpectationRow(
            name=held.name,
            title=both(held.title or held.name, held.title_en),
            sql=held.sql,
            broken=asked.get(held.name, 0) if known else None,
            sample=samples.get(held.name),
        )


def _runs(name: str) -> Iterator[BuildPoint]:
    """The last attempts, the oldest first."""
    yield from map(_point, reversed(read_history(wiring.store(), name, limit=RUNS)))


def build_results(actor: Actor, job: int) -> tuple[tuple[str, BuildPoint], ...]:
    """What a build on the queue attempted so far, model by model."""
    wiring.require(actor, "work.read", "lake:")
    found = work.job(job)
    states = read_states(wiring.store())
    told = found.progress.get("ended", ()) if found else ()
    return tuple(
        (
            name,
            BuildPoint(
                run="",
                at=wiring.local(found.started_at or found.enqueued_at),
                seconds=seconds,
                rows=rows,
                state=state,
                how="",
                error=states[name].error if name in states and state in BAD else "",
            ),
        )
        for name, state, rows, seconds in told
        if found
    )


def _point(run: Run) -> BuildPoint:
    return BuildPoint(
        run=run.run_id,
        at=run.started_at,
        seconds=run.seconds,
        rows=run.rows,
        state=run.status,
        how=run.how,
        error=run.error,
    )


def _neighbour(table: str, kind: str) -> Neighbour:
    return Neighbour(table=table, title=title_of(table), kind=kind)


def _outputs(name: str, known: Analysis) -> Iterator[Neighbour]:
    for other, inputs in known.graph.inputs.items():
        if name in inputs and other != name:
            yield _neighbour(other, "model")
    found = {
        target[0]
        for target, steps in flows.flows().backward.items()
        if target[0].startswith(f"{flows.INDICATOR}.") and any(s.source[0] == name for s in steps)
    }
    for table in sorted(found):
        yield _neighbour(table, "indicator")
