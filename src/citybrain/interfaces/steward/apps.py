"""The steward's pages as a Django application; it has no models."""

from django.apps import AppConfig


class StewardConfig(AppConfig):
    """Pages for data engineers of the bureau and data officers of departments."""

    name = "citybrain.interfaces.steward"
    label = "steward"
    verbose_name = "数据管家"
