"""Addresses of the steward's pages. A list's twins have its address plus ``.csv`` or ``.json``."""

from django.urls import path

from citybrain.interfaces.kit import converters
from citybrain.interfaces.steward import (
    urls_libraries,
    urls_quality,
    views_data,
    views_repair,
    views_runs,
    views_table,
    views_tour,
    views_trust,
    views_upload,
)

converters.register()

urlpatterns = [
    path("steward/", views_data.overview, name="overview"),
    path("steward/overview.<twin:suffix>", views_data.overview_twin, name="overview_twin"),
    path("steward/systems", views_data.systems, name="systems"),
    path("steward/systems.<twin:suffix>", views_data.systems_twin, name="systems_twin"),
    path("steward/systems/<name:name>", views_data.system, name="system"),
    path("steward/systems/<name:name>.<twin:suffix>", views_data.system_twin, name="system_twin"),
    path("steward/tables", views_data.tables, name="tables"),
    path("steward/tables.<twin:suffix>", views_data.tables_twin, name="tables_twin"),
    path("steward/tables/<table:table>", views_table.table, name="table"),
    path("steward/tables/<table:table>.<twin:suffix>", views_table.table_twin, name="table_twin"),
    path("steward/tables/<table:table>/reveal", views_table.table_reveal, name="table_reveal"),
    path(
        "steward/tables/<table:table>/rows.<twin:suffix>", views_table.table_rows, name="table_rows"
    ),
    path(
        "steward/tables/<table:table>/history.<twin:suffix>",
        views_table.history_twin,
        name="history_twin",
    ),
    path(
        "steward/tables/<table:table>/snapshots.<twin:suffix>",
        views_table.snapshots_twin,
        name="snapshots_twin",
    ),
    path("steward/tables/<table:table>/template.xlsx", views_table.template, name="template"),
    path("steward/collect", views_runs.collect, name="collect"),
    path("steward/runs", views_runs.runs, name="runs"),
    path("steward/runs.<twin:suffix>", views_runs.runs_twin, name="runs_twin"),
    path("steward/runs/<name:run>", views_runs.run, name="run"),
    path("steward/runs/<name:run>.<twin:suffix>", views_runs.run_twin, name="run_twin"),
    path("steward/runs/<name:run>/live", views_runs.run_live, name="run_live"),
    path("steward/runs/<name:run>/stop", views_runs.run_stop, name="run_stop"),
    path("steward/runs/<name:run>/log.<twin:suffix>", views_runs.log_twin, name="log_twin"),
    path("steward/repair", views_repair.repair_list, name="repair_list"),
    path("steward/repair.<twin:suffix>", views_repair.repair_list_twin, name="repair_list_twin"),
    path(
        "steward/repair/<table:table>.<twin:suffix>", views_repair.repair_twin, name="repair_twin"
    ),
    path("steward/repair/<table:table>", views_repair.repair, name="repair"),
    path("steward/repair/<table:table>/reveal", views_repair.repair_reveal, name="repair_reveal"),
    path(
        "steward/repair/<table:table>/correct", views_repair.repair_correct, name="repair_correct"
    ),
    path("steward/repair/<table:table>/excel", views_repair.repair_excel, name="repair_excel"),
    path("steward/upload", views_upload.upload_new, name="upload_new"),
    path("steward/upload/<name:draft>", views_upload.upload, name="upload"),
    path("steward/integrity", views_trust.integrity, name="integrity"),
    path("steward/integrity.<twin:suffix>", views_trust.integrity_twin, name="integrity_twin"),
    path("steward/integrity/verify", views_trust.integrity_verify, name="integrity_verify"),
    path("steward/integrity/cheat", views_trust.integrity_cheat, name="integrity_cheat"),
    path("steward/integrity/repair", views_trust.integrity_repair, name="integrity_repair"),
    path("steward/integrity/evidence.zip", views_trust.evidence, name="evidence"),
    path("steward/record", views_trust.record, name="record"),
    path("steward/record.<twin:suffix>", views_trust.record_twin, name="record_twin"),
    path("steward/record/<int:number>", views_trust.proof, name="proof"),
    path("steward/record/<int:number>.<twin:suffix>", views_trust.proof_twin, name="proof_twin"),
    path("steward/search", views_data.search, name="search"),
    path("steward/search.<twin:suffix>", views_data.search_twin, name="search_twin"),
    *urls_libraries.urlpatterns,
    *urls_quality.urlpatterns,
    path("steward/plan", views_data.plan, name="plan"),
    path("steward/plan.<twin:suffix>", views_data.plan_twin, name="plan_twin"),
    path("steward/help", views_data.help_page, name="help"),
    path("steward/styleguide", views_data.styleguide, name="styleguide"),
    path("steward/tour/<int:number>", views_tour.tour_step, name="tour_step"),
    path("steward/tour/close", views_tour.tour_close, name="tour_close"),
    path("steward/tour/break", views_tour.tour_break, name="tour_break"),
]
