"""Addresses of the pages about models, base libraries, trace and operations."""

from django.urls import path

from citybrain.interfaces.kit import converters
from citybrain.interfaces.steward import views_workbench

converters.register()

urlpatterns = [
    path("steward/sql", views_workbench.workbench, name="workbench"),
    path("steward/sql/run", views_workbench.workbench_run, name="workbench_run"),
    path("steward/sql/reveal", views_workbench.workbench_reveal, name="workbench_reveal"),
    path("steward/sql/save", views_workbench.workbench_save, name="workbench_save"),
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
]
