"""Operations: the queue with its logs, and a hand to try again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from citybrain.engines.libraries import service as libraries
from citybrain.interfaces.kit.access import actor, page
from citybrain.interfaces.kit.twins import as_json, twin


@page("work.read")
def operations(request: HttpRequest) -> HttpResponse:
    """What ran, runs, waits and failed, newest first."""
    state = request.GET.get("state", "")
    view = libraries.operations(actor(request), state=state)
    return render(request, "steward/operations.html", {"view": view, "state": state})


@page("work.read")
def operations_twin(request: HttpRequest, suffix: str) -> HttpResponse:
    """The same, machine-readable."""
    view = libraries.operations(actor(request), state=request.GET.get("state", ""))
    return twin(view.rows, suffix, name="operations", of=libraries.OperationRow)


@page("work.read")
def operation(request: HttpRequest, number: int) -> HttpResponse:
    """One job with its log."""
    row = libraries.operation(actor(request), number)
    return render(request, "steward/operation.html", {"row": row})


@page("work.read")
def operation_twin(request: HttpRequest, number: int, suffix: str) -> HttpResponse:
    """One job, machine-readable."""
    row = libraries.operation(actor(request), number)
    if suffix == "json":
        return as_json(row)
    return twin((row,), suffix, name=f"operation-{number}", of=libraries.OperationRow)


@page("model.build", "POST")
def operation_retry(request: HttpRequest, number: int) -> HttpResponse:
    """Let it run at once."""
    if libraries.retry_operation(actor(request), number):
        messages.success(request, _("已重新排队。"))
    else:
        messages.warning(request, _("它没有失败，或同样的任务已在排队。"))
    return redirect("operation", number=number)
