"""Signing in and out, language, theme, and the visitor's place in the tour."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.i18n import set_language

from citybrain.base.errors import CityError
from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.guard.service import applied
from citybrain.engines.identity.service import rehearsal_accounts, sign_in, sign_out
from citybrain.interfaces.steward import tour
from citybrain.interfaces.steward.access import PUBLIC, SIGNED_IN, actor, page
from citybrain.interfaces.steward.context import THEMES
from citybrain.interfaces.steward.templatetags.steward import say

ONE_YEAR = 365 * 24 * 3600


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    return reverse("overview")


@page(PUBLIC)
def root(request: HttpRequest) -> HttpResponse:
    """The address without a path leads to the overview."""
    return redirect("overview")


@page(PUBLIC, "GET", "POST")
def login(request: HttpRequest) -> HttpResponse:
    """The sign-in page; in a rehearsal it shows the accounts."""
    if request.method == "POST":
        return _sign_in(request)
    if request.user.is_authenticated:
        return HttpResponseRedirect(_next(request))
    return _login_page(request)


def _sign_in(request: HttpRequest) -> HttpResponse:
    name = request.POST.get("username", "")
    try:
        sign_in(request, name, request.POST.get("password", ""))
    except CityError as error:
        sentence = "。".join(part for part in (error.what, error.why, error.do) if part)
        return _login_page(request, username=name, error=sentence, status=422)
    return HttpResponseRedirect(_next(request))


def _login_page(
    request: HttpRequest, *, username: str = "", error: str = "", status: int = 200
) -> HttpResponse:
    english = get_language() == "en"
    city = applied()
    departments = city.departments if city else {}
    accounts = [
        {
            "username": account.username,
            "password": account.password,
            "name": account.name_en if english else account.name,
            "title": account.title_en if english else account.title,
            "department": departments.get(account.department),
        }
        for account in rehearsal_accounts()
    ]
    context = {"next": _next(request), "username": username, "error": error, "accounts": accounts}
    return render(request, "steward/login.html", context, status=status)


@page(PUBLIC, "POST")
def logout(request: HttpRequest) -> HttpResponse:
    """End the session."""
    sign_out(request)
    return redirect("login")


@page(PUBLIC, "POST")
def language(request: HttpRequest) -> HttpResponse:
    """Keep the reader's language in a cookie; works without JavaScript."""
    response: HttpResponse = set_language(request)
    return response


@page(PUBLIC, "POST")
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the reader's theme in a cookie; works without JavaScript."""
    response = HttpResponseRedirect(_next(request))
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie("theme", chosen, max_age=ONE_YEAR, samesite="Lax", httponly=True)
    return response


@page(SIGNED_IN)
def tour_step(request: HttpRequest, number: int) -> HttpResponse:
    """Go to a step of the tour: a link, so that the tour needs no script."""
    step = min(max(number, 1), tour.LAST)
    tour.keep(request, step=step, closed=False, finished=False)
    return redirect(tour.place(step, str(tour.state(request).get("table", ""))))


@page(SIGNED_IN, "POST")
def tour_close(request: HttpRequest) -> HttpResponse:
    """Put the tour away; the help page brings it back."""
    tour.keep(request, closed=True, step=0)
    messages.info(request, _("导览已收起，可在帮助中再打开。"))
    return HttpResponseRedirect(_next(request))


@page("lake.cheat", "POST")
def tour_break(request: HttpRequest) -> HttpResponse:
    """In a rehearsal, break one fact in a department's own spreadsheet."""
    broken = catalogue.break_one_fact(actor(request))
    tour.keep(request, step=2, closed=False, finished=False, table=broken.table)
    messages.info(request, say(broken.sentence))
    return redirect("table", table=broken.table)
