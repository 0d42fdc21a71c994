"""Addresses of the pages about quality and standards."""

from django.urls import path

from citybrain.interfaces.kit import converters
from citybrain.interfaces.steward import views_quality, views_standards

converters.register()

urlpatterns = [
    path("steward/quality", views_quality.quality, name="quality"),
    path("steward/quality.<twin:suffix>", views_quality.quality_twin, name="quality_twin"),
    path("steward/quality/mend.<twin:suffix>", views_quality.quality_mend, name="quality_mend"),
    path("steward/quality/rules.<twin:suffix>", views_quality.quality_rules, name="quality_rules"),
    path("steward/quality/trend.<twin:suffix>", views_quality.quality_trend, name="quality_trend"),
    path("steward/quality/unusual.<twin:suffix>", views_quality.quality_odd, name="quality_odd"),
    path(
        "steward/quality/objections.<twin:suffix>",
        views_quality.quality_objections,
        name="quality_objections",
    ),
    path(
        "steward/quality/objections/<name:name>/answer",
        views_quality.quality_answer,
        name="quality_answer",
    ),
    path(
        "steward/quality/departments/<name:name>",
        views_quality.quality_department,
        name="quality_department",
    ),
    path(
        "steward/quality/departments/<name:name>.<twin:suffix>",
        views_quality.quality_department_twin,
        name="quality_department_twin",
    ),
    path(
        "steward/quality/departments/<name:name>/object",
        views_quality.quality_object,
        name="quality_object",
    ),
    path("steward/quality/<table:table>", views_quality.quality_table, name="quality_table"),
    path(
        "steward/quality/<table:table>.<twin:suffix>",
        views_quality.quality_table_twin,
        name="quality_table_twin",
    ),
    path("steward/openlineage.json", views_standards.openlineage, name="openlineage"),
    path(
        "steward/runs/<name:run>/openlineage.json",
        views_standards.openlineage_run,
        name="openlineage_run",
    ),
    path("steward/standards", views_standards.standards, name="standards"),
    path("steward/standards.<twin:suffix>", views_standards.standards_twin, name="standards_twin"),
    path(
        "steward/standards/fields.<twin:suffix>",
        views_standards.standards_fields,
        name="standards_fields",
    ),
    path("steward/standards/<name:name>", views_standards.standard, name="standard"),
    path(
        "steward/standards/<name:name>.<twin:suffix>",
        views_standards.standard_twin,
        name="standard_twin",
    ),
]
