"""Rows of the leased queue."""

from django.db import models

STATES = ("ready", "running", "done", "failed")


class Job(models.Model):
    """One task to run. ``fence`` grows with every claim: only the newest holder may finish.

    ``unique_key`` lets one such job be open at a time; ``slot`` lets a periodic one be made
    once per period. ``progress`` is the job's own; a later attempt finds it as it was left.
    """

    unrecorded_because = "the queue carries what an act has ordered and recorded"

    task = models.CharField(max_length=200)
    queue = models.CharField(max_length=64)
    priority = models.SmallIntegerField()
    args = models.JSONField()
    kwargs = models.JSONField()
    state = models.CharField(max_length=8, default="ready")
    run_after = models.DateTimeField()
    unique_key = models.CharField(max_length=200, blank=True)
    slot = models.CharField(max_length=200, null=True, unique=True)  # noqa: DJ001  # many have none
    attempt = models.PositiveIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    lease_owner = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True)
    workers = models.JSONField(default=list)
    progress = models.JSONField(default=dict)
    result = models.JSONField(null=True)
    errors = models.JSONField(default=list)
    enqueued_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    last_attempted_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        """Shape in the database."""

        constraints = (
            models.UniqueConstraint(
                fields=["unique_key"],
                condition=models.Q(state__in=["ready", "running"]) & ~models.Q(unique_key=""),
                name="work_job_unique",
            ),
        )
        indexes = (
            models.Index(
                fields=["-priority", "run_after", "id"],
                condition=models.Q(state="ready"),
                name="work_job_ready",
            ),
            models.Index(
                fields=["lease_until"],
                condition=models.Q(state="running"),
                name="work_job_leased",
            ),
        )

    def __str__(self) -> str:
        return f"{self.id} {self.task} {self.state}"
