"""What people add to the libraries: queries they keep, and what became of a finding.

Everything else is in the lake and can be built again; these rows only people make.
"""

import uuid

from django.db import models


class SavedQuery(models.Model):
    """A query with an address of its own; anyone who may read its tables may open it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=100)
    sql = models.TextField()
    account = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        """Newest first."""

        ordering = ("-created_at",)
        indexes = (models.Index(fields=["account", "-created_at"], name="queries_of_person"),)

    def __str__(self) -> str:
        return self.title


class PastQuery(models.Model):
    """One query that a person ran; ``entry`` is the record of what it read.

    The text may name people, so that only who ran it sees it. ``error`` is the refusal.
    """

    account = models.CharField(max_length=64)
    sql = models.TextField()
    at = models.DateTimeField()
    seconds = models.FloatField()
    rows = models.IntegerField(null=True)
    tables = models.JSONField(default=list)
    revealed = models.BooleanField(default=False)
    error = models.TextField(default="")
    entry = models.CharField(max_length=64, default="")

    class Meta:
        """Newest first."""

        ordering = ("-at", "-id")
        indexes = (models.Index(fields=["account", "-at"], name="history_of_person"),)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.sql[:40]}"


class FindingStep(models.Model):
    """One step in the life of a finding: sent, accepted, declined or corrected, and why.

    The finding's present state is its newest step; a finding without steps is open.
    """

    finding = models.CharField(max_length=64)
    state = models.CharField(max_length=12)
    reason = models.CharField(max_length=500, default="")
    account = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        """Oldest first."""

        ordering = ("at", "id")
        indexes = (models.Index(fields=["finding", "-at"], name="steps_of_finding"),)

    def __str__(self) -> str:
        return f"{self.finding} {self.state}"


class Objection(models.Model):
    """Somebody's objection to a score, with what the score was, and what was answered.

    ``part`` is empty for the score as a whole, ``table`` for the department's. ``state`` is
    open, upheld or rejected.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    department = models.CharField(max_length=64)
    table = models.CharField(max_length=200, default="")
    part = models.CharField(max_length=20, default="")
    score = models.FloatField(null=True)
    reason = models.TextField()
    account = models.CharField(max_length=64)
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=12, default="open")
    answer = models.TextField(default="")
    answered_by = models.CharField(max_length=64, default="")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        """Newest first."""

        ordering = ("-at", "-id")
        indexes = (models.Index(fields=["department", "state"], name="objections_of_department"),)

    def __str__(self) -> str:
        return f"{self.department} {self.table} {self.state}"
