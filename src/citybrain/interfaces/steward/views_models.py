"""Data development: models with their plan, one model, and building as planned."""

from typing import TypedDict

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from citybrain.base.errors import CityError
from citybrain.engines.libraries import service as libraries
from citybrain.engines.libraries.service import BuildView, ModelRow, ModelView
from citybrain.interfaces.kit.access import actor, page
from citybrain.interfaces.kit.twins import as_json, download, twin
from citybrain.interfaces.kit.views_errors import told_reason
from citybrain.interfaces.steward.charts_models import run_bars
from citybrain.interfaces.steward.highlighting import changes, lines


@page("work.read")
def models(request: HttpRequest) -> HttpResponse:
    """Every model by layer, what a build would do, what runs just now."""
    view = libraries.models(actor(request), **_asked(request))
    context = {"view": view, "layers": _layers(view.rows), "asked": _asked(request)}
    return render(request, "steward/models.html", context)


@page("work.read")
def models_live(request: HttpRequest) -> HttpResponse:
    """Only what runs, for a page that moves."""
    return render(request, "steward/_builds.html", {"builds": libraries.builds(), "live": True})


@page("work.read")
def models_twin(request: HttpRequest, suffix: str) -> HttpResponse:
    """The same, machine-readable: JSON with plan and builds, CSV the list."""
    view = libraries.models(actor(request), **_asked(request))
    return (
        as_json(view) if suffix == "json" else twin(view.rows, suffix, name="models", of=ModelRow)
    )


@page("work.read")
def model(request: HttpRequest, model: str) -> HttpResponse:
    """One model: text, difference to what is published, expectations, builds, neighbours."""
    return _model(request, libraries.model(actor(request), model))


@page("lake.reveal", "POST")
def model_reveal(request: HttpRequest, model: str) -> HttpResponse:
    """The same page with the rows that break an expectation unmasked, for a recorded purpose."""
    who, purpose = actor(request), request.POST.get("purpose", "").strip()
    try:
        view = libraries.model(who, model, reveal=True, purpose=purpose)
    except CityError as error:
        view = libraries.model(who, model)
        if purpose or not view.may_reveal:
            raise
        return _model(request, view, refusal=error)
    return _model(request, view)


def _model(
    request: HttpRequest, view: ModelView, *, refusal: CityError | None = None
) -> HttpResponse:
    differs = bool(view.published) and view.published != view.sql
    context = {
        "view": view,
        "broken": [one for one in view.expectations if one.sample],
        "hidden": any(one.sample and one.sample.masked for one in view.expectations),
        "code": changes(view.published, view.sql) if differs else lines(view.sql),
        "differs": differs,
        "bars": run_bars(view.runs),
        "reveal_error": told_reason(refusal) if refusal else "",
    }
    return render(request, "steward/model.html", context, status=422 if refusal else 200)


@page("work.read")
def model_twin(request: HttpRequest, model: str, suffix: str) -> HttpResponse:
    """The model as JSON; as CSV its columns."""
    view = libraries.model(actor(request), model)
    if suffix == "json":
        return as_json(view)
    return twin(view.columns, suffix, name=model, of=libraries.ModelColumn)


@page("work.read")
def model_runs(request: HttpRequest, model: str, suffix: str) -> HttpResponse:
    """Its last builds, machine-readable."""
    view = libraries.model(actor(request), model)
    return twin(view.runs, suffix, name=f"{model}-runs", of=libraries.BuildPoint)


@page("lake.export")
def broken(request: HttpRequest, model: str, expectation: str) -> HttpResponse:
    """All kept rows that break an expectation, as masked CSV."""
    return download(libraries.broken_rows(actor(request), model, expectation))


@page("model.build", "POST")
def build(request: HttpRequest) -> HttpResponse:
    """Put the build on the queue and show it move."""
    named = [name for name in request.POST.getlist("model") if name]
    full = request.POST.get("full") == "1"
    job = libraries.enqueue_build(actor(request), named, full=full)
    messages.info(request, _("已排队，开始后这里会动。"))
    return redirect("build", number=job)


@page("work.read")
def build_page(request: HttpRequest, number: int) -> HttpResponse:
    """One build while it moves, and how each model ended."""
    return render(request, "steward/build.html", _build(request, number))


@page("work.read")
def build_live(request: HttpRequest, number: int) -> HttpResponse:
    """Only the part of the page that moves."""
    return render(request, "steward/_build_live.html", _build(request, number))


def _build(request: HttpRequest, number: int) -> dict[str, object]:
    who = actor(request)
    view: BuildView | None = libraries.build_of(who, number)
    row = libraries.operation(who, number)
    moving = view is not None and view.state in ("queued", "running")
    results = libraries.build_results(who, number)
    return {"view": view, "row": row, "moving": moving, "results": results}


class _Asked(TypedDict):
    hands: bool
    layer: str


def _asked(request: HttpRequest) -> _Asked:
    layer = request.GET.get("layer", "")
    return {"hands": request.GET.get("show") == "hands", "layer": layer}


def _layers(rows: tuple[ModelRow, ...]) -> list[tuple[str, list[ModelRow]]]:
    found: dict[str, list[ModelRow]] = {}
    for row in rows:
        found.setdefault(row.layer, []).append(row)
    return list(found.items())
