"""Accounts, the posts they hold, and the counters that slow guessing down."""

import secrets

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


def fresh_uid() -> str:
    """The id that the ledger knows an account by: 128 random bits in hex."""
    return secrets.token_hex(16)


class UserManager(BaseUserManager["User"]):
    """Finds accounts by their username, as Django's authentication asks."""


class User(AbstractBaseUser):
    """One account. What it may do follows from its posts, never from this row.

    ``rehearsal`` accounts may not sign in outside rehearsal. ``department`` is the slug of
    the department they work in, or for, when they are contractors.
    """

    last_login = None  # the ledger knows who signed in when

    uid = models.CharField(max_length=32, unique=True, default=fresh_uid, editable=False)
    username = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=64)
    name_en = models.CharField(max_length=64, blank=True)
    department = models.CharField(max_length=64)
    contractor = models.BooleanField(default=False)
    rehearsal = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "username"
    objects = UserManager()

    def __str__(self) -> str:
        return self.username


class Post(models.Model):
    """A duty that somebody holds from a day to a day (inclusive; open when None)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="posts")
    duty = models.CharField(max_length=64)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        """Shape in the database."""

        constraints = (
            models.UniqueConstraint(fields=["user", "duty", "since"], name="identity_post_once"),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.duty} {self.since}"


class Guessing(models.Model):
    """Failed sign-ins of one username or one address since the last success."""

    unrecorded_because = "a counter, written before anybody is known"

    who = models.CharField(max_length=80, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.who}: {self.failures}"
