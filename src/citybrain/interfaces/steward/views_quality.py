"""Quality: what to mend first, the score with its formula, objections to it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from citybrain.base.errors import CityError
from citybrain.engines.libraries import service as libraries
from citybrain.interfaces.kit.access import actor, page
from citybrain.interfaces.kit.twins import as_json, twin
from citybrain.interfaces.kit.views_errors import told_in_a_line
from citybrain.interfaces.kit.views_session import next_page

SHOWN = 10  # problems on the page; its twin has all


@page("work.read")
def quality(request: HttpRequest) -> HttpResponse:
    """The city's quality."""
    view = libraries.quality(actor(request))
    context = {
        "view": view,
        "mend": view.mend[:SHOWN],
        "more": max(len(view.mend) - SHOWN, 0),
        "first": sum(row.urgency == "first" for row in view.mend),
        "next": sum(row.urgency == "next" for row in view.mend),
    }
    return render(request, "steward/quality.html", context)


@page("work.read")
def quality_twin(request: HttpRequest, suffix: str) -> HttpResponse:
    """The same: all of it as JSON, the departments as CSV."""
    view = libraries.quality(actor(request))
    if suffix == "json":
        return as_json(view)
    return twin(view.departments, suffix, name="quality", of=libraries.QualityRow)


@page("work.read")
def quality_mend(request: HttpRequest, suffix: str) -> HttpResponse:
    """Everything to mend, in its order."""
    rows = libraries.quality(actor(request)).mend
    return twin(rows, suffix, name="mend-first", of=libraries.MendRow)


@page("work.read")
def quality_rules(request: HttpRequest, suffix: str) -> HttpResponse:
    """Every promise of every table."""
    rows = libraries.quality_rules(actor(request))
    return twin(rows, suffix, name="rules", of=libraries.RuleRow)


@page("work.read")
def quality_trend(request: HttpRequest, suffix: str) -> HttpResponse:
    """The city's score over time."""
    rows = libraries.quality(actor(request)).trend
    return twin(rows, suffix, name="trend", of=libraries.TrendPoint)


@page("work.read")
def quality_odd(request: HttpRequest, suffix: str) -> HttpResponse:
    """Jumps in counts of rows, and distributions that moved."""
    rows = libraries.quality(actor(request)).odd
    return twin(rows, suffix, name="unusual", of=libraries.OddRow)


@page("work.read")
def quality_department(request: HttpRequest, name: str) -> HttpResponse:
    """One department's score, its tables, and the form to object."""
    return _department(request, name)


def _department(
    request: HttpRequest, name: str, *, errors: list[str] | None = None
) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    context = {
        "view": libraries.quality_department(actor(request), name),
        "errors": errors,
        "chosen_table": asked.get("table", ""),
        "chosen_part": asked.get("part", ""),
        "reason": asked.get("reason", ""),
    }
    status = 422 if errors else 200
    return render(request, "steward/quality_department.html", context, status=status)


@page("work.read")
def quality_department_twin(request: HttpRequest, name: str, suffix: str) -> HttpResponse:
    """The same: all of it as JSON, the tables as CSV."""
    view = libraries.quality_department(actor(request), name)
    if suffix == "json":
        return as_json(view)
    return twin(view.tables, suffix, name=f"quality-{name}", of=libraries.QualityRow)


@page("quality.object", "POST")
def quality_object(request: HttpRequest, name: str) -> HttpResponse:
    """Object to a department's score; a mistake in the form is said beside it."""
    try:
        libraries.object_to(
            actor(request),
            name,
            reason=request.POST.get("reason", ""),
            table=request.POST.get("table", ""),
            part=request.POST.get("part", ""),
        )
    except CityError as error:
        if hasattr(error, "status"):
            raise  # refused, or about something that is not there: a page of its own
        return _department(request, name, errors=[told_in_a_line(error)])
    messages.success(request, _("异议已提交并留痕；答复之前，评分旁注明“有异议”。"))
    return redirect("quality_department", name=name)


@page("work.read")
def quality_objections(request: HttpRequest, suffix: str) -> HttpResponse:
    """Every objection with its answer."""
    rows = libraries.objections(actor(request))
    return twin(rows, suffix, name="objections", of=libraries.ObjectionRow)


@page("quality.answer", "POST")
def quality_answer(request: HttpRequest, name: str) -> HttpResponse:
    """Answer an objection; back to the page that it was answered on."""
    try:
        libraries.answer_objection(
            actor(request),
            name,
            upheld=request.POST.get("verdict") == "upheld",
            text=request.POST.get("answer", ""),
        )
    except CityError as error:
        if hasattr(error, "status"):
            raise  # refused, or about something that is not there: a page of its own
        messages.error(request, told_in_a_line(error))
    else:
        messages.success(request, _("已答复并留痕。"))
    return redirect(next_page(request) if request.POST.get("next") else reverse("quality"))


@page("work.read")
def quality_table(request: HttpRequest, table: str) -> HttpResponse:
    """One table's quality, column by column."""
    view = libraries.quality_table(actor(request), table)
    broken = [row for row in view.rules if row.failed]
    context = {"view": view, "broken": broken, "kept": len(view.rules) - len(broken)}
    return render(request, "steward/quality_table.html", context)


@page("work.read")
def quality_table_twin(request: HttpRequest, table: str, suffix: str) -> HttpResponse:
    """The same: all of it as JSON, the columns as CSV."""
    view = libraries.quality_table(actor(request), table)
    if suffix == "json":
        return as_json(view)
    return twin(view.columns, suffix, name=f"quality-{table}", of=libraries.ColumnQuality)
