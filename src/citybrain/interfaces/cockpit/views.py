"""The cockpit's pages: the data centre, its live part, indicators, reminders."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from citybrain.base.errors import CityError
from citybrain.base.hashing import sha256_bytes
from citybrain.engines.indicators import service as engine
from citybrain.engines.indicators.service import Card, DataCentre
from citybrain.interfaces.cockpit.drawing import bars, line, portrait, wide
from citybrain.interfaces.kit.access import actor, page
from citybrain.interfaces.kit.twins import as_json, twin
from citybrain.interfaces.kit.views_errors import told_in_a_line

CHARTS = ("river", "hours", "quality", "integrity")
# What a chart's numbers are, so that each has a twin of its own.
_PARTS: Mapping[str, tuple[Callable[[DataCentre], Sequence[Any]], type]] = MappingProxyType(
    {
        "cards": (lambda view: view.cards, Card),
        "sources": (lambda view: view.river.springs, engine.Spring),
        "libraries": (lambda view: (*view.river.libraries, *view.river.themes), engine.Pool),
        "users": (lambda view: view.river.users, engine.User),
        "hours": (lambda view: view.hours, engine.Hour),
        "late": (lambda view: view.late, engine.Late),
        "quality": (lambda view: view.quality.terms, engine.Term),
        "integrity": (lambda view: (view.integrity,), engine.Integrity),
        "feed": (lambda view: view.feed, engine.Moment),
    }
)


@page("indicators.read")
def cockpit(request: HttpRequest) -> HttpResponse:
    """The cockpit begins at its first map."""
    return redirect("data_centre")


@page("indicators.read")
def data_centre(request: HttpRequest) -> HttpResponse:
    """The data centre, drawn once; what moves is fetched again by the page itself."""
    return render(request, "cockpit/data_centre.html", _map(request))


@page("indicators.read")
def data_centre_live(request: HttpRequest) -> HttpResponse:
    """Only what moves; nothing at all when it is what the reader already has."""
    text = render_to_string("cockpit/_map.html", _map(request), request=request)
    tag = f'"{sha256_bytes(text.encode())[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified()
    return HttpResponse(text, headers={"ETag": tag})


def _map(request: HttpRequest) -> dict[str, object]:
    return drawn(request, engine.data_centre(actor(request)))


def drawn(request: HttpRequest, view: DataCentre) -> dict[str, object]:
    """What the templates need to draw a view, in the form that the address asks for."""
    english = get_language() == "en"
    tables = _as_tables(request)
    return {
        "view": view,
        "wide": wide(view.river, english=english),
        "portrait": portrait(view.river, english=english),
        "bars": bars(view.hours),
        "tables": tables,
        "query": request.GET.urlencode(),
        "as_table": {chart: _with(tables, chart) for chart in CHARTS},
        "unbuilt": any(pool.rows is None for pool in view.river.libraries),
        "qualified": _percent(view.river.passed, view.river.read),
        "aside_share": _percent(view.river.set_aside, view.river.read),
        "intact": 100 * view.integrity.intact / max(view.integrity.files, 1),
    }


def _percent(part: int, whole: int) -> str:
    """A share with two digits, never rounded up to a full hundred."""
    if not whole:
        return ""
    shown = 100 * part / whole
    return f"{min(shown, 99.99) if part < whole else shown:.2f}%"


def _as_tables(request: HttpRequest) -> frozenset[str]:
    """The charts that are wanted as tables: all with ``view=table``, else those in ``table``."""
    if request.GET.get("view") == "table":
        return frozenset(CHARTS)
    return frozenset(request.GET.get("table", "").split(",")) & frozenset(CHARTS)


def _with(tables: frozenset[str], chart: str) -> str:
    """The address of the same page with one chart turned over."""
    turned = sorted(tables ^ {chart})
    return f"{reverse('data_centre')}{'?table=' + ','.join(turned) if turned else ''}#{chart}"


@page("indicators.read")
def data_centre_twin(request: HttpRequest, suffix: str) -> HttpResponse:
    """The whole map as JSON; as CSV its cards."""
    view = engine.data_centre(actor(request))
    if suffix == "json":
        return as_json(view)
    return twin(view.cards, suffix, name="data-centre", of=Card)


@page("indicators.read")
def data_centre_part(request: HttpRequest, part: str, suffix: str) -> HttpResponse:
    """The numbers of one chart, machine-readable."""
    if part not in _PARTS:
        raise Http404(part)
    rows, kind = _PARTS[part]
    found = rows(engine.data_centre(actor(request)))
    return twin(found, suffix, name=f"data-centre-{part}", of=kind)


@page("indicators.remind", "POST")
def remind(request: HttpRequest) -> HttpResponse:
    """Remind the department of one table that is late."""
    try:
        engine.remind(actor(request), request.POST.get("table", ""))
    except CityError as error:
        if getattr(error, "status", 0) != 409:
            raise
        messages.warning(request, told_in_a_line(error))
    else:
        messages.success(request, _("已催办，并已留痕。"))
    return redirect(reverse("data_centre") + "#late")


@page("indicators.read")
def indicators(request: HttpRequest) -> HttpResponse:
    """Every indicator with its number, definition, source and freshness."""
    return render(request, "cockpit/indicators.html", {"view": engine.cards(actor(request))})


@page("indicators.read")
def indicators_twin(request: HttpRequest, suffix: str) -> HttpResponse:
    """The same list, machine-readable."""
    return twin(engine.cards(actor(request)), suffix, name="indicators", of=Card)


@page("indicators.read")
def indicator(request: HttpRequest, name: str) -> HttpResponse:
    """One indicator: what it means, what was read, its parts, its values over time."""
    view = engine.indicator(actor(request), name)
    context = {
        "view": view,
        "thing": f"indicator:{name}",
        "line": line(view.history),
        "most": max((part.value for part in view.parts), default=0),
    }
    return render(request, "cockpit/indicator.html", context)


@page("indicators.read")
def indicator_twin(request: HttpRequest, name: str, suffix: str) -> HttpResponse:
    """The indicator as JSON; as CSV its values over time."""
    view = engine.indicator(actor(request), name)
    if suffix == "json":
        return as_json(view)
    return twin(view.history, suffix, name=name, of=engine.Point)
