"""Rows set aside: the list, reveal for a purpose, correct in the page, take home as Excel."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from citybrain.base.errors import CityError
from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.catalogue.service import Cell, QuarantineRow, QuarantineView, Text
from citybrain.engines.guard.service import may
from citybrain.interfaces.kit.access import actor, page
from citybrain.interfaces.kit.twins import as_csv, as_json, download, twin
from citybrain.interfaces.kit.views_errors import told_in_a_line, told_reason
from citybrain.interfaces.steward import tour

EDIT = "v-"  # the name of a cell's input begins so
TWIN_ROWS = 10_000  # of one twin; ``offset`` goes on from there


def _offset(request: HttpRequest) -> int:
    text = request.POST.get("offset") or request.GET.get("offset") or "0"
    return int(text) if text.isdecimal() else 0


@page("work.read")
def repair_list(request: HttpRequest) -> HttpResponse:
    """Which tables have rows set aside, and why."""
    who = actor(request)
    context = {
        "view": catalogue.quarantine_list(who),
        "targets": catalogue.upload_targets(who),
        "drafts": catalogue.uploads(who),
    }
    return render(request, "steward/repair_list.html", context)


@page("work.read")
def repair_list_twin(request: HttpRequest, suffix: str) -> HttpResponse:
    """The same list, machine-readable."""
    rows = catalogue.quarantine_list(actor(request))
    return twin(rows, suffix, name="quarantine", of=catalogue.QuarantineTable)


@page("lake.read")
def repair(request: HttpRequest, table: str) -> HttpResponse:
    """The rows of one table that are set aside, masked."""
    view = catalogue.quarantine(actor(request), table, offset=_offset(request))
    return _page(request, view)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One reason of one row set aside, for a spreadsheet."""

    label: Text
    field: str
    field_title: Text
    value: str
    rule: str
    sentence: Text
    corrected: bool


@page("lake.read")
def repair_twin(request: HttpRequest, table: str, suffix: str) -> HttpResponse:
    """All rows, masked, machine-readable; the csv has one line for each reason.

    At most ``TWIN_ROWS`` of them, from ``offset``; the page says so where there are more.
    """
    view = catalogue.quarantine(actor(request), table, offset=_offset(request), limit=TWIN_ROWS)
    return as_json(view) if suffix == "json" else as_csv(_lines(view), name=table, of=Line)


def _lines(view: QuarantineView) -> list[Line]:
    return [
        Line(
            label=row.label,
            field=trouble.field,
            field_title=trouble.field_title,
            value=next((c.value for c in row.cells if c.field == trouble.field), ""),
            rule=trouble.rule,
            sentence=trouble.sentence,
            corrected=row.corrected,
        )
        for row in view.rows
        for trouble in row.troubles
    ]


@page("lake.reveal", "POST")
def repair_reveal(request: HttpRequest, table: str) -> HttpResponse:
    """The same rows as they were delivered, for a purpose, which is recorded."""
    who, purpose = actor(request), request.POST.get("purpose", "").strip()
    try:
        view = catalogue.quarantine(
            who, table, reveal=True, purpose=purpose, offset=_offset(request)
        )
    except CityError as error:
        if purpose:
            raise
        masked = catalogue.quarantine(who, table, offset=_offset(request))
        return _page(request, masked, errors=[told_reason(error)])
    return _page(request, view)


def _page(
    request: HttpRequest, view: QuarantineView, *, errors: list[str] | None = None
) -> HttpResponse:
    who = actor(request)
    shown_to = min(view.offset + len(view.rows), view.total)
    context = {
        "view": view,
        "errors": errors,
        "refused": _named(view, request.POST.get("row", "")) if errors else None,
        "corrected": any(row.corrected for row in view.rows),
        "purpose": request.POST.get("purpose", ""),
        "may_upload": may(who, "lake.upload", f"table:{view.table}").allowed,
        "may_collect": may(who, "lake.collect", f"table:{view.table}").allowed,
        "last_shown": shown_to,
        "twin_rows": TWIN_ROWS,
        "previous_offset": max(view.offset - view.limit, 0),
    }
    return render(request, "steward/repair.html", context, status=422 if errors else 200)


def _named(view: QuarantineView, token: str) -> QuarantineRow | None:
    return next((row for row in view.rows if row.row == token), None)


@page("lake.correct", "POST")
def repair_correct(request: HttpRequest, table: str) -> HttpResponse:
    """Correct one row: what was typed, and the suggestion that was taken."""
    who, row = actor(request), request.POST.get("row", "")
    edits = {
        name.removeprefix(EDIT): request.POST[name].strip()
        for name in request.POST
        if name.startswith(EDIT)
    }
    field, taken, value = request.POST.get("take", "").partition("=")
    if taken:
        edits = {**edits, field: value}
    reason = request.POST.get("reason", "").strip() or _("在页面中核对修正")
    seen = request.POST.get("seen", "")
    try:
        catalogue.correct(who, table, row, edits, reason, seen=int(seen) if seen.isdecimal() else 0)
    except CityError as error:
        return _again(request, table, error, edits)
    tour.keep(request, corrected=True)
    messages.success(request, _("已改。下次汇聚时入库；原值保留在记录里。"))
    return _again(request, table)


def _again(
    request: HttpRequest,
    table: str,
    error: CityError | None = None,
    edits: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The page after a correction: still revealed when it was, so that work can go on.

    Where it was refused, the row is named and what was typed stands in its cells.
    """
    who, purpose = actor(request), request.POST.get("purpose", "").strip()
    if not error and not purpose:
        return redirect("repair", table=table)
    view = catalogue.quarantine(
        who, table, reveal=bool(purpose), purpose=purpose, offset=_offset(request)
    )
    errors = [told_in_a_line(error)] if error else []
    return _page(request, _typed(view, request.POST.get("row", ""), edits or {}), errors=errors)


def _typed(view: QuarantineView, token: str, edits: Mapping[str, str]) -> QuarantineView:
    """The rows, with the one of the token as it was typed; what is masked stays so."""
    rows = (
        replace(row, cells=tuple(_retyped(cell, edits) for cell in row.cells))
        if row.row == token and not row.corrected
        else row
        for row in view.rows
    )
    return replace(view, rows=tuple(rows)) if edits else view


def _retyped(cell: Cell, edits: Mapping[str, str]) -> Cell:
    keep = cell.state == "wrong" and not cell.masked
    return replace(cell, value=edits.get(cell.field, cell.value)) if keep else cell


@page("lake.export", "POST")
def repair_excel(request: HttpRequest, table: str) -> HttpResponse:
    """The rows set aside with their reasons as a spreadsheet, for a purpose."""
    purpose = request.POST.get("purpose", "").strip()
    return download(catalogue.quarantine_excel(actor(request), table, purpose=purpose))
