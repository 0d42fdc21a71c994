"""Rows that break a model's expectations: some on its page, all that were kept as a download."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from citybrain.base.wording import both
from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.guard import service as guard
from citybrain.engines.identity.service import Actor
from citybrain.engines.libraries import knowledge, wiring
from citybrain.engines.libraries.errors import Unknown
from citybrain.engines.libraries.exporting import as_csv
from citybrain.engines.libraries.views_models import Sample
from citybrain.lake.mask import Class, is_masked, mask_value
from citybrain.lake.models.books import State, read_states
from citybrain.lake.models.inherit import inherited
from citybrain.lake.models.lineage import lineage
from citybrain.lake.models.make import asked_of
from citybrain.lake.models.model import Model
from citybrain.lake.statement import tables_of

SHOWN = 20  # offending rows on the page
_UNKNOWN = Class(masking="secret", level=4)  # of a column of which nobody can tell what it is


def masked(
    rows: Sequence[Mapping[str, Any]], classes: Mapping[str, Class], *, reveal: bool = False
) -> Sample:
    """Offending rows masked by these classes of their columns, without one wholly.

    With ``reveal`` nothing is; that must be asked and recorded by whoever calls.
    """
    names = tuple(rows[0]) if rows else ()

    def shown(name: str, value: Any) -> str | None:
        held = classes.get(name, _UNKNOWN)
        text = catalogue.as_text(value)
        return text if reveal else mask_value(text, held.masking, held.level)

    return Sample(
        columns=names,
        rows=tuple(tuple(shown(n, row.get(n)) for n in names) for row in rows),
        kept=len(rows),
        masked=any(
            is_masked(held.masking, held.level)
            for held in (classes.get(name, _UNKNOWN) for name in names)
        ),
    )


def _classes(model: Model, expectation: str, names: Sequence[str]) -> Mapping[str, Class]:
    """The classes of the columns of an expectation's answer, by what its query makes them of.

    Not by their names: ``SELECT id_number AS county`` is masked as a number.
    """
    asked = {one.name: one.sql for one in asked_of(model)}
    if expectation not in asked:
        return {}
    known = knowledge.analysis()
    named = {table: list(known.columns.get(table, ())) for table in tables_of(asked[expectation])}
    told = lineage(asked[expectation], named, names)
    found = {name: inherited(name, told, known.classes) for name in names}
    return {name: held for name, held in found.items() if held is not None}


def first(model: Model, state: State, *, reveal: bool) -> dict[str, Sample]:
    """What the page shows of each broken expectation: the first rows, and how many are kept."""
    found = {}
    for name, rows in state.sample.items():
        classes = _classes(model, name, tuple(rows[0]) if rows else ())
        found[name] = replace(masked(rows[:SHOWN], classes, reveal=reveal), kept=len(rows))
    return found


def broken_rows(actor: Actor, name: str, expectation: str) -> catalogue.Download:
    """The kept rows that broke an expectation in the last refused build, as CSV.

    Masked whoever asks; one entry ``lake.export`` about the table. Where more rows broke it
    than were kept, the file's last row says so. ``Unknown`` where nothing is kept.
    """
    model = knowledge.model(name)
    with guard.act(
        actor, "lake.export", f"table:{name}", masked=True, hold=False, clock=wiring.clock()
    ) as done:
        catalogue.gate(name)
        state = read_states(wiring.store()).get(model.name)
        rows = _kept(state, name, expectation)
        sample = masked(rows, _classes(model, expectation, tuple(rows[0])))
        done.count = len(rows)
    total = state.expectations.get(expectation, 0) if state else 0
    told: list[Sequence[str | None]] = list(sample.rows)
    if total > len(rows):
        told.append(
            [f"共 {total:,} 行，只存前 {len(rows):,} 行 / first {len(rows):,} of {total:,}"]
        )
    rehearsal = wiring.home().rehearsal
    mark = "-演练" if rehearsal else ""
    return catalogue.Download(
        file_name=f"{name}-{expectation}{mark}.csv",
        media_type="text/csv; charset=utf-8",
        content=as_csv(sample.columns, told, rehearsal),
        entry=done.entries[0],
    )


def _kept(state: State | None, name: str, expectation: str) -> Sequence[Mapping[str, Any]]:
    refused = state is not None and state.status == "refused"
    rows = state.sample.get(expectation, ()) if state and refused else ()
    if not rows:
        raise Unknown(
            both(f"没有存着不合 {expectation} 的行", f"No rows that break {expectation} are kept"),
            why=both("最近一次构建没有因它被拒", "the last build was not refused by it"),
            do=both("请看模型页面上的检验", "Look at the expectations on the model's page"),
            where=name,
        )
    return rows
