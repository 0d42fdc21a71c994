"""Standards: the registry of data elements, and what other catalogues may read of us."""

from collections.abc import Sequence
from itertools import groupby

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from citybrain.engines.libraries import service as libraries
from citybrain.engines.libraries.service import ElementRow
from citybrain.interfaces.kit.access import actor, page
from citybrain.interfaces.kit.twins import as_json, twin

NEWEST = 100  # runs that a page tells as events


@page("work.read")
def standards(request: HttpRequest) -> HttpResponse:
    """All elements, or those that a word finds."""
    q = request.GET.get("q", "")
    view = libraries.standards(actor(request), q)
    context = {"view": view, "q": q, "groups": _groups(view.elements)}
    return render(request, "steward/standards.html", context)


def _groups(rows: Sequence[ElementRow]) -> list[list[ElementRow]]:
    """The elements by subject, the most used subject first."""
    groups = [list(listed) for _group, listed in groupby(rows, key=lambda row: row.group)]
    return sorted(groups, key=lambda listed: -sum(row.fields for row in listed))


@page("work.read")
def standards_twin(request: HttpRequest, suffix: str) -> HttpResponse:
    """The same list, machine-readable."""
    view = libraries.standards(actor(request), request.GET.get("q", ""))
    return twin(view.elements, suffix, name="elements", of=libraries.ElementRow)


@page("work.read")
def standards_fields(request: HttpRequest, suffix: str) -> HttpResponse:
    """Every field with its element, contradictions and proposals."""
    rows = libraries.standards_fields(actor(request))
    return twin(rows, suffix, name="fields", of=libraries.BoundField)


@page("work.read")
def standard(request: HttpRequest, name: str) -> HttpResponse:
    """One element with every field that holds it."""
    view = libraries.standard(actor(request), name)
    return render(request, "steward/standards_element.html", {"view": view})


@page("work.read")
def standard_twin(request: HttpRequest, name: str, suffix: str) -> HttpResponse:
    """The same: all of it as JSON, the fields as CSV."""
    view = libraries.standard(actor(request), name)
    if suffix == "json":
        return as_json(view)
    return twin(view.fields, suffix, name=f"element-{name}", of=libraries.BoundField)


@page("work.read")
def openlineage(request: HttpRequest) -> HttpResponse:
    """The newest runs as OpenLineage events, a JSON array."""
    return _events(request)


@page("work.read")
def openlineage_run(request: HttpRequest, run: str) -> HttpResponse:
    """One run as OpenLineage events."""
    return _events(request, run)


def _events(request: HttpRequest, run: str = "") -> HttpResponse:
    # The standard's own form, without our envelope: other catalogues read it as it is.
    found = libraries.lineage_events(actor(request), run=run, limit=NEWEST)
    return JsonResponse(found, safe=False, json_dumps_params={"ensure_ascii": False})
