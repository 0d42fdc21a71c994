"""Findings: the list an officer works off, what is taken away of it, and each step."""

from dataclasses import asdict
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from citybrain.base.errors import CityError
from citybrain.engines.guard.service import may
from citybrain.engines.libraries import service as libraries
from citybrain.engines.libraries.service import FindingsView
from citybrain.interfaces.kit.access import actor, page
from citybrain.interfaces.kit.twins import twin
from citybrain.interfaces.kit.views_errors import told_reason
from citybrain.interfaces.kit.views_session import next_page

FILTERS = ("of", "state", "kind", "field", "table")


@page("work.read")
def findings(request: HttpRequest) -> HttpResponse:
    """What departments should look at again; sentences only for who may read."""
    who, asked = actor(request), _asked(request)
    if not libraries.may_see_findings(who):
        return render(request, "steward/findings.html", {"counts": libraries.finding_counts(who)})
    return _page(request, libraries.findings(who, asked, offset=_offset(request)))


@page("lake.reveal", "POST")
def findings_reveal(request: HttpRequest) -> HttpResponse:
    """The same page, or with ``take`` the whole list as CSV, for a purpose that is recorded."""
    who, asked, offset = actor(request), _asked(request), _offset(request)
    purpose, take = request.POST.get("purpose", "").strip(), request.POST.get("take") == "csv"
    try:
        view = libraries.findings(
            who, asked, reveal=True, purpose=purpose,
            **({"limit": None} if take else {"offset": offset}),
        )  # fmt: skip
    except CityError as error:
        if purpose:
            raise
        masked = libraries.findings(who, asked, offset=offset)
        return _page(request, masked, refusal=error)
    if take:
        return twin(view.rows, "csv", name="findings", of=libraries.FindingRow)
    return _page(request, view)


@page("lake.read")
def findings_twin(request: HttpRequest, suffix: str) -> HttpResponse:
    """All that is asked for, machine-readable and masked."""
    view = libraries.findings(actor(request), _asked(request), limit=None)
    return twin(view.rows, suffix, name="findings", of=libraries.FindingRow)


@page("findings.handle", "POST")
def finding_handle(request: HttpRequest, finding: str) -> HttpResponse:
    """One step in a finding's life; back to the list as it was filtered."""
    state, reason = request.POST.get("state", ""), request.POST.get("reason", "")
    libraries.handle_finding(actor(request), finding, state=state, reason=reason)
    messages.success(request, _("已记下。"))
    return redirect(next_page(request) if request.POST.get("next") else reverse("findings"))


def _asked(request: HttpRequest) -> libraries.Asked:
    held = request.POST if request.method == "POST" else request.GET
    return libraries.Asked(**{name: held.get(name, "") for name in FILTERS})


def _offset(request: HttpRequest) -> int:
    text = request.POST.get("offset") or request.GET.get("offset") or "0"
    return min(int(text), 10**9) if text.isascii() and text.isdigit() else 0


def _page(
    request: HttpRequest, view: FindingsView, *, refusal: CityError | None = None
) -> HttpResponse:
    who, asked = actor(request), {k: v for k, v in asdict(_asked(request)).items() if v}
    shown_to = view.offset + len(view.rows)

    def address(**changed: object) -> str:
        query = urlencode({k: v for k, v in {**asked, **changed}.items() if v})
        return reverse("findings") + (f"?{query}" if query else "")

    context = {
        "view": view,
        "asked": asked,
        "kept": ("of", "state", "kind"),
        "here": address(offset=view.offset),
        "all": address(state=""),
        "query": urlencode(asked),
        "states": [(name, count, address(state=name)) for name, count in view.counts],
        "departments": [(*one, address(of=one[0])) for one in view.departments],
        "last": shown_to,
        "before": address(offset=max(view.offset - view.limit, 0)) if view.offset else "",
        "after": address(offset=shown_to) if view.rows and shown_to < view.total else "",
        "steps": [(name, libraries.STATES[name]) for name in libraries.STEPS],
        "may_handle": may(who, "findings.handle", "lake:").allowed or view.may_handle,
        "refusal": told_reason(refusal) if refusal else "",
    }
    return render(request, "steward/findings.html", context, status=422 if refusal else 200)
