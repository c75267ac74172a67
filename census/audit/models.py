"""The audit log: who saw, changed and exported what."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from census.access.rls import APPEND_ONLY, RowScope
from census.access.scope import ScopedManager
from census.places.models import RegionCodeField


class AuditEntry(models.Model):
    """One act. *action* is a permanent dotted code in the past tense; the sentence is made when shown."""

    row_scope = RowScope(category=None, verbs=APPEND_ONLY)

    at = models.DateTimeField(default=timezone.now, db_index=True)
    action = models.CharField(max_length=40)
    user_id = models.BigIntegerField(null=True)
    user_name = models.CharField(max_length=60)
    post_kind = models.CharField(max_length=24)
    region = RegionCodeField()
    subject = models.CharField(max_length=24, blank=True)
    subject_id = models.CharField(max_length=60, blank=True)
    detail = models.JSONField(default=dict)
    address = models.GenericIPAddressField(null=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["region", "-id"]),
            models.Index(fields=["subject", "subject_id"]),
            models.Index(fields=["user_id", "-id"]),
        ]
