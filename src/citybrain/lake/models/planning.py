"""What a city's models would change: which tables are added, made otherwise, or left behind."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from difflib import unified_diff
from typing import Any

from citybrain.base.wording import counted
from citybrain.city import City
from citybrain.lake.models.books import State, read_states
from citybrain.lake.models.fingerprint import made_by, text_of
from citybrain.lake.models.model import Model
from citybrain.lake.models.registry import models
from citybrain.lake.models.remembered import ordered
from citybrain.lake.store import Store

_SIGNS = {"added": "+", "changed": "~", "removed": "-"}


@dataclass(frozen=True, kw_only=True)
class ModelChange:
    """One model that differs from what is published.

    ``diff`` is the unified difference of its text; ``downstream`` are the models that will be
    built after it; ``rows`` and ``seconds`` are those of its last build, 0 when there was none.
    """

    model: str
    action: str
    diff: str
    downstream: tuple[str, ...]
    rows: int
    seconds: float
    file: str = ""


@dataclass(frozen=True, kw_only=True)
class ModelPlan:
    """All differences, and every model that will be built, in order.

    ``rows`` and ``seconds`` add up what building them took last time.
    """

    changes: tuple[ModelChange, ...]
    downstream: tuple[str, ...]
    rows: int
    seconds: float

    def named(self, action: str) -> tuple[ModelChange, ...]:
        """The changes of one action: added, changed or removed."""
        return tuple(c for c in self.changes if c.action == action)

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return asdict(self)

    def render(self) -> str:
        """The plan for a terminal."""
        if not self.changes:
            return "models: no differences to what is published."
        lines = []
        added = self.named("added")
        if len(added) > 10:
            lines.append(f"+ {len(added):4} × model")
        for change in self.changes:
            if change.action != "added" or len(added) <= 10:
                lines += _lines(change)
        if self.downstream:
            above = ", ".join(self.downstream[:12])
            more = f" … and {len(self.downstream) - 12} more" if len(self.downstream) > 12 else ""
            lines.append(f"built again downstream: {above}{more}")
        counts = {a: len(self.named(a)) for a in _SIGNS}
        said = ", ".join(f"{n} {a}" for a, n in counts.items() if n)
        took = (
            f"; last time {self.seconds:.1f} s, {counted(self.rows, 'row')}" if self.seconds else ""
        )
        lines.append(f"models: {said}, {len(self.downstream)} downstream{took}.")
        return "\n".join(lines)


def plan(store: Store, city: City) -> ModelPlan:
    """The difference between a city's models and what is published; nothing is written."""
    every, known = models(city), read_states(store)
    order = ordered(store, every)
    changes = [c for c in (_change(m, known.get(n)) for n, m in every.items()) if c]
    touched = [c.model for c in changes]
    changes = [_with_downstream(c, order.downstream([c.model])) for c in changes]
    changes += [
        ModelChange(
            model=name,
            action="removed",
            diff=_diff(name, state.sql, ""),
            downstream=order.downstream([name]),
            rows=state.rows,
            seconds=0.0,
        )
        for name, state in known.items()
        if name not in every
    ]
    above = order.downstream(touched)
    again = [known[n] for n in {*touched, *above} if n in known]
    return ModelPlan(
        changes=tuple(changes),
        downstream=above,
        rows=sum(s.rows for s in again),
        seconds=round(sum(s.seconds for s in again), 3),
    )


def _change(model: Model, state: State | None) -> ModelChange | None:
    if state and state.made_by == made_by(model):
        return None
    old = state.sql if state else ""
    return ModelChange(
        model=model.name,
        action="changed" if state and state.fingerprint else "added",
        diff=_diff(model.name, old, text_of(model)),
        downstream=(),
        rows=state.rows if state else 0,
        seconds=state.seconds if state else 0.0,
        file=model.file,
    )


def _with_downstream(change: ModelChange, downstream: tuple[str, ...]) -> ModelChange:
    told: Mapping[str, Any] = {**vars(change), "downstream": downstream}
    return ModelChange(**told)


def _diff(name: str, old: str, new: str) -> str:
    lines = unified_diff(
        old.splitlines(), new.splitlines(), f"{name} as published", name, lineterm=""
    )
    return "\n".join(lines)


def _lines(change: ModelChange) -> list[str]:
    text = [f"{_SIGNS[change.action]} model {change.model}"]
    if change.action == "removed":
        kept = "its table leaves the lake with the next build, its files with a later sweep"
        text.append(f"    {counted(change.rows, 'row')}; {kept}")
        if change.downstream:
            text.append(f"    still read by {', '.join(change.downstream)}, which cannot be built")
    if change.action == "changed":
        text += [f"    {line}" for line in change.diff.splitlines()[2:]]
    return text
