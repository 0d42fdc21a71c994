"""Around every page: security headers, Chinese first, and errors as sentences."""

from collections.abc import Callable
from types import MappingProxyType

from django.http import HttpRequest, HttpResponse

from citybrain.base.errors import CityError
from citybrain.interfaces.kit.views_errors import refusal

Handler = Callable[[HttpRequest], HttpResponse]

# Nothing is loaded from elsewhere and nothing is inline, so that injected markup stays inert.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = MappingProxyType(
    {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }
)


def page_headers(get_response: Handler) -> Handler:
    """Set the security headers, and let the reader's choice, not the browser's, pick a language.

    It stands before ``LocaleMiddleware`` and behind the one that serves static files. Pages are
    never kept by a cache, so that a shared computer keeps nothing after signing out.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        request.META.pop("HTTP_ACCEPT_LANGUAGE", None)
        response = get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return handle


class Sentences:
    """Turn a refusal or failure that was said in full sentences into a page that says it."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; failures come to :meth:`process_exception`."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A page or JSON for a ``CityError``; everything else is a fault of ours."""
        return refusal(request, exception) if isinstance(exception, CityError) else None


sentences = Sentences
