"""Libraries as a Django app."""

from django.apps import AppConfig


class LibrariesConfig(AppConfig):
    """Saved queries, the states of findings, and the work of building."""

    name = "citybrain.engines.libraries"
    label = "libraries"
    verbose_name = "基础库"
    default_auto_field = "django.db.models.BigAutoField"
