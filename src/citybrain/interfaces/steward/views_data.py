"""Overview, systems, tables, search, connection plan and help."""

from collections.abc import Sequence
from itertools import groupby

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.catalogue.service import SearchHit, SystemRow
from citybrain.interfaces.kit import words
from citybrain.interfaces.kit.access import SIGNED_IN, actor, page
from citybrain.interfaces.kit.twins import as_json, twin
from citybrain.interfaces.steward import tour

URGENT = ("damaged", "failed", "late")
TABLES = 200  # on one page
_KINDS = {
    "table": gettext_lazy("表"),
    "field": gettext_lazy("字段"),
    "system": gettext_lazy("系统"),
    "department": gettext_lazy("单位"),
}


@page("work.read")
def overview(request: HttpRequest) -> HttpResponse:
    """The first page: what arrived, what is late, what is wrong."""
    view = catalogue.overview(actor(request))
    unconnected = view.departments - view.departments_connected
    return render(request, "steward/overview.html", {"view": view, "unconnected": unconnected})


@page("work.read")
def overview_twin(request: HttpRequest, suffix: str) -> HttpResponse:
    """The overview as JSON; as CSV its list of systems."""
    view = catalogue.overview(actor(request))
    if suffix == "json":
        return as_json(view)
    return twin((*view.needs, *view.arrived), suffix, name="overview", of=SystemRow)


@page("work.read")
def systems(request: HttpRequest) -> HttpResponse:
    """All systems, those that need hands first."""
    view = catalogue.systems(actor(request))
    context = {
        "total": len(view),
        "needs": [row for row in view if row.state in URGENT],
        "arrived": [row for row in view if row.state not in URGENT],
    }
    return render(request, "steward/systems.html", context)


@page("work.read")
def systems_twin(request: HttpRequest, suffix: str) -> HttpResponse:
    """All systems, machine-readable."""
    return twin(catalogue.systems(actor(request)), suffix, name="systems", of=SystemRow)


@page("work.read")
def system(request: HttpRequest, name: str) -> HttpResponse:
    """One system with its tables."""
    return render(request, "steward/system.html", {"view": catalogue.system(actor(request), name)})


@page("work.read")
def system_twin(request: HttpRequest, name: str, suffix: str) -> HttpResponse:
    """One system as JSON; as CSV its tables."""
    view = catalogue.system(actor(request), name)
    if suffix == "json":
        return as_json(view)
    return twin(view.tables, suffix, name=name, of=catalogue.TableRow)


@page("work.read")
def tables(request: HttpRequest) -> HttpResponse:
    """All tables, or those that a search in characters or pinyin finds."""
    q = request.GET.get("q", "").strip()
    view = catalogue.tables(actor(request), q)
    shown = Paginator(view, TABLES).get_page(request.GET.get("page"))
    return render(request, "steward/tables.html", {"view": view, "q": q, "shown": shown})


@page("work.read")
def tables_twin(request: HttpRequest, suffix: str) -> HttpResponse:
    """The same list, machine-readable."""
    view = catalogue.tables(actor(request), request.GET.get("q", "").strip())
    return twin(view, suffix, name="tables", of=catalogue.TableRow)


@page("work.read")
def search(request: HttpRequest) -> HttpResponse:
    """Everything found for a word, by kind."""
    q = request.GET.get("q", "").strip()
    view = catalogue.search(actor(request), q) if q else ()
    context = {"query": q, "view": view, "groups": _groups(view)}
    return render(request, "steward/search.html", context)


def _groups(hits: Sequence[SearchHit]) -> list[dict[str, object]]:
    order = list(_KINDS)
    known = sorted(hits, key=lambda hit: order.index(hit.kind))
    return [
        {"kind": kind, "title": _KINDS[kind], "hits": list(found)}
        for kind, found in groupby(known, key=lambda hit: hit.kind)
    ]


@page("work.read")
def search_twin(request: HttpRequest, suffix: str) -> HttpResponse:
    """The same hits, machine-readable."""
    q = request.GET.get("q", "").strip()
    view = catalogue.search(actor(request), q) if q else ()
    return twin(view, suffix, name="search", of=SearchHit)


@page("work.read")
def plan(request: HttpRequest) -> HttpResponse:
    """All departments, and which of them are not yet connected."""
    view = catalogue.connection_plan(actor(request))
    connected = sum(row.connected for row in view)
    context = {"view": view, "total": len(view), "connected": connected}
    return render(request, "steward/plan.html", context)


@page("work.read")
def plan_twin(request: HttpRequest, suffix: str) -> HttpResponse:
    """The same list, machine-readable."""
    view = catalogue.connection_plan(actor(request))
    return twin(view, suffix, name="plan", of=catalogue.ConnectionPlanRow)


@page(SIGNED_IN)
def help_page(request: HttpRequest) -> HttpResponse:
    """The tour as a page, the words, the keys."""
    return render(request, "steward/help.html", {"steps": tour.steps(tour.step_of(request))})


@page(SIGNED_IN)
def styleguide(request: HttpRequest) -> HttpResponse:
    """All parts on one page, for developers and for accessibility checks."""
    context = {
        "states": list(words.STATES),
        "run_states": list(words.RUN_STATES),
        "levels": list(words.LEVELS),
        "title": _("样式"),
    }
    return render(request, "steward/styleguide.html", context)
