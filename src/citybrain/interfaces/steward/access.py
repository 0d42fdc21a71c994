"""Every page declares who may open it; what is not declared does not open."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from citybrain.engines.identity.service import Actor, actor_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

PUBLIC = "public"
SIGNED_IN = "signed-in"


def page(access: str, *methods: str) -> Callable[[View[P]], View[P]]:
    """Declare a page: ``access`` is ``PUBLIC``, ``SIGNED_IN`` or the guard action it performs.

    The guard, asked by the service, decides; this only makes sure that somebody is there to be
    asked about, and lets a test compare every route with every duty. ``methods`` default to GET.
    """

    def declare(view: View[P]) -> View[P]:
        @wraps(view)
        def opened(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if access != PUBLIC and not request.user.is_authenticated:
                return _sign_in_first(request)
            return view(request, *args, **kwargs)

        allowed = require_http_methods([*(methods or ("GET",)), "HEAD"])(opened)
        allowed.access = access  # type: ignore[attr-defined]  # read by the matrix test
        return allowed

    return declare


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    if request.path.endswith((".json", ".csv")):
        parts = {"what": _("请先登录。"), "why": "", "do": "", "where": request.path}
        return JsonResponse({"error": parts}, status=401)
    # A form that was sent without a session cannot be replayed, so we come back to the overview.
    target = request.get_full_path() if request.method == "GET" else "/steward/"
    return redirect_to_login(target)


def actor(request: HttpRequest) -> Actor:
    """Who is acting; only inside a page that is not public."""
    return actor_of(request.user)
