"""The SQL workbench: write, run, look, chart, keep, take away."""

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from citybrain.base.errors import CityError
from citybrain.base.hashing import sha256_bytes
from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.libraries import service as libraries
from citybrain.engines.libraries.service import Answer
from citybrain.interfaces.kit.access import actor, page
from citybrain.interfaces.kit.twins import as_json, download, twin
from citybrain.interfaces.steward.charts_query import answer_chart, chartable
from citybrain.interfaces.steward.highlighting import for_typing, lines

_DIGITS = 19  # a number of the history has fewer
# What is addressed by its hash never changes under that address; no shared cache may keep it.
_FOR_GOOD = "private, max-age=604800, immutable"


@page("lake.read")
def workbench(request: HttpRequest) -> HttpResponse:
    """The empty editor, or with a query of the reader's history or of a link in it."""
    past = request.GET.get("past", "")
    known = past.isdecimal() and len(past) < _DIGITS
    sql = libraries.past_query(actor(request), int(past)).sql if known else ""
    table = request.GET.get("table", "")
    if not sql and table:
        sql = f"SELECT *\nFROM {table}\nLIMIT 50"
    return _page(request, sql=sql)


@page("lake.read", "POST")
def workbench_run(request: HttpRequest) -> HttpResponse:
    """Run it, masked; every table read is one entry."""
    answer = libraries.run_query(actor(request), _sql(request))
    return _page(request, sql=answer.sql, answer=answer)


@page("lake.reveal", "POST")
def workbench_reveal(request: HttpRequest) -> HttpResponse:
    """Run it unmasked, for a purpose."""
    answer = libraries.run_query(
        actor(request), _sql(request), reveal=True, purpose=request.POST.get("purpose", "").strip()
    )
    return _page(request, sql=answer.sql, answer=answer)


@page("lake.read", "POST")
def workbench_save(request: HttpRequest) -> HttpResponse:
    """Keep it under an address of its own."""
    kept = libraries.save_query(actor(request), _sql(request), request.POST.get("title", ""))
    return redirect("workbench_saved", query=kept)


@page("lake.read")
def workbench_saved(request: HttpRequest, query: str) -> HttpResponse:
    """A query that was kept, in the editor; it runs when its reader says so."""
    kept = libraries.saved_query(actor(request), query)
    return _page(request, sql=kept.sql, kept=kept)


@page("lake.read", "POST")
def workbench_format(request: HttpRequest) -> HttpResponse:
    """The same text set in order; it is not run."""
    sql = _sql(request)
    try:
        return _page(request, sql=libraries.format_query(actor(request), sql))
    except CityError as error:
        return _page(request, sql=sql, answer=libraries.not_answered(sql, error))


@page("lake.read", "POST")
def workbench_model(request: HttpRequest) -> HttpResponse:
    """A model's file to take away; the city's folder is written by people alone."""
    sql = _sql(request)
    try:
        title = request.POST.get("title", "")
        return download(libraries.draft_model(actor(request), sql, title))
    except CityError as error:
        return _page(request, sql=sql, answer=libraries.not_answered(sql, error))


@page("lake.export", "POST")
def workbench_export(request: HttpRequest) -> HttpResponse:
    """The answer as a file: masked, bounded, recorded."""
    chosen = request.POST.get("format", "csv")
    return download(libraries.export_query(actor(request), _sql(request), format=chosen))


@page("lake.read")
def workbench_history(request: HttpRequest, suffix: str) -> HttpResponse:
    """The reader's own history, machine-readable."""
    rows = libraries.past_queries(actor(request))
    return twin(rows, suffix, name="queries", of=libraries.PastRow)


@page("lake.read")
def workbench_tables(request: HttpRequest, suffix: str) -> HttpResponse:
    """Tables and columns that may be asked about; what completion is made from.

    ``?sha256=`` is the hash of the JSON, as the page gives it: a browser may keep that answer.
    """
    view = libraries.workbench(actor(request))
    answer = twin(view.tables, suffix, name="tables", of=libraries.TableHint)
    if suffix == "json" and request.GET.get("sha256") == sha256_bytes(answer.content):
        answer.headers["Cache-Control"] = _FOR_GOOD
    return answer


def _sql(request: HttpRequest) -> str:
    return request.POST.get("sql", "").replace("\r\n", "\n").strip()


def _page(
    request: HttpRequest, *, sql: str, answer: Answer | None = None,
    kept: libraries.SavedRow | None = None,
) -> HttpResponse:  # fmt: skip
    view = libraries.workbench(actor(request))
    by, of = request.POST.get("chart_by", ""), request.POST.get("chart_of", "")
    fault = answer.fault if answer else None
    named = _named(view.tables, sql)
    parts, words = for_typing()
    context = {
        "view": view,
        "sql": sql,
        "parts": parts,
        "words": words,
        "rows_high": min(max(sql.count("\n") + 2, 10), 24),
        "answer": answer,
        "kept": kept,
        "layers": _layers(view.tables),
        "tables_hash": sha256_bytes(as_json(view.tables).content),
        "named": named,
        "named_layers": {table.layer for table in view.tables if table.table in named},
        "levels": (1, 2, 3, 4),
        "chart": answer_chart(answer, by=by, of=of) if answer else None,
        "chartable": chartable(answer) if answer else None,
        "charting": bool(by),
        "fault_lines": lines(sql, marks={fault.spot.line}) if fault and fault.spot else (),
        "seen": catalogue.seen_by(actor(request), limit=1) if answer and answer.entry else None,
    }
    return render(request, "steward/workbench.html", context, status=422 if fault else 200)


def _named(tables: tuple[libraries.TableHint, ...], sql: str) -> frozenset[str]:
    """The tables that the text names; the page shows the columns of these alone."""
    words = set(re.findall(r"[\w.]+", sql.lower()))
    return frozenset(table.table for table in tables if table.table in words)


def _layers(
    tables: tuple[libraries.TableHint, ...],
) -> list[tuple[str, str, list[libraries.TableHint]]]:
    """Layer, its word, and its tables, in the order in which the engine gives them."""
    words = {
        "lib": _("基础库"),
        "theme": _("主题库"),
        "ads": _("应用层"),
        "dwd": _("标准层"),
        "ods": _("贴源层"),
    }
    found: dict[str, list[libraries.TableHint]] = {}
    for table in tables:
        found.setdefault(table.layer, []).append(table)
    return [(layer, words.get(layer, layer), rows) for layer, rows in found.items()]
