"""Rows of the ledger. Entries and checkpoints are only ever added.

An entry holds ids, codes and digests. The words of a purpose are kept beside it with a
salt, so that retention can erase the words and the entry still verifies.
"""

from datetime import datetime, timedelta

from django.db import models

from citybrain.base.clock import CITY_ZONE

_WHY = "the ledger is the record itself"


class Entry(models.Model):
    """One act: who did what to which thing. ``number`` is its place in the tree.

    ``at`` is in microseconds since 1970 UTC, so that every database returns the very same
    value that was hashed.
    """

    unrecorded_because = _WHY

    number = models.BigIntegerField(null=True, unique=True)
    uid = models.CharField(max_length=32, unique=True)
    at = models.BigIntegerField()
    actor = models.CharField(max_length=64)
    department = models.CharField(max_length=64)
    action = models.CharField(max_length=32)
    thing = models.CharField(max_length=200)
    outcome = models.CharField(max_length=8)
    masked = models.BooleanField(null=True)
    count = models.BigIntegerField(null=True)
    purpose = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        """Shape in the database."""

        indexes = (
            models.Index(fields=["thing", "number"], name="ledger_entry_thing"),
            models.Index(fields=["actor", "number"], name="ledger_entry_actor"),
            models.Index(
                fields=["id"], condition=models.Q(number__isnull=True), name="ledger_entry_pending"
            ),
        )

    def __str__(self) -> str:
        return f"{self.number or 'pending'} {self.action} {self.thing}"


class Purpose(models.Model):
    """The words of a purpose; ``Entry.purpose`` is the SHA-256 of salt and words."""

    unrecorded_because = _WHY

    uid = models.CharField(max_length=32, primary_key=True)
    salt = models.CharField(max_length=32)
    text = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.uid


class Tile(models.Model):
    """Up to 256 neighbouring hashes of one level of the tree, 32 bytes each, in order.

    Level 0 holds the leaves; level ``k`` the roots of complete tiles of level ``k - 1``.
    """

    unrecorded_because = _WHY

    level = models.SmallIntegerField()
    position = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        """Shape in the database."""

        constraints = (
            models.UniqueConstraint(fields=["level", "position"], name="ledger_tile_place"),
        )

    def __str__(self) -> str:
        return f"{self.level}/{self.position}"


class Tree(models.Model):
    """One row: how many entries have a number, and how far the hot copy follows.

    Locked by whoever sequences.
    """

    unrecorded_because = _WHY

    size = models.BigIntegerField(default=0)
    copied = models.BigIntegerField(default=0)
    copied_bytes = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.size)


class Checkpoint(models.Model):
    """A signed statement of the tree's root at one size, as a C2SP signed note."""

    unrecorded_because = _WHY

    number = models.BigAutoField(primary_key=True)
    size = models.BigIntegerField(unique=True)
    root = models.CharField(max_length=64)
    at = models.BigIntegerField()
    note = models.TextField()

    def __str__(self) -> str:
        return f"{self.number}: {self.size}"


def moment(microseconds: int) -> datetime:
    """The time of a row in the city's zone."""
    return datetime.fromtimestamp(0, CITY_ZONE) + timedelta(microseconds=microseconds)


def microseconds(at: datetime) -> int:
    """Microseconds since 1970 UTC, exact."""
    return (at - datetime.fromtimestamp(0, CITY_ZONE)) // timedelta(microseconds=1)
