"""Background work as a Django application."""

from django.apps import AppConfig


class WorkConfig(AppConfig):
    """The leased queue."""

    name = "citybrain.engines.work"
    verbose_name = "后台任务"
