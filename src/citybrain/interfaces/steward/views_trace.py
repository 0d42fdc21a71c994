"""Trace: from the wall's number to the department's cell and back."""

import re
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from citybrain.base.errors import CityError
from citybrain.engines.libraries import service as libraries
from citybrain.engines.libraries.service import TraceView
from citybrain.interfaces.kit.access import actor, page
from citybrain.interfaces.kit.twins import as_json, twin
from citybrain.interfaces.kit.views_errors import told
from citybrain.interfaces.steward.highlighting import Line, excerpt, lines

BADGES = {
    "number": "墙",
    "indicator": "标",
    "model": "模",
    "field": "库",
    "row": "行",
    "cell": "格",
}
SHOWN = 16  # lines of a model's text in a trace


@page("work.read")
def trace_start(request: HttpRequest) -> HttpResponse:
    """Where a trace may begin: every number and every library; or what was written."""
    asked = request.GET.get("thing", "").strip()
    who = actor(request)
    context: dict[str, object] = {"view": libraries.trace_starts(who), "asked": asked}
    if asked:
        try:
            return _page(request, libraries.trace(who, asked))
        except CityError as error:
            context["error"] = told(error)
            return render(request, "steward/trace_start.html", context, status=404)
    return render(request, "steward/trace_start.html", context)


@page("work.read")
def trace_start_twin(request: HttpRequest, suffix: str) -> HttpResponse:
    """The numbers and libraries where a trace may begin, machine-readable."""
    view = libraries.trace_starts(actor(request))
    rows = (*view.numbers, *view.tables)
    return twin(rows, suffix, name="traces", of=libraries.TraceAffected)


@page("work.read")
def trace(request: HttpRequest, thing: str) -> HttpResponse:
    """The steps of one thing; a person's value is masked, and looking is an entry."""
    return _page(request, _traced(request, thing))


@page("work.read")
def trace_twin(request: HttpRequest, thing: str, suffix: str) -> HttpResponse:
    """The same steps, machine-readable."""
    view = _traced(request, thing)
    if suffix == "json":
        return as_json(view)
    return twin(view.steps, suffix, name="trace", of=libraries.TraceStep)


@page("lake.reveal", "POST")
def trace_reveal(request: HttpRequest, thing: str) -> HttpResponse:
    """The steps unmasked, for a purpose."""
    purpose = request.POST.get("purpose", "").strip()
    via = request.POST.get("via", "")
    view = libraries.trace(actor(request), thing, via=via, reveal=True, purpose=purpose)
    return _page(request, view)


def _traced(request: HttpRequest, thing: str) -> TraceView:
    return libraries.trace(actor(request), thing, via=request.GET.get("via", ""))


def _page(request: HttpRequest, view: TraceView) -> HttpResponse:
    steps = [(step, BADGES[step.kind], *_code(step)) for step in view.steps]
    context = {
        "view": view,
        "steps": steps,
        "via": request.POST.get("via") or request.GET.get("via") or "",
        "may_reveal": bool(view.entry) and any(step.masked for step in view.steps),
    }
    return render(request, "steward/trace.html", context)


def _code(step: libraries.TraceStep) -> tuple[Sequence[Line], str]:
    """The step's text, the lines that name its column marked; of a long one these alone.

    And the model whose page shows it whole, where lines are left out.
    """
    if not step.sql:
        return (), ""
    named = re.compile(rf"(?<!\w){re.escape(step.mark)}(?!\w)") if step.mark else None
    rows = step.sql.split("\n")
    marks = {n for n, row in enumerate(rows, start=1) if named and named.search(row)}
    found = lines(step.sql, marks=marks if len(marks) < len(rows) else ())
    if len(found) <= SHOWN or step.kind != "model":
        return found, ""
    return excerpt(found, SHOWN), step.thing.partition(":")[2]
