"""Addresses that draw the cockpit from examples; only tests use them, with the real templates."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from citybrain.interfaces.cockpit.drawing import line
from citybrain.interfaces.cockpit.views import drawn
from tests.cockpit import examples as x

Context = Mapping[str, Any]


def _indicator(*, long: bool = False) -> Context:
    view = x.indicator(long=long)
    return {
        "view": view,
        "thing": "indicator:elder_allowance",
        "line": line(view.history),
        "most": 2_400.0,
    }


PAGES: Mapping[str, tuple[str, Callable[[HttpRequest], Context]]] = {
    "full": ("data_centre", lambda request: drawn(request, x.data_centre())),
    "empty": (
        "data_centre",
        lambda request: drawn(
            request, x.data_centre(built=False, used=False, behind=False, measured=False)
        ),
    ),
    "damaged": ("data_centre", lambda request: drawn(request, x.data_centre(damaged=2))),
    "long": ("data_centre", lambda request: drawn(request, x.data_centre(long=True))),
    "indicator": ("indicator", lambda _request: _indicator()),
    "indicator-long": ("indicator", lambda _request: _indicator(long=True)),
    "indicators": ("indicators", lambda _request: {"view": x.CARDS}),
}


def example(request: HttpRequest, name: str) -> HttpResponse:
    template, context = PAGES[name]
    return render(request, f"cockpit/{template}.html", dict(context(request)))


urlpatterns = [
    path("gallery/<str:name>", example, name="gallery"),
    path("", include("citybrain.config.urls")),
]
handler404 = "citybrain.interfaces.kit.views_errors.not_found"
handler500 = "citybrain.interfaces.kit.views_errors.server_error"
