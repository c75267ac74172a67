"""The register (名录库) of census objects."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from census.access.posts import CATEGORIES
from census.access.rls import APPEND_ONLY, RowScope
from census.access.scope import ScopedManager
from census.calendar.models import Campaign
from census.ids import new_id
from census.places.models import RegionCodeField
from sources.objects.kinds import KINDS, OPERATING, SIZES, STATUSES


class CensusObject(models.Model):
    """One census object (普查对象). The id lasts; codes and names are attributes that may change."""

    row_scope = RowScope(district="district_id", object="id", verbs=("SELECT", "INSERT", "UPDATE"))

    id = models.UUIDField(primary_key=True, default=new_id)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    kind = models.CharField(_("Kind"), max_length=24, choices=[(k.code, k.label) for k in KINDS.values()])
    category = models.CharField(_("Category"), max_length=16, choices=list(CATEGORIES.items()))
    code = models.CharField(_("Identification code"), max_length=24, unique=True)
    uscc = models.CharField(_("Unified social credit code"), max_length=18, blank=True)
    org_code = models.CharField(_("Organisation code"), max_length=9, blank=True)
    name = models.CharField(_("Name"), max_length=200)
    initials = models.CharField(max_length=200, blank=True, db_collation="C")
    former_name = models.CharField(_("Former name"), max_length=200, blank=True)
    region = RegionCodeField(_("Region"))
    district_id = models.UUIDField(_("Census district"), null=True, blank=True)
    industry = models.CharField(_("Industry"), max_length=4, blank=True)
    address = models.CharField(_("Address"), max_length=300, blank=True)
    lon = models.FloatField(_("Longitude"), null=True, blank=True)
    lat = models.FloatField(_("Latitude"), null=True, blank=True)
    status = models.CharField(_("Status"), max_length=16, choices=list(STATUSES.items()), default="in_scope")
    operating = models.CharField(
        _("Operating status"), max_length=1, choices=list(OPERATING.items()), default="1", blank=True
    )
    size = models.CharField(_("Size"), max_length=1, choices=list(SIZES.items()), blank=True)
    legal_person = models.CharField(_("Person in charge"), max_length=60, blank=True)
    contact = models.CharField(_("Contact"), max_length=60, blank=True)
    phone = models.CharField(_("Telephone"), max_length=40, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    revision = models.PositiveIntegerField(default=1)
    synthetic = models.BooleanField(default=False)
    closed_reason = models.CharField(max_length=300, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.BigIntegerField(null=True)
    updated_at = models.DateTimeField(default=timezone.now)
    updated_by = models.BigIntegerField(null=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["region", "code"]
        indexes = [
            # the order of the list, and what it is filtered by: passed over without fetching rows
            models.Index(
                fields=["region", "code", "status", "kind", "industry", "operating", "size"],
                name="object_walk",
            ),
            models.Index(fields=["category", "kind", "region", "code"]),
            models.Index(fields=["industry", "region", "code"], name="object_industry"),
            models.Index(fields=["district_id"]),
            models.Index(fields=["uscc"], condition=~Q(uscc=""), name="object_uscc"),
            models.Index(fields=["org_code"], condition=~Q(org_code=""), name="object_org_code"),
            models.Index(fields=["name"], name="object_name"),
            # the register sorted as Chinese readers expect (by pinyin initials), and by last change
            models.Index(fields=["initials", "id"], name="object_initials"),
            models.Index(fields=["updated_at", "id"], name="object_updated"),
        ]

    def __str__(self) -> str:
        return self.name


class ObjectChange(models.Model):
    """Append-only history of a register entry: before and after of the changed fields."""

    row_scope = RowScope(district="district_id", object="object_id", verbs=APPEND_ONLY)

    object_id = models.UUIDField()
    region = RegionCodeField()
    category = models.CharField(max_length=16)
    district_id = models.UUIDField(null=True)
    at = models.DateTimeField(default=timezone.now)
    user_id = models.BigIntegerField(null=True)
    user_name = models.CharField(max_length=60)
    action = models.CharField(max_length=24)
    reason = models.CharField(max_length=300, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    objects = ScopedManager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["object_id", "-id"])]
