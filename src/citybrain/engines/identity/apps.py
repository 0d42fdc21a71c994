"""Identity as a Django application."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Accounts and posts."""

    name = "citybrain.engines.identity"
    verbose_name = "身份"
