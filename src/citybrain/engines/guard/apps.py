"""The guard as a Django application; it has no models."""

from django.apps import AppConfig


class GuardConfig(AppConfig):
    """Verdicts, acts, and the watch over writes."""

    name = "citybrain.engines.guard"
    verbose_name = "授权"

    def ready(self) -> None:
        """Have the workers give entries their numbers, also when nobody is looking."""
        from citybrain.engines.ledger import service as ledger
        from citybrain.engines.work import service as work

        work.chore("ledger.sequence", lambda clock: ledger.sequence(clock=clock), seconds=2)
