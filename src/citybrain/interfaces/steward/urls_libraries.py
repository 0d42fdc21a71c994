"""Addresses of the pages about models, base libraries, trace and operations."""

from django.urls import path

from citybrain.interfaces.kit import converters
from citybrain.interfaces.steward import (
    views_findings,
    views_library,
    views_lineage,
    views_models,
    views_operations,
    views_trace,
    views_workbench,
)

converters.register()

urlpatterns = [
    path("steward/sql", views_workbench.workbench, name="workbench"),
    path("steward/sql/run", views_workbench.workbench_run, name="workbench_run"),
    path("steward/sql/reveal", views_workbench.workbench_reveal, name="workbench_reveal"),
    path("steward/sql/save", views_workbench.workbench_save, name="workbench_save"),
    path("steward/sql/format", views_workbench.workbench_format, name="workbench_format"),
    path("steward/sql/model", views_workbench.workbench_model, name="workbench_model"),
    path("steward/sql/export", views_workbench.workbench_export, name="workbench_export"),
    path("steward/sql/q/<name:query>", views_workbench.workbench_saved, name="workbench_saved"),
    path(
        "steward/sql/history.<twin:suffix>",
        views_workbench.workbench_history,
        name="workbench_history",
    ),
    path(
        "steward/sql/tables.<twin:suffix>",
        views_workbench.workbench_tables,
        name="workbench_tables",
    ),
    path("steward/libraries", views_library.library_list, name="library_list"),
    path(
        "steward/libraries.<twin:suffix>", views_library.library_list_twin, name="library_list_twin"
    ),
    path("steward/libraries/<name:library>", views_library.library, name="library"),
    path(
        "steward/libraries/<name:library>.<twin:suffix>",
        views_library.library_twin,
        name="library_twin",
    ),
    path(
        "steward/libraries/<name:library>/fields.<twin:suffix>",
        views_library.fields_twin,
        name="library_fields_twin",
    ),
    path("steward/libraries/<name:library>/<name:entity>", views_library.entity, name="entity"),
    path(
        "steward/libraries/<name:library>/<name:entity>.<twin:suffix>",
        views_library.entity_twin,
        name="entity_twin",
    ),
    path(
        "steward/libraries/<name:library>/<name:entity>/reveal",
        views_library.entity_reveal,
        name="entity_reveal",
    ),
    path(
        "steward/libraries/<name:library>/<name:entity>/same",
        views_library.entity_override,
        name="entity_override",
    ),
    path(
        "steward/libraries/<name:library>/<name:entity>/same/<int:decision>/withdraw",
        views_library.entity_withdraw,
        name="entity_withdraw",
    ),
    path("steward/findings", views_findings.findings, name="findings"),
    path("steward/findings/reveal", views_findings.findings_reveal, name="findings_reveal"),
    path("steward/findings.<twin:suffix>", views_findings.findings_twin, name="findings_twin"),
    path(
        "steward/findings/<name:finding>/handle",
        views_findings.finding_handle,
        name="finding_handle",
    ),
    path("steward/trace", views_trace.trace_start, name="trace_start"),
    path("steward/trace.<twin:suffix>", views_trace.trace_start_twin, name="trace_start_twin"),
    path("steward/trace/<thing:thing>.<twin:suffix>", views_trace.trace_twin, name="trace_twin"),
    path("steward/trace/<thing:thing>/reveal", views_trace.trace_reveal, name="trace_reveal"),
    path("steward/trace/<thing:thing>", views_trace.trace, name="trace"),
    path("steward/lineage", views_lineage.lineage, name="lineage"),
    path(
        "steward/lineage.<twin:suffix>",
        views_lineage.lineage_start_twin,
        name="lineage_start_twin",
    ),
    path(
        "steward/lineage/<lake:table>.<twin:suffix>",
        views_lineage.lineage_twin,
        name="lineage_twin",
    ),
    path(
        "steward/lineage/<lake:table>/sources.<twin:suffix>",
        views_lineage.lineage_sources,
        name="lineage_sources",
    ),
    path("steward/lineage/<lake:table>", views_lineage.lineage_of, name="lineage_of"),
    path("steward/models", views_models.models, name="models"),
    path("steward/models.<twin:suffix>", views_models.models_twin, name="models_twin"),
    path("steward/models/live", views_models.models_live, name="models_live"),
    path("steward/models/build", views_models.build, name="build_start"),
    path("steward/builds/<int:number>", views_models.build_page, name="build"),
    path("steward/builds/<int:number>/live", views_models.build_live, name="build_live"),
    path(
        "steward/models/<lake:model>/runs.<twin:suffix>", views_models.model_runs, name="model_runs"
    ),
    path(
        "steward/models/<lake:model>/broken/<slug:expectation>.csv",
        views_models.broken,
        name="model_broken",
    ),
    path("steward/models/<lake:model>/reveal", views_models.model_reveal, name="model_reveal"),
    path("steward/models/<lake:model>.<twin:suffix>", views_models.model_twin, name="model_twin"),
    path("steward/models/<lake:model>", views_models.model, name="model"),
    path("steward/operations", views_operations.operations, name="operations"),
    path(
        "steward/operations.<twin:suffix>", views_operations.operations_twin, name="operations_twin"
    ),
    path("steward/operations/<int:number>", views_operations.operation, name="operation"),
    path(
        "steward/operations/<int:number>.<twin:suffix>",
        views_operations.operation_twin,
        name="operation_twin",
    ),
    path(
        "steward/operations/<int:number>/retry",
        views_operations.operation_retry,
        name="operation_retry",
    ),
]
