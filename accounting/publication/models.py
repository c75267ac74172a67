"""Tables prepared for publication: one subject of a cut, region × a second hierarchy, with cells hidden."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language

from accounting.cuts.models import Cut
from accounting.publication.subjects import Subject, catalogue
from census.access.rls import RowScope
from census.access.scope import ScopedManager
from census.ids import new_id
from census.places.models import RegionCodeField


class Publication(models.Model):
    """One table of a cut under disclosure control.

    ``subject``: a code of subjects.py. ``rules``: the parameters, see disclosure/rules.py. ``content``: the table with
    every cell's state and interval (tables.py), ``beside``: ids of the linked tables it was made beside (linked.py),
    ``exposed_beside``: their cells it would narrow; null until the job is done. ``exposed`` counts all cells that
    could be narrowed. Only one table a cut and subject may be released: two that hide different cells would give each
    other away.
    """

    row_scope = RowScope(category=None, final="OLD.released_at IS NOT NULL")

    id = models.UUIDField(primary_key=True, default=new_id)
    cut = models.ForeignKey(Cut, models.PROTECT, related_name="publications")
    region = RegionCodeField()
    subject = models.CharField(max_length=60)
    rules = models.JSONField()
    job_id = models.UUIDField(null=True)
    content = models.JSONField(null=True)
    primary = models.PositiveIntegerField(default=0)
    secondary = models.PositiveIntegerField(default=0)
    exposed = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    created_by_name = models.CharField(max_length=60)
    released_at = models.DateTimeField(null=True)
    released_by_name = models.CharField(max_length=60, blank=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["cut", "subject"],
                condition=Q(released_at__isnull=False),
                name="publication_released_once",
            )
        ]

    @property
    def about(self) -> Subject:
        """What the table shows."""
        return catalogue().subjects[self.subject]

    @property
    def title(self) -> str:
        """Its name in the reader's language."""
        return self.about.name("en" if get_language() == "en" else "zh")
