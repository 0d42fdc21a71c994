"""Which page a reader begins at: the first whose action their duties allow.

Interfaces do not know each other, so the settings name the pages in order:
``CITYBRAIN_HOMES = (("lake.read", "overview"), …)``, an action and the name of an address.
"""

from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from citybrain.interfaces.kit.access import at_the_door
from citybrain.interfaces.kit.context import reader


def landing(request: HttpRequest) -> str:
    """The address; the first of all when nobody signed in or nothing is allowed."""
    homes: Sequence[tuple[str, str]] = settings.CITYBRAIN_HOMES
    who = reader(request)
    allowed = (name for action, name in homes if who and not at_the_door(who, action))
    return reverse(next(allowed, homes[0][1]))
