"""Seals: signed digests of what is finished and must never change."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Seal(models.Model):
    """One digest of one piece of evidence, signed with the key of the installation and chained to the seal before it.

    ``kind``: a code of evidence.py; ``key``: which piece. ``digest``: SHA-256 of its content. ``signature``:
    HMAC-SHA256 over the signature before it, kind, key and digest. Who can write to the database but does not hold the
    key can forge none. No names and no figures stand here.
    """

    web_verbs = ("SELECT", "INSERT")

    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=24)
    key = models.CharField(max_length=60)
    digest = models.BinaryField(max_length=32)
    signature = models.BinaryField(max_length=32)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="seal_once")]
