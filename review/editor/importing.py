"""The shipped rules as rows, of the catalogue and of the form definitions: version 1 of each that runs, so that its
history begins there."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

import yaml
from django.db import transaction
from django.utils import timezone

from census.places import regions
from census.places.models import ReferenceFile
from review.editor.models import RuleVersion
from review.rules.catalogue import FOLDER, AuditRule, audit_rules
from review.rules.own import FAMILY, form_rules
from review.rules.spec import LEVELS, RuleSpec
from sources.forms.catalogue import DEFINITIONS, load

SHIPPED_SINCE = dt.date(2017, 12, 31)  # the reference date: shipped rules have always been in force
AUTHOR = "catalogue"
FILES = "audit rules"  # name of the shipped files, taken together, among the loaded reference files


@dataclass(frozen=True, slots=True)
class Imported:
    """*kept*: numbers whose shipped text changed while an office had written a version of its own."""

    added: int
    unchanged: int
    kept: tuple[str, ...]


@transaction.atomic
def rules_update() -> Imported | None:
    """:func:`rules_import` where the shipped files are others than those loaded last; None where they are the same.

    Reading and binding the catalogue takes a second, which every start would pay.
    """
    digest = hashlib.sha256()
    for path in (*sorted(FOLDER.iterdir()), *sorted(DEFINITIONS.glob("*.yaml"))):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    loaded = {"name": FILES, "sha256": digest.hexdigest()}
    if ReferenceFile.objects.filter(**loaded).exists() and RuleVersion.objects.filter(imported=True).exists():
        return None
    report = rules_import()
    ReferenceFile.objects.update_or_create(
        name=FILES,
        defaults=loaded | {"rows": report.added + report.unchanged, "loaded_at": timezone.now()},
    )
    return report


@transaction.atomic
def rules_import() -> Imported:
    """Bring the rows up to the files. A changed file makes a new version, unless an office has changed the rule."""
    newest: dict[str, RuleVersion] = {}
    for row in RuleVersion.objects.filter(region=regions.NATION).order_by("number", "-version"):
        newest.setdefault(row.number, row)
    fresh: list[RuleVersion] = []
    unchanged, kept = 0, []
    rows = [_row(rule) for rule in audit_rules().rules.values() if rule.spec is not None]
    for row in [*rows, *map(_own_row, form_rules().values())]:
        old = newest.get(row.number)
        if old is not None and _text(old) == _text(row):
            unchanged += 1
        elif old is not None and not old.imported:
            kept.append(row.number)
        else:
            row.version = 1 if old is None else old.version + 1
            fresh.append(row)
    RuleVersion.objects.bulk_create(fresh)
    return Imported(len(fresh), unchanged, tuple(kept))


def _row(rule: AuditRule) -> RuleVersion:
    binding = rule.binding
    return _shipped(
        number=rule.number,
        family=rule.family,
        form=binding.form,
        rule=binding.rule,
        params=[[name, str(value)] for name, value in binding.params.items()],
        cases={name: _yaml(case) for name, case in binding.cases.items()},
        severity=rule.severity,
        zh=rule.message.zh,
        en=rule.message.en,
        source=f"{', '.join(rule.sources)} ({rule.status})",
        note=binding.note[:400],
    )


def _own_row(spec: RuleSpec) -> RuleVersion:
    """A rule of a form definition; its source is that of the form."""
    form = load().forms[spec.form]
    covers = audit_rules().covers.get(spec.number, "")
    return _shipped(
        number=spec.number,
        family=FAMILY,
        form=spec.form,
        rule=spec.rule,
        severity=spec.severity,
        zh=spec.message.zh,
        en=spec.message.en,
        source=", ".join(filter(None, (spec.form, form.provenance["status"], covers))),
    )


def _shipped(**text: Any) -> RuleVersion:
    """A rule of the nation, issued as shipped, with this *text*."""
    return RuleVersion(
        **text,
        region=regions.NATION,
        levels=list(LEVELS),
        valid_from=SHIPPED_SINCE,
        state=RuleVersion.State.ISSUED,
        imported=True,
        written_by_name=AUTHOR,
        issued_by_name=AUTHOR,
        issued_at=timezone.now(),
    )


def _yaml(case: Any) -> str:
    if isinstance(case, str):
        return case
    return yaml.safe_dump(
        case, allow_unicode=True, sort_keys=False, default_flow_style=None, width=100
    ).strip()


def _text(row: RuleVersion) -> tuple[Any, ...]:
    names = ("form", "rule", "params", "cases", "severity", "zh", "en", "source")
    return tuple(getattr(row, name) for name in names)
