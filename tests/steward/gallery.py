"""Addresses that draw every page from the examples: full, in error, and with the longest texts.

Only tests use them, beside the real addresses; the templates are the real ones.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from citybrain.engines.libraries import service as libraries
from citybrain.interfaces.kit import words
from citybrain.interfaces.steward.charts import rows_chart
from citybrain.interfaces.steward.highlighting import lines
from citybrain.interfaces.steward.views_rows import drawn_row, drawn_rows
from citybrain.interfaces.steward.views_upload import steps_of
from tests.steward import examples as x
from tests.steward import examples_lineage as lineage
from tests.steward import examples_query as query
from tests.steward import examples_repair as repair
from tests.steward import examples_rows as rows
from tests.steward import examples_trust as trust

Context = Mapping[str, Any]


def _table(*, long: bool = False, revealed: bool = False, refused: bool = False) -> Context:
    view = x.table(long=long, refused=refused)
    return {
        "view": view,
        "sample": None if refused else x.sample(revealed=revealed, long=long),
        "chart": rows_chart(view.history, snapshot=205),
        "snapshot": 205,
        "snapshots": view.snapshots,
        "newest_snapshots": list(reversed(view.snapshots))[:4],
    }


def _upload(**how: bool) -> Context:
    view = repair.upload(**how)
    return {"view": view, "steps": steps_of(view), "errors": []}


def _record(*, long: bool = False) -> Context:
    from citybrain.engines.catalogue.service import SeenPage

    return {
        "view": SeenPage(rows=x.seen(long=long), total=120, offset=50, limit=50),
        "filters": {"who": "", "action": "", "thing": "", "any": False},
        "actions": words.ACTIONS.items(),
        "last_shown": 53,
    }


def _error(*, long: bool = False) -> Context:
    parts = {
        "what": "这一操作未被允许。",
        "why": "您的职责中没有“作弊”。",
        "do": "请联系数据专员。",
    }
    error = dict.fromkeys((*parts, "where"), x.LONG) if long else {**parts, "where": "lake.cheat"}
    return {"status": 403, "headline": "这件事没有获准。", "error": error}


def _systems(*, long: bool = False) -> Context:
    view = x.overview(long=long)
    return {"needs": view.needs, "arrived": view.arrived, "total": 4, "may_collect": True}


def _upload_new(*, error: bool = False) -> Context:
    found = {"what": "这个文件打不开。", "why": "不是 xlsx。", "do": "请另存。", "where": "a.xlsx"}
    return {
        "targets": [repair.target()],
        "chosen": "civil.marriages",
        "chosen_target": repair.target(),
        "drafts": [repair.draft()],
        "error": found if error else None,
    }


def _system(*, long: bool = False) -> Context:
    from citybrain.engines.catalogue.service import SystemView

    row = x.system("vehicles", "车辆与驾驶证", "failed", long=long)
    return {
        "view": SystemView(
            row=row, description=x.text("说明", long=long), connection="vehicles",
            schedule=x.text("每天 12:00 前"), drift=x.text("拒绝"), owners=(x.text("市公安局"),),
            tables=(x.table_row(long=long), x.table_row("late")), runs=(x.run_row(long=long),),
            may_collect=True, may_upload=True,
        )
    }  # fmt: skip


def _lineage(view: libraries.LineageView) -> Context:
    select = view.deciding.select if view.deciding else ""
    code = lines(select) if select else ()
    return {"view": view, "way": "both", "up": 8, "down": 7, "code": code}


PAGES: Mapping[str, tuple[str, Callable[[], Context]]] = {
    "overview": ("overview", lambda: {"view": x.overview(), "unconnected": 28}),
    "overview-damaged": ("overview", lambda: {"view": x.overview(state="damaged")}),
    "overview-long": ("overview", lambda: {"view": x.overview(long=True), "unconnected": 28}),
    "systems": ("systems", _systems),
    "system": ("system", _system),
    "system-long": ("system", lambda: _system(long=True)),
    "tables": ("tables", lambda: {"view": [x.table_row(), x.table_row("late")], "q": "hy"}),
    "tables-long": ("tables", lambda: {"view": [x.table_row(long=True)], "q": ""}),
    "tables-empty": ("tables", lambda: {"view": [], "q": "zz"}),
    "table": ("table", _table),
    "table-unmasked": ("table", lambda: {**_table(), "sample": x.unmasked()}),
    "table-revealed": ("table", lambda: _table(revealed=True)),
    "table-refused": ("table", lambda: _table(refused=True)),
    "table-long": ("table", lambda: _table(long=True)),
    "runs": ("runs", lambda: {"view": [x.run_row(), x.run_row("failed")], "may_collect": True}),
    "run": ("run", lambda: {"view": x.run("failed")}),
    "run-long": ("run", lambda: {"view": x.run("failed", long=True)}),
    "repair-list": (
        "repair_list",
        lambda: {"view": repair.quarantine_list(), "drafts": [repair.draft()]},
    ),
    "repair": ("repair", lambda: {"view": repair.quarantine(), "last_shown": 22}),
    "repair-unmasked": (
        "repair",
        lambda: {"view": repair.unmasked(), "last_shown": 22},
    ),
    "repair-revealed": (
        "repair",
        lambda: {"view": repair.quarantine(revealed=True), "last_shown": 22},
    ),
    "repair-error": (
        "repair",
        lambda: {"view": repair.quarantine(revealed=True), "errors": ["日期写错了。"]},
    ),
    "repair-long": ("repair", lambda: {"view": repair.quarantine(revealed=True, long=True)}),
    "upload-new": ("upload_new", _upload_new),
    "upload-new-error": ("upload_new", lambda: _upload_new(error=True)),
    "upload": ("upload", _upload),
    "upload-long": ("upload", lambda: _upload(long=True)),
    "upload-submitted": ("upload", lambda: _upload(submitted=True)),
    "upload-unreadable": ("upload", lambda: _upload(error=True)),
    "integrity": ("integrity", lambda: {"view": trust.integrity("whole")}),
    "integrity-damaged": ("integrity", lambda: {"view": trust.integrity()}),
    "integrity-long": ("integrity", lambda: {"view": trust.integrity(long=True)}),
    "record": ("record", _record),
    "record-long": ("record", lambda: _record(long=True)),
    "proof": ("proof", lambda: {"view": trust.proof()}),
    "proof-broken": ("proof", lambda: {"view": trust.proof(whole=False, levels=2)}),
    "lineage": ("lineage", lambda: _lineage(lineage.lineage())),
    "lineage-uncounted": ("lineage", lambda: _lineage(lineage.lineage(counted=False))),
    "lineage-long": ("lineage", lambda: _lineage(lineage.lineage(long=True))),
    "lineage-score": ("lineage", lambda: _lineage(lineage.score())),
    "lineage-selected": ("lineage", lambda: _lineage(lineage.selected())),
    "workbench": ("workbench", query.workbench),
    "workbench-fault": ("workbench", lambda: query.workbench(fault=True)),
    "workbench-long": ("workbench", lambda: query.workbench(long=True)),
    "operation": ("operation", lambda: {"row": x.operation()}),
    "rows": ("library_rows", lambda: drawn_rows(rows.rows())),
    "rows-series": ("library_rows", lambda: drawn_rows(rows.rows(drawn=True))),
    "rows-empty": ("library_rows", lambda: drawn_rows(rows.rows(empty=True))),
    "rows-long": ("library_rows", lambda: drawn_rows(rows.rows(long=True, drawn=True))),
    "row": ("library_row", lambda: drawn_row(rows.row())),
    "row-revealed": ("library_row", lambda: drawn_row(rows.row(revealed=True))),
    "row-long": ("library_row", lambda: drawn_row(rows.row(long=True))),
    "error": ("error", _error),
    "error-long": ("error", lambda: _error(long=True)),
}


def example(request: HttpRequest, name: str) -> HttpResponse:
    template, context = PAGES[name]
    room = "kit" if template == "error" else "steward"
    return render(request, f"{room}/{template}.html", dict(context()))


def moving(request: HttpRequest) -> HttpResponse:
    return render(request, "steward/run.html", {"view": x.run()})


urlpatterns = [
    path("gallery/moving", moving, name="gallery_moving"),
    path("gallery/<str:name>", example, name="gallery"),
    path("", include("citybrain.interfaces.kit.urls")),
    path("", include("citybrain.interfaces.steward.urls")),
    path("", include("citybrain.interfaces.cockpit.urls")),
]
handler400 = "citybrain.interfaces.kit.views_errors.bad_request"
handler403 = "citybrain.interfaces.kit.views_errors.permission_denied"
handler404 = "citybrain.interfaces.kit.views_errors.not_found"
handler500 = "citybrain.interfaces.kit.views_errors.server_error"
