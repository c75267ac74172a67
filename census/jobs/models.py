"""Background jobs as rows: the user sees the row, never the broker."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from census.access.rls import RowScope
from census.access.scope import ScopedManager
from census.ids import new_id
from census.places.models import RegionCodeField


class Job(models.Model):
    """One piece of background work: may be killed at any line and started again.

    ``language``: of who asked; the work speaks it, and what it writes.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    row_scope = RowScope(category=None)

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    language = models.CharField(max_length=10, default=settings.LANGUAGE_CODE)
    region = RegionCodeField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    stage = models.CharField(max_length=100, blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    arguments = models.JSONField(default=dict)
    checkpoint = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    cancel_requested = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    user_id = models.BigIntegerField(null=True)
    user_name = models.CharField(max_length=60)
    actor = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    stage_started_at = models.DateTimeField(null=True)
    heartbeat = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["region", "-created_at"]),
            models.Index(fields=["state", "heartbeat"]),
        ]

    @property
    def percent(self) -> int | None:
        """Progress in percent, or None while the total is unknown."""
        return min(100, int(100 * self.done / self.total)) if self.total else None

    @property
    def ended(self) -> bool:
        return self.state in ENDED


ENDED = (Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED)
