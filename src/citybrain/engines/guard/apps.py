"""The guard as a Django application; it has no models."""

from django.apps import AppConfig


class GuardConfig(AppConfig):
    """Verdicts, acts, and the watch over writes."""

    name = "citybrain.engines.guard"
    verbose_name = "授权"
