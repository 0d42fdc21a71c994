"""Addresses of the cockpit. A list's twins have its address plus ``.csv`` or ``.json``."""

from django.urls import path

from citybrain.interfaces.cockpit import views
from citybrain.interfaces.kit import converters

converters.register()

urlpatterns = [
    path("cockpit/", views.cockpit, name="cockpit"),
    path("cockpit/data-centre", views.data_centre, name="data_centre"),
    path("cockpit/data-centre.<twin:suffix>", views.data_centre_twin, name="data_centre_twin"),
    path("cockpit/data-centre/live", views.data_centre_live, name="data_centre_live"),
    path(
        "cockpit/data-centre/<name:part>.<twin:suffix>",
        views.data_centre_part,
        name="data_centre_part",
    ),
    path("cockpit/remind", views.remind, name="remind"),
    path("cockpit/indicators", views.indicators, name="indicators"),
    path("cockpit/indicators.<twin:suffix>", views.indicators_twin, name="indicators_twin"),
    path("cockpit/indicators/<name:name>", views.indicator, name="indicator"),
    path(
        "cockpit/indicators/<name:name>.<twin:suffix>", views.indicator_twin, name="indicator_twin"
    ),
]
