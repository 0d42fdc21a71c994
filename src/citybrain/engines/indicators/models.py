"""What only people make here: a reminder to a department whose delivery is late."""

from django.db import models


class Reminder(models.Model):
    """One act of reminding: who reminded which department of which table, when.

    ``due_at`` is the delivery that was missing, so that a later one is a case of its own.
    """

    table = models.CharField(max_length=200)
    department = models.CharField(max_length=64)
    account = models.CharField(max_length=64)
    at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)

    class Meta:
        """Newest first."""

        ordering = ("-at", "-id")
        indexes = (models.Index(fields=["table", "-at"], name="reminder_of_table"),)

    def __str__(self) -> str:
        return f"{self.table} {self.at:%Y-%m-%d %H:%M}"
