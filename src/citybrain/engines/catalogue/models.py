"""What only people make before it is in the lake, and reports that can be made again.

Nothing here is needed to read, verify or rebuild the lake: drafts are not yet delivered,
a verification can be repeated, and a note of cheating is for the rehearsal's page alone.
"""

import uuid

from django.db import models

from citybrain.base.wording import counted


class UploadDraft(models.Model):
    """A spreadsheet that somebody put in; the file itself lies under the home's uploads."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    table = models.CharField(max_length=200)
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    bytes = models.BigIntegerField()
    account = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    run = models.CharField(max_length=64, default="")

    class Meta:
        """Newest first."""

        ordering = ("-created_at",)
        indexes = (models.Index(fields=["account", "submitted_at"], name="draft_of_person"),)

    def __str__(self) -> str:
        return f"{self.file_name} → {self.table}"


class UploadEdit(models.Model):
    """One cell that was changed in a draft; a row that is left out has the field ``""``.

    ``before`` is what the file says, kept when the cell is first changed.
    """

    draft = models.ForeignKey(UploadDraft, on_delete=models.CASCADE, related_name="edits")
    row = models.IntegerField()
    field = models.CharField(max_length=200)
    value = models.TextField()
    before = models.TextField(default="")

    class Meta:
        """One value per cell."""

        ordering = ("row", "field")
        constraints = (
            models.UniqueConstraint(fields=["draft", "row", "field"], name="one_edit_per_cell"),
        )

    def __str__(self) -> str:
        return f"{self.draft_id} {self.row} {self.field}"


class Verification(models.Model):
    """One verification of every file, of the record, or of both, with what it found.

    ``files_at`` and ``record_at`` say when each half was verified; what was not verified this
    time stands as it was found last.
    """

    at = models.DateTimeField()
    files_at = models.DateTimeField(null=True)
    record_at = models.DateTimeField(null=True)
    account = models.CharField(max_length=64)
    seconds = models.FloatField()
    files = models.IntegerField()
    entries = models.IntegerField()
    checkpoint = models.IntegerField()
    checkpoint_at = models.DateTimeField(null=True)
    file_problems = models.JSONField(default=list)
    record_problems = models.JSONField(default=list)
    put_back = models.JSONField(default=list)  # sizes of checkpoints that only their copies held

    class Meta:
        """Newest first."""

        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {counted(self.problems, 'problem')}"

    @property
    def problems(self) -> int:
        """Files and entries that are not what they were."""
        return len(self.file_problems) + len(self.record_problems)


class Cheating(models.Model):
    """What the rehearsal's cheating button changed, so that the page can show the byte."""

    at = models.DateTimeField()
    account = models.CharField(max_length=64)
    table = models.CharField(max_length=200)
    file = models.CharField(max_length=500)
    offset = models.BigIntegerField()
    byte_before = models.CharField(max_length=2)
    byte_after = models.CharField(max_length=2)
    entry = models.BigIntegerField()
    field = models.CharField(max_length=40)
    entry_before = models.CharField(max_length=200)
    entry_after = models.CharField(max_length=200)

    class Meta:
        """Newest first."""

        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return f"{self.file}@{self.offset} and entry {self.entry}"
