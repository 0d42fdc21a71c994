"""Runs: the list, one run while it moves, collect now, stop."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.guard.service import may
from citybrain.interfaces.kit.access import actor, page
from citybrain.interfaces.kit.twins import as_json, twin
from citybrain.interfaces.steward import tour


@page("work.read")
def runs(request: HttpRequest) -> HttpResponse:
    """The recent runs."""
    who = actor(request)
    may_collect = may(who, "lake.collect", "lake:").allowed
    context = {"view": catalogue.runs(who), "may_collect": may_collect}
    return render(request, "steward/runs.html", context)


@page("work.read")
def runs_twin(request: HttpRequest, suffix: str) -> HttpResponse:
    """The same list, machine-readable."""
    return twin(catalogue.runs(actor(request)), suffix, name="runs", of=catalogue.RunRow)


@page("work.read")
def run(request: HttpRequest, run: str) -> HttpResponse:
    """One run; while it moves the page asks again every second, or is reloaded."""
    view = catalogue.run(actor(request), run)
    return render(request, "steward/run.html", {"view": view})


@page("work.read")
def run_live(request: HttpRequest, run: str) -> HttpResponse:
    """Only the parts of the page that move: the run, and the navigation with its counts."""
    view = catalogue.run(actor(request), run)
    return render(request, "steward/_run_moves.html", {"view": view})


@page("work.read")
def run_twin(request: HttpRequest, run: str, suffix: str) -> HttpResponse:
    """One run as JSON; as CSV its tables."""
    view = catalogue.run(actor(request), run)
    if suffix == "json":
        return as_json(view)
    rows = (*view.running, *view.waiting, *view.done)
    return twin(rows, suffix, name=f"run-{run}", of=catalogue.RunTable)


@page("work.read")
def log_twin(request: HttpRequest, run: str, suffix: str) -> HttpResponse:
    """The run's log, machine-readable."""
    view = catalogue.run(actor(request), run)
    return twin(view.log, suffix, name=f"log-{run}", of=catalogue.LogLine)


@page("lake.collect", "POST")
def collect(request: HttpRequest) -> HttpResponse:
    """Collect what is due, or the tables and systems that are named, and show it move."""
    named = request.POST.getlist("table")
    run_id = catalogue.enqueue_collect(actor(request), named or None)
    # The tour comes by twice: to see the row set aside, and to see it in.
    tour.reached(request, tour.PERSON if tour.state(request).get("corrected") else 3)
    return redirect("run", run=run_id)


@page("lake.collect", "POST")
def run_stop(request: HttpRequest, run: str) -> HttpResponse:
    """Ask a run to stop after the tables it is at."""
    catalogue.stop_run(actor(request), run)
    return redirect("run", run=run)
