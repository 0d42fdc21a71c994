"""Numbers that identify people, firms and vehicles, all from ranges never issued."""

from dataclasses import dataclass, field
from datetime import date
from random import Random

from citybrain.simulate.local import local
from citybrain.standards import rehearsal, resident_id, uscc

_SINCE_NEW_NUMBERS = date(2000, 7, 1)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(slots=True)
class Issuer:
    """Gives out numbers, none twice."""

    taken: set[str] = field(default_factory=set)
    sequences: dict[str, int] = field(default_factory=dict)

    def id_number(self, rng: Random, *, region: str, born: date, sex: str) -> str:
        """A valid resident ID number that nobody else has."""
        stem = f"{region}{born:%Y%m%d}"
        while True:
            order = int(rng.random() * 500) * 2 + (1 if sex == "1" else 0)
            body = f"{stem}{order:03d}"
            if body not in self.taken:
                self.taken.add(body)
                return body + resident_id.check_digit(body)

    def uscc(self, rng: Random, *, kind: str, region: str) -> str:
        """A valid unified social credit code; ``kind`` are its first two characters."""
        number = self.next("organisation")
        body = f"{(number * 7919 + 100003) % 100_000_000:08d}"
        total = sum(w * int(c) for w, c in zip(_ORGANISATION_WEIGHTS, body, strict=True))
        organisation = body + "0123456789X0"[(11 - total % 11) % 11]
        first17 = kind + region + organisation
        return first17 + uscc.check_digit(first17)

    def phone(self, rng: Random) -> str:
        """A telephone number with the unallocated prefix."""
        return f"{rehearsal.PHONE_PREFIX}{int(rng.random() * 100_000_000):08d}"

    def next(self, what: str) -> int:
        """The next number of a sequence, from 1."""
        number = self.sequences.get(what, 0) + 1
        self.sequences[what] = number
        return number

    def plate(self, *, new_energy: bool = False) -> str:
        """A plate with a letter I or O, which plates never carry."""
        number = self.next("plate")
        letter = "IO"[number // 10_000 % 2]
        if new_energy:
            return f"{local().plate}D{letter}{number % 10_000:04d}"
        return f"{local().plate}{letter}{number % 10_000:04d}" + (
            "ABCDEFGHJKLMN"[number // 20_000] if number >= 20_000 else ""
        )


def issuing_region(issues: str, old_issues: str, born: date) -> str:
    """The digits a number given at birth begins with: renumbered when the city was founded."""
    return issues if born >= _SINCE_NEW_NUMBERS else old_issues


def elsewhere(rng: Random) -> str:
    """Six digits of a place outside the city, with county digits that were never issued."""
    return f"{local().elsewhere(rng)}9{1 + int(rng.random() * 7)}"
