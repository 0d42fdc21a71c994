"""Libraries whose rows are no entities: their rows in a list, and one row."""

from dataclasses import replace
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from citybrain.base.errors import CityError
from citybrain.engines.guard.service import may
from citybrain.engines.libraries import service as libraries
from citybrain.engines.libraries.service import RowsAsked, RowsView, RowView
from citybrain.interfaces.kit.access import actor
from citybrain.interfaces.kit.twins import as_json, table_twin, twin
from citybrain.interfaces.kit.views_errors import told_reason
from citybrain.interfaces.steward.charts_rows import series_chart, spark_line, spread_bars
from citybrain.interfaces.steward.comparing import compared

OWN = ("q", "sort", "down", "offset")  # what an address says beside the fields chosen


def rows_page(request: HttpRequest, library: str) -> HttpResponse:
    """A page of rows as chosen, found and sorted."""
    view = libraries.browse_library(actor(request), library, _asked(request))
    return render(request, "steward/library_rows.html", drawn_rows(view))


def drawn_rows(view: RowsView) -> dict[str, object]:
    """What the template needs to draw a list of rows."""
    shown_to = view.offset + len(view.rows)
    return {
        "view": view,
        "asked": urlencode(_query(view)),
        "head": [(column, _turned(view, column.name)) for column in view.columns],
        "by_score": _turned(view, "score"),
        "sorted": "descending" if view.descending else "ascending",
        "chips": [(*one, _address(view, _query(view, without=one[0]))) for one in view.where],
        "figures": [(one, spark_line(one.points)) for one in view.series],
        "bars": spread_bars(view.score.spread) if view.score else (),
        "last": shown_to,
        "before": _at(view, max(view.offset - view.limit, 0)) if view.offset else "",
        "after": _at(view, shown_to) if view.rows and shown_to < view.total else "",
    }


def rows_twin(request: HttpRequest, library: str, suffix: str) -> HttpResponse:
    """Up to 1,000 rows as chosen, with all fields, machine-readable and masked."""
    view = libraries.browse_library(actor(request), library, _asked(request), whole=True)
    names = [*(column.name for column in view.columns), *(["score"] if view.score else [])]
    rows = [
        [*(cell.value for cell in row.cells), *([row.score] if view.score else [])]
        for row in view.rows
    ]
    return table_twin(names, rows, suffix, name=library)


def row_page(
    request: HttpRequest, view: RowView, *, refusal: CityError | None = None
) -> HttpResponse:
    """One row, drawn."""
    context = {
        **drawn_row(view),
        "may_lineage": may(actor(request), "work.read", "lake:").allowed,
        "reveal_error": told_reason(refusal) if refusal else "",
        "day": request.POST.get("day") or request.GET.get("day") or "",
    }
    return render(request, "steward/library_row.html", context, status=422 if refusal else 200)


def drawn_row(view: RowView) -> dict[str, object]:
    """What the template needs to draw one row."""
    record = view.record
    return {
        "row": view,
        "view": record,
        "chart": series_chart(view.series, here=record.id),
        "compared": compared(record),
        "related": [(one, _leads(one)) for one in view.related],
    }


def row_twin(view: RowView, suffix: str) -> HttpResponse:
    """The row as JSON; as CSV its values."""
    if suffix == "json":
        return as_json(view)
    record = view.record
    return twin(record.fields, suffix, name=record.library, of=libraries.GoldenField)


def _asked(request: HttpRequest) -> RowsAsked:
    offset = request.GET.get("offset", "")
    return RowsAsked(
        query=request.GET.get("q", ""),
        where={name: request.GET[name] for name in request.GET if name not in OWN},
        order=request.GET.get("sort", ""),
        descending=request.GET.get("down") == "1",
        offset=int(offset) if offset.isascii() and offset.isdigit() and len(offset) < 9 else 0,
    )


def _query(view: RowsView, *, without: str = "") -> dict[str, str]:
    """What an address must say to ask for the same again, from its first page."""
    told = {"q": view.query, **{name: value for name, _title, value, _meaning in view.where}}
    told |= {"sort": view.order, "down": "1" if view.order and view.descending else ""}
    return {name: value for name, value in told.items() if value and name != without}


def _address(view: RowsView, query: dict[str, str]) -> str:
    told = urlencode(query)
    return reverse("library", args=[view.library]) + (f"?{told}" if told else "")


def _turned(view: RowsView, name: str) -> str:
    """Where the head of a column leads: sorted by it, the other way round where it is already."""
    down = view.order == name and not view.descending
    return _address(view, _query(replace(view, order=name, descending=down)))


def _at(view: RowsView, offset: int) -> str:
    return _address(view, {**_query(view), **({"offset": str(offset)} if offset else {})})


def _leads(one: libraries.Related) -> str:
    if one.id:
        return reverse("entity", args=[one.library, one.id])
    return reverse("library", args=[one.library]) + "?" + urlencode(dict(one.where))
