"""The page of one table, its sample masked and revealed, and its downloads."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from citybrain.base.errors import CityError
from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.catalogue.service import SampleView
from citybrain.engines.libraries import service as libraries
from citybrain.interfaces.kit.access import actor, page
from citybrain.interfaces.kit.twins import as_json, download, twin
from citybrain.interfaces.kit.views_errors import told_reason
from citybrain.interfaces.steward.charts import rows_chart

SNAPSHOTS_SHOWN = 6
SAMPLE_ROWS = 10


def _snapshot(request: HttpRequest, table: str) -> int | None:
    """The snapshot that was asked for, None for the current one; 404 for one unheard of."""
    text = request.POST.get("snapshot") or request.GET.get("snapshot") or ""
    if not text:
        return None
    for one in catalogue.snapshots(actor(request), table):
        if text == str(one.snapshot):
            return one.snapshot
    raise Http404(text)


@page("work.read")
def table(request: HttpRequest, table: str) -> HttpResponse:
    """Fields, sample, rows over time, rows set aside, snapshots, runs, who looked."""
    who, snapshot = actor(request), _snapshot(request, table)
    view = catalogue.table(who, table)
    sample = None
    if view.may_read and not view.refused.zh and view.snapshots:
        sample = catalogue.sample(who, table, snapshot=snapshot, limit=SAMPLE_ROWS)
    return _page(request, table, sample=sample, snapshot=snapshot)


@page("lake.reveal", "POST")
def table_reveal(request: HttpRequest, table: str) -> HttpResponse:
    """The same page with the sample unmasked, for a purpose, which is recorded."""
    who, snapshot = actor(request), _snapshot(request, table)
    purpose = request.POST.get("purpose", "").strip()
    try:
        sample = catalogue.sample(
            who, table, purpose=purpose, reveal=True, snapshot=snapshot, limit=SAMPLE_ROWS
        )
    except CityError as error:
        if purpose:
            raise
        sample = catalogue.sample(who, table, snapshot=snapshot, limit=SAMPLE_ROWS)
        return _page(request, table, sample=sample, snapshot=snapshot, refusal=error)
    return _page(request, table, sample=sample, snapshot=snapshot)


def _page(
    request: HttpRequest,
    table: str,
    *,
    sample: SampleView | None,
    snapshot: int | None,
    refusal: CityError | None = None,
) -> HttpResponse:
    # Asked for again after the sample, so that the page already names this very look.
    view = catalogue.table(actor(request), table)
    newest = sorted(view.snapshots, key=lambda one: -one.number)
    current = next((one.snapshot for one in view.snapshots if one.current), None)
    context = {
        "view": view,
        "sample": sample,
        "then": snapshot is not None and snapshot != current,
        "snapshot": snapshot,
        "chart": rows_chart(view.history, snapshot=snapshot),
        "readers": libraries.readers_of(actor(request), table),
        "snapshots": sorted(view.snapshots, key=lambda one: one.number),
        "newest_snapshots": newest[:SNAPSHOTS_SHOWN],
        "reveal_error": told_reason(refusal) if refusal else "",
    }
    return render(request, "steward/table.html", context, status=422 if refusal else 200)


@page("work.read")
def table_twin(request: HttpRequest, table: str, suffix: str) -> HttpResponse:
    """The table's description as JSON; as CSV its fields."""
    view = catalogue.table(actor(request), table)
    if suffix == "json":
        return as_json(view)
    return twin(view.fields, suffix, name=f"{table}-fields", of=catalogue.FieldRow)


@page("work.read")
def history_twin(request: HttpRequest, table: str, suffix: str) -> HttpResponse:
    """Rows over time, machine-readable."""
    rows = catalogue.history(actor(request), table)
    return twin(rows, suffix, name=f"{table}-history", of=catalogue.HistoryPoint)


@page("work.read")
def snapshots_twin(request: HttpRequest, table: str, suffix: str) -> HttpResponse:
    """All snapshots, machine-readable."""
    rows = catalogue.snapshots(actor(request), table)
    return twin(rows, suffix, name=f"{table}-snapshots", of=catalogue.SnapshotRow)


@page("lake.export")
def table_rows(request: HttpRequest, table: str, suffix: str) -> HttpResponse:
    """The table's rows, masked, bounded and recorded."""
    file = catalogue.table_download(
        actor(request), table, format=suffix, snapshot=_snapshot(request, table)
    )
    return download(file)


@page("work.read")
def template(request: HttpRequest, table: str) -> HttpResponse:
    """An empty spreadsheet made from the contract."""
    return download(catalogue.template_excel(actor(request), table))
