"""Every page declares who may open it; what is not declared does not open."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import resolve, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from citybrain.engines.guard.service import Reason, may, turned_away
from citybrain.engines.identity.service import Actor, actor_of
from citybrain.engines.ledger.service import is_thing
from citybrain.interfaces.kit.views_errors import refusal

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

PUBLIC = "public"
SIGNED_IN = "signed-in"
OWN = "own"  # whoever signed in, and the service shows them what they may see
_NOT_ASKED = frozenset({PUBLIC, SIGNED_IN, OWN})
_NUMBER = re.compile(r"[0-9]{11}")  # a telephone has eleven digits, an ID number more
# Reasons that no other thing or purpose would change, so that they hold at the door.
_AT_THE_DOOR = frozenset({"no-duty", "contractor", "rehearsal-account", "rehearsal-only"})


def page(access: str, *methods: str) -> Callable[[View[P]], View[P]]:
    """Declare a page: ``PUBLIC``, ``SIGNED_IN``, ``OWN`` or the guard's action it performs.

    Whoever has no duty for the action is refused here, before anything is read; whether the
    duty reaches this very thing is asked by the service. A test compares every route with
    every duty. ``methods`` default to GET.
    """

    def declare(view: View[P]) -> View[P]:
        @wraps(view)
        def opened(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if access != PUBLIC and not request.user.is_authenticated:
                return _sign_in_first(request)
            return _refused_at_the_door(request, access) or view(request, *args, **kwargs)

        declared = methods or ("GET",)
        allowed = require_http_methods([*declared, "HEAD"])(opened)
        # The matrix test reads both, so that no route stays undeclared.
        allowed.access = access  # type: ignore[attr-defined]  # a function may carry attributes
        allowed.methods = declared  # type: ignore[attr-defined]  # as above
        return allowed

    return declare


def _refused_at_the_door(request: HttpRequest, access: str) -> HttpResponse | None:
    if access in _NOT_ASKED:
        return None
    who = actor(request)
    reasons = at_the_door(who, access)
    if not reasons:
        return None
    return refusal(request, turned_away(who, access, _thing(request), reasons))


def _thing(request: HttpRequest) -> str:
    """The page that was asked for; by its address's name where the address is no id.

    So too where a number of a person may stand in it: the record keeps it for good.
    """
    thing, match = f"page:{request.path}", request.resolver_match
    kept = is_thing(thing) and not _NUMBER.search(thing)
    return thing if kept or match is None else f"page:{match.url_name}"


def at_the_door(who: Actor, action: str) -> tuple[Reason, ...]:
    """Why the action is refused to them whatever it is done to; empty when some thing may do."""
    verdict = may(who, action, "lake:")
    return tuple(reason for reason in verdict.reasons if reason.code in _AT_THE_DOOR)


def may_open(who: Actor, name: str) -> bool:
    """Whether the page of an address's name opens to them: asks only, records nothing.

    For addresses without a table or department in them, such as a navigation offers; what
    those show is asked for of the lake as a whole.
    """
    access: str = resolve(reverse(name)).func.access  # type: ignore[attr-defined]  # see page
    return access in _NOT_ASKED or may(who, access, "lake:").allowed


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    if request.path.endswith((".json", ".csv")):
        parts = {"what": _("请先登录。"), "why": "", "do": "", "where": request.path}
        return JsonResponse({"error": parts}, status=401)
    # A form that was sent without a session cannot be replayed, so we come back to the
    # first page of its interface.
    section = f"/{request.path.split('/')[1]}/"
    target = request.get_full_path() if request.method == "GET" else section
    return redirect_to_login(target)


def actor(request: HttpRequest) -> Actor:
    """Who is acting; only inside a page that is not public."""
    return actor_of(request.user)
