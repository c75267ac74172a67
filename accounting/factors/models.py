"""Editions, factors and control technologies: readable by all; written by loads, and by publishing a factor change."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from census.access.rls import RowScope
from census.access.scope import ScopedManager
from census.places.models import RegionCodeField
from census.places.regions import NATION

CONFIDENCE = {
    "verified": _("Verified"),
    "secondary": _("Secondary"),
    "recalled": _("Recalled"),
    "declared": _("Declared by the unit"),
}
KINDS = {
    "generation": _("Generation coefficient"),
    "emission": _("Emission coefficient"),
    "removal": _("Removal rate"),
    "parameter": _("Parameter"),
    "formula": _("Formula"),
}
SECTORS = {
    "industrial": _("Industrial"),
    "livestock": _("Livestock"),
    "agriculture": _("Crops and aquaculture"),
    "domestic": _("Domestic"),
    "mobile": _("Mobile"),
    "centralized": _("Centralized facilities"),
}


EDITION_KINDS = {
    "handbook": _("Handbook"),
    "guideline": _("Guideline"),
    "standard": _("Standard"),
    "regional": _("Regional factors"),
    "practice": _("Practice"),
    "study": _("Study"),
}


class Edition(models.Model):
    """A handbook or other collection of factors. ``position``: the order in which a run falls back.

    ``office``: always the nation; row-level security lets only a national post add one.
    """

    row_scope = RowScope(region="office", category=None, read_all=True, verbs=("SELECT", "INSERT"))

    code = models.CharField(max_length=24, primary_key=True)
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16)
    year = models.PositiveSmallIntegerField()
    official = models.BooleanField()
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    office = RegionCodeField(default=NATION)

    objects = ScopedManager()

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name_zh


class Factor(models.Model):
    """A factor as its source prints it. A changed row becomes a new revision; nothing is overwritten.

    ``code`` names the key and lasts over revisions; exactly one revision is current. ``retired``: a revision that
    says only that the factor is not to be used any more. ``change``: number of the factor change that published
    the revision; NULL for a load from the data files. A trigger refuses every update but of ``current``, and every
    deletion. ``office``: always the nation; row-level security lets only a national post write.
    """

    row_scope = RowScope(region="office", category=None, read_all=True, verbs=("SELECT", "INSERT", "UPDATE"))

    code = models.CharField(max_length=16, db_collation="C")
    revision = models.PositiveIntegerField(default=1)
    current = models.BooleanField(default=True)
    content_hash = models.CharField(max_length=32, db_collation="C")
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="factors")
    sector = models.CharField(_("Sector"), max_length=16, choices=list(SECTORS.items()))
    industry = models.CharField(_("Industry"), max_length=60, blank=True)
    industry_name = models.CharField(max_length=200, blank=True)
    unit = models.CharField(_("Accounting unit"), max_length=200, blank=True)
    product = models.CharField(_("Product or subject"), max_length=200, blank=True)
    material = models.CharField(_("Raw material"), max_length=300, blank=True)
    process = models.CharField(_("Process"), max_length=300, blank=True)
    scale = models.CharField(_("Scale"), max_length=100, blank=True)
    stage = models.CharField(_("Stage or class"), max_length=200, blank=True)
    region = models.CharField(_("Region"), max_length=200, blank=True)
    region_codes = models.JSONField(default=list)
    medium = models.CharField(max_length=8, blank=True)
    pollutant = models.CharField(_("Pollutant"), max_length=40)
    kind = models.CharField(_("Kind"), max_length=12, choices=list(KINDS.items()))
    technology = models.CharField(_("Control technology"), max_length=200, blank=True)
    value = models.FloatField(_("Factor value"), null=True)
    expression = models.CharField(_("Expression"), max_length=200, blank=True)
    parameters = models.JSONField(default=dict)
    value_unit = models.CharField(_("Unit"), max_length=80)
    basis = models.CharField(max_length=40, blank=True)
    k_family = models.CharField(max_length=8, blank=True)
    confidence = models.CharField(_("Confidence"), max_length=12, choices=list(CONFIDENCE.items()))
    reference_only = models.CharField(max_length=200, blank=True)
    source = models.TextField(_("Source"))
    note = models.TextField(_("Note"), blank=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    loaded_at = models.DateTimeField(default=timezone.now)
    search = models.TextField(blank=True)
    retired = models.BooleanField(default=False)
    change = models.PositiveIntegerField(null=True)
    office = RegionCodeField(default=NATION)

    objects = ScopedManager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["code", "revision"], name="factor_revision_once"),
            models.UniqueConstraint(fields=["code"], condition=Q(current=True), name="factor_current_once"),
            models.CheckConstraint(
                condition=Q(value__isnull=False) | ~Q(expression=""), name="factor_has_value_or_expression"
            ),
        ]
        indexes = [models.Index(fields=["sector", "pollutant", "id"])]

    @property
    def coefficient(self) -> str:
        """The value or the expression, for display."""
        return self.expression or f"{self.value:g}"


class ControlTechnology(models.Model):
    """A treatment technique with its census code; the efficiency only where one was confirmed.

    As with factors a changed row becomes a new revision, so that a pinned run finds the table as it was.
    """

    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    medium = models.CharField(max_length=8)
    pollutant = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=12)
    census_code = models.CharField(max_length=8, blank=True)
    applies_to = models.CharField(max_length=100, blank=True)
    efficiency = models.FloatField(null=True)
    efficiency_low = models.FloatField(null=True)
    efficiency_high = models.FloatField(null=True)
    k_family = models.CharField(max_length=8, blank=True)
    confidence = models.CharField(max_length=12)
    source = models.TextField()
    note = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=1)
    current = models.BooleanField(default=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["name_zh", "medium", "pollutant", "kind", "applies_to", "revision"],
                name="technology_revision_once",
            )
        ]
