"""Holding the record still, so that its database and files are copied as of one moment."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from citybrain.engines.ledger import copies
from citybrain.engines.ledger.models import Tree


@contextmanager
def standing_still() -> Iterator[copies.Places]:
    """Keep every sequencer waiting; acts go on being recorded, and get their numbers later.

    Yields where the ledger's files are. Without this, a copy could hold a checkpoint of
    entries that the copied database does not have, and look like a truncated ledger.
    """
    places = copies.places()
    with copies.alone(places.folder):
        if connection.vendor == "sqlite":
            yield places  # one machine: the file's lock is enough, and no writer waits
            return
        with transaction.atomic():
            # The row's lock keeps sequencers of other machines out, too.
            Tree.objects.select_for_update().filter(pk=1).first()
            yield places
