"""Signing in and out, language and theme: the same for every interface of pages."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.i18n import set_language

from citybrain.base.errors import CityError
from citybrain.engines.guard.service import applied
from citybrain.engines.identity.service import rehearsal_accounts, sign_in, sign_out
from citybrain.interfaces.kit.access import PUBLIC, page
from citybrain.interfaces.kit.context import AUTO, THEMES
from citybrain.interfaces.kit.landing import landing
from citybrain.interfaces.kit.views_errors import told_in_a_line

ONE_YEAR = 365 * 24 * 3600


def next_page(request: HttpRequest) -> str:
    """Where the reader wanted to go, if it is here; else the first page of their work."""
    return _wanted(request) or landing(request)


def _wanted(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    here = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if here else ""


@page(PUBLIC)
def root(request: HttpRequest) -> HttpResponse:
    """The address without a path leads to the first page of the reader's work."""
    return HttpResponseRedirect(landing(request))


@page(PUBLIC, "GET", "POST")
def login(request: HttpRequest) -> HttpResponse:
    """The sign-in page; in a rehearsal it shows the accounts."""
    if request.method == "POST":
        return _sign_in(request)
    if request.user.is_authenticated:
        return HttpResponseRedirect(next_page(request))
    return _login_page(request)


def _sign_in(request: HttpRequest) -> HttpResponse:
    name = request.POST.get("username", "")
    try:
        sign_in(request, name, request.POST.get("password", ""))
    except CityError as error:
        return _login_page(request, username=name, error=told_in_a_line(error), status=422)
    return HttpResponseRedirect(next_page(request))


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
    context = {
        "next": _wanted(request),
        "username": username,
        "error": error,
        "accounts": accounts,
    }
    return render(request, "kit/login.html", context, status=status)


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
    """Keep the reader's theme in a cookie, or forget it for the system's; needs no JavaScript."""
    response = HttpResponseRedirect(next_page(request))
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie("theme", chosen, max_age=ONE_YEAR, samesite="Lax", httponly=True)
    elif chosen == AUTO:
        response.delete_cookie("theme", samesite="Lax")
    return response
