"""The indicators as a Django app."""

from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    """Reminders; the values of indicators are the lake's."""

    name = "citybrain.engines.indicators"
    label = "indicators"
    verbose_name = "指标"
    default_auto_field = "django.db.models.BigAutoField"
