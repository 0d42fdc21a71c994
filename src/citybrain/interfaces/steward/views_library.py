"""Base libraries: the list, people and companies found, golden records."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from citybrain.base.errors import CityError
from citybrain.engines.guard.service import may
from citybrain.engines.libraries import service as libraries
from citybrain.engines.libraries.service import RecordView
from citybrain.interfaces.kit.access import actor, page
from citybrain.interfaces.kit.twins import as_json, twin
from citybrain.interfaces.kit.views_errors import told_in_a_line, told_reason
from citybrain.interfaces.steward import views_rows
from citybrain.interfaces.steward.clusters import cluster
from citybrain.interfaces.steward.comparing import compared
from citybrain.interfaces.steward.lifelines import lifeline


@page("work.read")
def library_list(request: HttpRequest) -> HttpResponse:
    """Every library with how many it holds."""
    who = actor(request)
    view = libraries.library_list(who)
    mine = {one.name for one in view if may(who, "lake.read", f"table:{one.table}").allowed}
    return render(request, "steward/library_list.html", {"view": view, "open": mine})


@page("work.read")
def library_list_twin(request: HttpRequest, suffix: str) -> HttpResponse:
    """The same, machine-readable."""
    rows = libraries.library_list(actor(request))
    return twin(rows, suffix, name="libraries", of=libraries.LibraryRow)


@page("lake.read")
def library(request: HttpRequest, library: str) -> HttpResponse:
    """Find a person or company by name, pinyin or number; other rows in a list."""
    if libraries.is_of_rows(library):
        return views_rows.rows_page(request, library)
    who = actor(request)
    view = libraries.search_library(who, library, request.GET.get("q", ""))
    told = {
        "view": view,
        "fields": () if view.query else libraries.field_orders(who, library),
        "may_lineage": may(who, "work.read", "lake:").allowed,
    }
    return render(request, "steward/library.html", told)


@page("lake.read")
def library_twin(request: HttpRequest, library: str, suffix: str) -> HttpResponse:
    """Who was found, machine-readable and masked; other rows as they were chosen."""
    if libraries.is_of_rows(library):
        return views_rows.rows_twin(request, library, suffix)
    view = libraries.search_library(actor(request), library, request.GET.get("q", ""))
    return twin(view.hits, suffix, name=library, of=libraries.Hit)


@page("lake.read")
def fields_twin(request: HttpRequest, library: str, suffix: str) -> HttpResponse:
    """Every field of a library with who says it, machine-readable."""
    rows = libraries.field_orders(actor(request), library)
    return twin(rows, suffix, name=f"{library}-fields", of=libraries.FieldOrder)


@page("lake.read")
def entity(request: HttpRequest, library: str, entity: str) -> HttpResponse:
    """One golden record, masked by class; the look is an entry about this person or company.

    A merged id leads to the one that it became, so that links to it stay good. The row of a
    library without entities goes by its sealed key.
    """
    if libraries.is_of_rows(library):
        who, day = actor(request), _as_of(request)
        return views_rows.row_page(request, libraries.library_row(who, library, entity, as_of=day))
    found = _record(
        request, library, entity, lambda stands: reverse("entity", args=[library, stands])
    )
    if not isinstance(found, HttpResponse):
        return _entity(request, found)
    messages.info(request, _("编号 %(id)s 已并入这个主体，为您打开的是它。") % {"id": entity})
    return found


@page("lake.reveal", "POST")
def entity_reveal(request: HttpRequest, library: str, entity: str) -> HttpResponse:
    """The same unmasked, for a purpose, which is recorded."""
    who, purpose, day = actor(request), request.POST.get("purpose", "").strip(), _as_of(request)
    rows = libraries.is_of_rows(library)
    read: Callable[..., Any] = libraries.library_row if rows else libraries.record
    draw: Callable[..., HttpResponse] = views_rows.row_page if rows else _entity
    try:
        view = read(who, library, entity, reveal=True, purpose=purpose, as_of=day)
    except CityError as error:
        if purpose:
            raise
        return draw(request, read(who, library, entity, as_of=day), refusal=error)
    return draw(request, view)


@page("library.override", "POST")
def entity_override(request: HttpRequest, library: str, entity: str) -> HttpResponse:
    """These are, or are not, the same: decided by hand, recorded with its purpose."""
    who, purpose = actor(request), request.POST.get("purpose", "").strip()
    try:
        job = libraries.decide(
            who,
            library,
            entity,
            other=request.POST.get("other", ""),
            same=request.POST.get("same") == "1",
            purpose=purpose,
        )
    except CityError as error:
        view = libraries.record(who, library, entity)
        return _entity(request, view, override_refused=error)
    messages.success(request, _("已记下。现在按它重建。"))
    return redirect("build", number=job)


@page("library.override", "POST")
def entity_withdraw(request: HttpRequest, library: str, entity: str, decision: int) -> HttpResponse:
    """A decision by hand is taken back, with a purpose; the links are built without it."""
    who, purpose = actor(request), request.POST.get("purpose", "").strip()
    try:
        job = libraries.withdraw(who, library, entity, decision=decision, purpose=purpose)
    except CityError as error:
        view = libraries.record(who, library, entity)
        return _entity(request, view, override_refused=error)
    messages.success(request, _("已撤回。现在按其余的认定重建。"))
    return redirect("build", number=job)


@page("lake.read")
def entity_twin(request: HttpRequest, library: str, entity: str, suffix: str) -> HttpResponse:
    """The record as JSON; as CSV its values; a merged id leads on as the page's does."""
    if libraries.is_of_rows(library):
        who, day = actor(request), _as_of(request)
        row = libraries.library_row(who, library, entity, as_of=day)
        return views_rows.row_twin(row, suffix)
    view = _record(
        request,
        library,
        entity,
        lambda to: reverse("entity_twin", args=[library, to, suffix]),
    )
    if isinstance(view, HttpResponse):
        return view
    if suffix == "json":
        return as_json(view)
    return twin(view.fields, suffix, name=f"{library}-{entity}", of=libraries.GoldenField)


def _record(
    request: HttpRequest, library: str, entity: str, address: Callable[[str], str]
) -> RecordView | HttpResponse:
    """The record; for a merged id the way to the one that stands, at its ``address``."""
    try:
        return libraries.record(actor(request), library, entity, as_of=_as_of(request))
    except libraries.Unknown:
        stands = libraries.moved_to(entity)
        if not stands:
            raise
        asked = request.GET.urlencode()
        return redirect(address(stands) + (f"?{asked}" if asked else ""))


def _entity(
    request: HttpRequest, view: RecordView, *, refusal: CityError | None = None,
    override_refused: CityError | None = None,
) -> HttpResponse:  # fmt: skip
    context = {
        "view": view,
        "life": lifeline(view),
        "may_lineage": may(actor(request), "work.read", "lake:").allowed,
        "cluster": cluster(view),
        "compared": compared(view),
        "reveal_error": told_reason(refusal) if refusal else "",
        "override_error": told_in_a_line(override_refused) if override_refused else "",
        "day": request.POST.get("day") or request.GET.get("day") or "",
    }
    return render(
        request, "steward/entity.html", context, status=422 if refusal or override_refused else 200
    )


def _as_of(request: HttpRequest) -> datetime | None:
    return libraries.end_of(request.POST.get("day") or request.GET.get("day") or "")
