"""Standards: the registry of data elements, and which field holds which."""

from collections.abc import Sequence
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from citybrain.engines.libraries import service as libraries
from citybrain.engines.libraries.service import ElementRow
from citybrain.interfaces.kit.access import actor, page
from citybrain.interfaces.kit.twins import as_json, twin


@page("work.read")
def standards(request: HttpRequest) -> HttpResponse:
    """All elements, or those that a word finds."""
    q = request.GET.get("q", "")
    view = libraries.standards(actor(request), q)
    context = {"view": view, "q": q, "groups": _groups(view.elements)}
    return render(request, "steward/standards.html", context)


def _groups(rows: Sequence[ElementRow]) -> list[list[ElementRow]]:
    return [list(listed) for _group, listed in groupby(rows, key=lambda row: row.group)]


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
