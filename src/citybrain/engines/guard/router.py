"""The watch over writes: outside an act, Django is refused a database to write to."""

from typing import Any

from django.db import models

from citybrain.base.errors import CityError
from citybrain.engines.guard.acting import writing


class RecordedWrites:
    """A database router that never routes, only refuses.

    Models of ours may be written inside ``guard.act``, inside ``guard.unrecorded(why)``, or
    when the model itself says ``unrecorded_because`` (the ledger, the queue, counters).
    """

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str | None:
        """None ("the usual database") where writing is allowed; raises else."""
        ours = model.__module__.startswith("citybrain.")
        if not ours or writing() or getattr(model, "unrecorded_because", ""):
            return None
        raise CityError(
            f"Rows of {model.__name__} cannot be written here",
            why="no act is open, so nobody would know who did it",
            do="Write inside guard.act(…), or guard.unrecorded(why) where it is nobody's act",
            where=model.__module__,
        )
