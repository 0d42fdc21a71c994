"""A spreadsheet on its way in: put in, dry run, correct, submit."""

from collections import defaultdict
from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from citybrain.base.errors import CityError
from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.catalogue.service import UploadView
from citybrain.engines.identity.service import Actor
from citybrain.interfaces.kit.access import actor, page
from citybrain.interfaces.kit.views_errors import told, told_in_a_line
from citybrain.interfaces.steward import tour


@page("lake.upload", "GET", "POST")
def upload_new(request: HttpRequest) -> HttpResponse:
    """Choose a table and put a file in; the dry run follows at once."""
    if request.method != "POST":
        return _choose(request, chosen=request.GET.get("table", ""))
    chosen, file = request.POST.get("table", ""), request.FILES.get("file")
    if file is None:
        error = CityError(_("没有收到文件。"), do=_("请选择一个文件，再按“试跑”。"))
        return _choose(request, chosen=chosen, error=error)
    try:
        draft = catalogue.upload_start(actor(request), chosen, file.name or "", file.read())
    except CityError as error:
        if getattr(error, "status", 422) != 422:
            raise
        return _choose(request, chosen=chosen, error=error)
    return redirect("upload", draft=draft)


def _choose(request: HttpRequest, *, chosen: str, error: CityError | None = None) -> HttpResponse:
    who = actor(request)
    targets = catalogue.upload_targets(who)
    chosen = chosen or (targets[0].table if targets else "")
    context = {
        "targets": targets,
        "chosen": chosen,
        "chosen_target": next((one for one in targets if one.table == chosen), None),
        "drafts": catalogue.uploads(who),
        "error": told(error) if error else None,
    }
    return render(request, "steward/upload_new.html", context, status=422 if error else 200)


@page("lake.upload", "GET", "POST")
def upload(request: HttpRequest, draft: str) -> HttpResponse:
    """The grid of one upload; every button of it comes here."""
    who = actor(request)
    if request.method != "POST":
        return _page(request, catalogue.upload(who, draft))
    verb, _colon, argument = request.POST.get("do", "save").partition(":")
    try:
        if verb == "submit":
            gone = request.POST.get("confirmed", "")
            catalogue.upload_submit(who, draft, confirmed=int(gone) if gone.isdecimal() else 0)
            tour.reached(request, 3)
        elif verb == "reveal":
            purpose = request.POST.get("purpose", "").strip()
            catalogue.upload(who, draft, reveal=True, purpose=purpose)
        else:
            _change(request, who, draft, verb, argument)
    except CityError as error:
        return _page(request, catalogue.upload(who, draft), errors=[told_in_a_line(error)])
    anchor = argument.partition(":")[0]
    response = redirect("upload", draft=draft)
    if anchor:
        response["Location"] += f"#row-{anchor}"
    return response


def _change(request: HttpRequest, who: Actor, draft: str, verb: str, argument: str) -> None:
    """Keep what was typed anywhere in the grid, then do what the button says."""
    row_text, _colon, field = argument.partition(":")
    row = int(row_text) if row_text.isdecimal() else 0
    view = catalogue.upload(who, draft)
    for number, edits in _typed(request, view).items():
        if verb != "undo" or number != row:
            catalogue.upload_edit(who, draft, number, edits)
    if verb == "accept":
        catalogue.upload_accept(who, draft, row, field)
    elif verb == "undo":
        catalogue.upload_undo(who, draft, row)
    elif verb == "return":
        catalogue.upload_return_row(who, draft, row)


def _typed(request: HttpRequest, view: UploadView) -> Mapping[int, dict[str, str]]:
    """Row number → field → value, for inputs whose value differs from the file's."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for row in view.rows:
        for cell in row.cells:
            value = request.POST.get(f"r{row.number}-{cell.field}")
            if value is not None and value.strip() != cell.value:
                found[row.number][cell.field] = value.strip()
    return found


def steps_of(view: UploadView) -> list[dict[str, object]]:
    """The four steps of an upload, with those that are done and the one it is at."""
    names = (_("放入表格"), _("试跑"), _("修正"), _("提交"))
    return [
        {"title": name, "done": number < view.step or view.submitted, "now": number == view.step}
        for number, name in enumerate(names, 1)
    ]


def _page(
    request: HttpRequest, view: UploadView, *, errors: list[str] | None = None
) -> HttpResponse:
    purpose = request.POST.get("purpose", "")
    context = {"view": view, "steps": steps_of(view), "errors": errors, "purpose": purpose}
    return render(request, "steward/upload.html", context, status=422 if errors else 200)
