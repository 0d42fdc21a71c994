"""The guard's door: ask, do, record; deny by default."""

from citybrain.engines.guard.acting import (
    Done,
    Refused,
    act,
    may,
    turned_away,
    unrecorded,
    writing,
)
from citybrain.engines.guard.actions import ACTIONS, Action
from citybrain.engines.guard.facts import KEEPER, applied, duties_of, in_rehearsal
from citybrain.engines.guard.policy import (
    ActorLike,
    Duty,
    Facts,
    Reason,
    Thing,
    Verdict,
    decide,
)

__all__ = [
    "ACTIONS",
    "KEEPER",
    "Action",
    "ActorLike",
    "Done",
    "Duty",
    "Facts",
    "Reason",
    "Refused",
    "Thing",
    "Verdict",
    "act",
    "applied",
    "decide",
    "duties_of",
    "in_rehearsal",
    "may",
    "turned_away",
    "unrecorded",
    "writing",
]
