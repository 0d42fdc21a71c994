"""The ledger as a Django application."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Entries, tree, checkpoints."""

    name = "citybrain.engines.ledger"
    verbose_name = "留痕"
