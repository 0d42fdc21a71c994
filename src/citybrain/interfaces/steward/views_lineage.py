"""Lineage: the graph and its list, by column or by table, forwards and backwards."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from citybrain.engines.libraries import service as libraries
from citybrain.interfaces.kit.access import actor, page
from citybrain.interfaces.kit.twins import as_json, twin
from citybrain.interfaces.steward.flowgraph import flowgraph
from citybrain.interfaces.steward.highlighting import lines

WAYS = ("both", "up", "down")


@page("work.read")
def lineage(request: HttpRequest) -> HttpResponse:
    """Every model, to begin from."""
    rows = libraries.lineage_starts(actor(request))
    layers: dict[str, list[libraries.LineageStart]] = {}
    for row in sorted(rows, key=lambda one: (_ORDER.get(one.layer, 9), one.table)):
        layers.setdefault(row.layer, []).append(row)
    return render(request, "steward/lineage_start.html", {"layers": layers.items(), "n": len(rows)})


@page("work.read")
def lineage_start_twin(request: HttpRequest, suffix: str) -> HttpResponse:
    """The same list, machine-readable."""
    rows = libraries.lineage_starts(actor(request))
    return twin(rows, suffix, name="lineage", of=libraries.LineageStart)


@page("work.read")
def lineage_of(request: HttpRequest, table: str) -> HttpResponse:
    """Graph and list of a table, or of one of its columns."""
    column = request.GET.get("column", "")
    view = libraries.lineage_of(actor(request), table, column)
    way = request.GET.get("way", "both")
    context = {
        "view": view,
        "code": lines(view.deciding.select) if view.deciding and view.deciding.select else (),
        "graph": flowgraph(view),
        "way": way if way in WAYS else "both",
        "up": len({(line.table, line.column) for line in view.upstream}),
        "down": len({(line.table, line.column) for line in view.downstream}),
    }
    return render(request, "steward/lineage.html", context)


@page("work.read")
def lineage_twin(request: HttpRequest, table: str, suffix: str) -> HttpResponse:
    """The lineage as JSON; as CSV its steps."""
    view = libraries.lineage_of(actor(request), table, request.GET.get("column", ""))
    if suffix == "json":
        return as_json(view)
    return twin(view.steps, suffix, name=f"lineage-{table}", of=libraries.LineageStep)


@page("work.read")
def lineage_sources(request: HttpRequest, table: str, suffix: str) -> HttpResponse:
    """Who says a library's field, in their order, with how many records have it from whom."""
    column = request.GET.get("column", "")
    view = libraries.lineage_of(actor(request), table, column)
    rows = view.deciding.sources if view.deciding else ()
    return twin(rows, suffix, name=f"{table}.{column}", of=libraries.DecidingSource)


_ORDER = {"lib": 0, "theme": 1, "ads": 2, "dwd": 3}
