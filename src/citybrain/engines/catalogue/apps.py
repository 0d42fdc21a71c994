"""The catalogue as a Django app."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """Upload drafts, verifications and the rehearsal's notes of cheating."""

    name = "citybrain.engines.catalogue"
    label = "catalogue"
    verbose_name = "目录"
    default_auto_field = "django.db.models.BigAutoField"
