"""Data cuts (定库): the numbers of a region as they stood at one moment, kept so that they never change."""

from __future__ import annotations

import zlib

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounting.runs.models import Run
from census.access.rls import RowScope
from census.access.scope import ScopedManager
from census.calendar.models import Campaign
from census.ids import new_id
from census.places.models import RegionCodeField


class Cut(models.Model):
    """One cut of an office's region, numbered per office. What it holds is in :class:`Part` and :class:`FrozenTable`.

    ``as_of``: the moment of the snapshot. ``changed``: forms the run counts that were changed between its start
    and this moment; such a cut does not fit together and cannot be checked. ``digest``: SHA-256 (hex) over the
    run and the digests of all parts and tables, see proof.py; blank until everything is frozen.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        CHECKED = "checked", _("Checked")
        APPROVED = "approved", pgettext_lazy("by the office above", "Approved")

    row_scope = RowScope(
        category=None, upward=True, verbs=("SELECT", "INSERT", "UPDATE"), final="OLD.state = 'approved'"
    )

    id = models.UUIDField(primary_key=True, default=new_id)
    region = RegionCodeField()
    number = models.PositiveIntegerField()
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    run = models.ForeignKey(Run, models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    job_id = models.UUIDField(null=True)
    as_of = models.DateTimeField(null=True)
    changed = models.PositiveIntegerField(default=0)
    objects_held = models.PositiveIntegerField(default=0)
    returns_held = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.BigIntegerField(null=True)
    created_by_name = models.CharField(max_length=60)
    checked_at = models.DateTimeField(null=True)
    checked_by = models.BigIntegerField(null=True)
    checked_by_name = models.CharField(max_length=60, blank=True)
    approved_at = models.DateTimeField(null=True)
    approved_by_name = models.CharField(max_length=60, blank=True)
    sent_back = models.CharField(max_length=300, blank=True)  # why the upper office did not approve

    objects = ScopedManager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["region", "number"], name="cut_number_once")]

    @property
    def made(self) -> bool:
        """True once everything is frozen."""
        return bool(self.digest)


class Part(models.Model):
    """The register and the returns of one county (or of the city itself) in a cut, by version.

    ``members``: zlib of text lines, sorted: "object <id> <revision>" and "return <id> <object id> <version>
    <head hash in hex>", and "lines <count> <md5>" of the run's lines; ``digest`` is the SHA-256 (hex) of that text.
    """

    row_scope = RowScope(category=None, verbs=("SELECT", "INSERT", "DELETE"))

    cut = models.ForeignKey(Cut, models.CASCADE, related_name="parts")
    region = RegionCodeField()
    objects_held = models.PositiveIntegerField()
    returns_held = models.PositiveIntegerField()
    members = models.BinaryField()
    digest = models.CharField(max_length=64)

    objects = ScopedManager()

    class Meta:
        ordering = ["region"]
        constraints = [models.UniqueConstraint(fields=["cut", "region"], name="cut_part_once")]

    def text(self) -> str:
        """The members as they were digested."""
        return zlib.decompress(self.members).decode()

    def lines(self) -> list[str]:
        """The members, a line each."""
        return self.text().split("\n")


class FrozenTable(models.Model):
    """One finished summary table of one region in a cut. It no longer depends on layouts, register or run.

    ``content``: JSON, see tables.py; ``digest``: SHA-256 (hex) of it.
    """

    row_scope = RowScope(category=None, verbs=("SELECT", "INSERT", "DELETE"))

    cut = models.ForeignKey(Cut, models.CASCADE, related_name="tables")
    region = RegionCodeField()
    code = models.CharField(max_length=12)
    by = models.CharField(max_length=40)
    content = models.TextField()
    digest = models.CharField(max_length=64)

    objects = ScopedManager()

    class Meta:
        ordering = ["code", "by", "region"]
        constraints = [models.UniqueConstraint(fields=["cut", "region", "code", "by"], name="cut_table_once")]
