"""Audit rules as rows: every version of a rule an office has written, and its trials on the forms."""

from __future__ import annotations

import hashlib

import orjson
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from census.access.rls import RowScope
from census.access.scope import Scope, ScopedQuerySet
from census.places import regions
from census.places.models import RegionCodeField
from review.rules.spec import LEVELS, RuleSpec
from sources.forms.model import Text


class RulesVisible(ScopedQuerySet):
    """A draft is seen by the writing office and those above it; the policy ``rule_draft_hidden`` says the same."""

    def visible_to(self, scope: Scope) -> RulesVisible:
        low, high = regions.bounds(scope.region)
        own = models.Q(region__gte=low, region__lt=high)
        return super().visible_to(scope).filter(~models.Q(state="draft") | own)


class RuleVersion(models.Model):
    """One version of an audit rule. *region* is the office's: the nation's rules hold everywhere, a province's at home.

    A rule is *number*; the newest version whose period has begun is the one that counts. *imported*: version of the
    shipped catalogue, whose files say what runs. *base*: number of the national rule whose thresholds this one sets
    anew; the national one goes on beside it. *revision* grows with every issue and end, over all rules.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ISSUED = "issued", _("In force")
        RETIRED = "retired", _("Retired")

    class Severity(models.TextChoices):
        ERROR = "error", _("Error")
        WARNING = "warning", _("Warning")
        INFO = "info", _("For information")

    row_scope = RowScope(category=None, upward=True)

    region = RegionCodeField()
    number = models.CharField(max_length=20, db_collation="C")
    version = models.PositiveIntegerField(default=1)
    base = models.CharField(max_length=20, blank=True, db_collation="C")
    family = models.CharField(max_length=16)
    form = models.CharField(max_length=12, db_collation="C")
    rule = models.TextField(blank=True)
    params = models.JSONField(default=list)  # [[name, value], …]; values as typed
    cases = models.JSONField(default=dict)  # {"pass": yaml, "fail": yaml, "blank": yaml}, as typed
    severity = models.CharField(max_length=8, choices=Severity.choices, default=Severity.WARNING)
    zh = models.CharField(max_length=400, blank=True)
    en = models.CharField(max_length=400, blank=True)
    source = models.CharField(max_length=400, blank=True)
    note = models.CharField(max_length=400, blank=True)
    levels = models.JSONField(default=list)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    imported = models.BooleanField(default=False)
    writers = models.JSONField(default=list)  # ids of everybody who has changed this version
    written_by_name = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    issued_by = models.BigIntegerField(null=True)
    issued_by_name = models.CharField(max_length=60, blank=True)
    issued_at = models.DateTimeField(null=True)
    retired_by_name = models.CharField(max_length=60, blank=True)
    retired_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=400, blank=True)  # why it was retired
    revision = models.BigIntegerField(null=True)

    objects = models.Manager.from_queryset(RulesVisible)()

    class Meta:
        ordering = ["number", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["number", "version"], name="rule_version_once"),
            models.UniqueConstraint(
                fields=["number"], condition=models.Q(state="draft"), name="rule_one_draft"
            ),
        ]
        indexes = [models.Index(fields=["region", "number", "-version"]), models.Index(fields=["-revision"])]

    def __str__(self) -> str:
        return f"{self.number} v{self.version}"

    @property
    def message(self) -> Text:
        return Text(self.zh, self.en)

    @property
    def digest(self) -> str:
        """Names what decides the hits: form, text, thresholds."""
        parts = [self.form, self.rule, [[name, str(value)] for name, value in self.params], self.base]
        return hashlib.sha256(orjson.dumps(parts)).hexdigest()[:16]

    def spec(self, base: RuleSpec | None = None) -> RuleSpec:
        """What would run."""
        params = tuple((str(name), value) for name, value in self.params)
        levels = frozenset(self.levels) & frozenset(LEVELS)
        rule = self.rule.replace("\n", " ")  # lines are for the eye; the place of a fault stays
        return RuleSpec(self.number, self.form, rule, params, self.severity, self.message, levels, base)


class RuleTrial(models.Model):
    """A rule version run over the forms of *region* without consequence. *digest*: of the text that was tried."""

    row_scope = RowScope(category=None)

    rule = models.ForeignKey(RuleVersion, models.CASCADE, related_name="trials")
    region = RegionCodeField()
    digest = models.CharField(max_length=16)
    job_id = models.UUIDField(null=True)
    at = models.DateTimeField(default=timezone.now)
    by_name = models.CharField(max_length=60, blank=True)
    result = models.JSONField(default=dict)

    objects = models.Manager.from_queryset(ScopedQuerySet)()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["rule", "-at"])]
