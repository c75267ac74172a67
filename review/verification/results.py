"""Rates of a plan from its sheets, what they mean, and what the office decides upon them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from census.access.posts import CATEGORIES
from census.access.scope import Scope
from census.audit.services import audit_record
from review.problems.batches import HandRow, batch_add_rows, batch_create
from review.problems.models import Batch
from review.verification import comparing
from review.verification.items import label_of, unit_of, value_words
from review.verification.models import Plan, Result, Sheet, SheetItem
from review.verification.plans import plan_locked
from review.verification.protocol import RATES, protocol
from review.verification.rates import (
    Coverage,
    Rate,
    Weighted,
    chapman,
    deviation,
    outcome_of,
    proven,
    shares,
    weighted,
    worst,
)

NONE = Rate(0, 0)
WRONG = Q(verdict__in=comparing.FAULTS, excuse="")
# what should be in the summary: added objects that are there, and deleted ones that should not have been
SUMMARY_STAGE = Q(outcome="omitted") | Q(outcome="present", stratum__endswith="/added")


@dataclass(slots=True)
class Line:
    """The rates of one source category (or of all): name → Rate."""

    category: str
    rates: dict[str, Rate] = field(default_factory=lambda: dict.fromkeys(RATES, NONE))

    def add(self, name: str, hits: int, base: int) -> None:
        self.rates[name] += Rate(hits, base)


@dataclass(slots=True)
class Emission:
    """Sums of one pollutant over the verified items, in its unit."""

    pollutant: str
    unit: str
    reported: float
    verified: float
    deviation: float | None


@dataclass(slots=True)
class Table:
    """Everything that is reckoned for one county, or for all of a plan together."""

    lines: list[Line]
    total: Line
    weighted: dict[str, Weighted]
    emissions: list[Emission]
    coverage: list[tuple[str, Coverage]]
    limits: Mapping[str, tuple[float, float]]

    def judged(self, name: str) -> float | None:
        """The figure that is held against the limits: weighted by source, else pooled."""
        if name == "deviation":
            return max((e.deviation for e in self.emissions if e.deviation is not None), default=None)
        return self.weighted[name].value if name in self.weighted else self.total.rates[name].value

    def outcome(self, name: str) -> str | None:
        return outcome_of(self.judged(name), self.limits[name])

    def proven(self, name: str) -> bool:
        """True when the sample was large enough to show that the pass limit is kept."""
        return name in self.total.rates and proven(self.total.rates[name], self.limits[name])

    @property
    def proposed(self) -> str | None:
        """The gravest outcome over all limits; None when nothing was checked."""
        return worst(self.outcome(name) for name in self.limits)

    def pack(self) -> dict[str, Any]:
        """The figures as JSON, kept with the decision."""
        return {
            "rates": {
                line.category: {name: [rate.hits, rate.base] for name, rate in line.rates.items()}
                for line in (*self.lines, self.total)
            },
            "judged": {name: self.judged(name) for name in self.limits},
            "emissions": {e.pollutant: [e.reported, e.verified, e.unit] for e in self.emissions},
            "coverage": {name: [c.registered, c.walked, c.both] for name, c in self.coverage},
        }


def table_of(actor: Scope, plan: Plan, county: str = "") -> Table:
    """Rates of *plan*, of one county or of all. Only signed sheets count."""
    lines = {category: Line(category) for category in CATEGORIES}
    sheets = Sheet.objects.visible_to(actor).filter(plan=plan, state=Sheet.State.SIGNED)
    if county:
        sheets = sheets.filter(county=county)
    _count_objects(lines, sheets)
    items = SheetItem.objects.visible_to(actor).filter(sheet__in=sheets.filter(outcome="present"))
    _count_items(lines, items)
    coverage = _count_walk(lines, plan, county)
    total = Line("all")
    for line in lines.values():
        for name, rate in line.rates.items():
            total.rates[name] += rate
    weights = _weights(plan, county)
    sums = {
        name: weighted((line.rates[name], weights.get(line.category, 0.0)) for line in lines.values())
        for name in RATES
    }
    return Table(
        [
            line
            for line in lines.values()
            if weights.get(line.category) or any(r.base for r in line.rates.values())
        ],
        total,
        {name: one for name, one in sums.items() if one is not None},
        _emissions(items),
        coverage,
        plan.read_terms().limits,
    )


def omissions_of(actor: Scope, plan: Plan, counties: Iterable[str]) -> list[tuple[str, dict[str, Rate]]]:
    """Omission rates of each county: (county, {source category or "all": rate}). Two queries for all of them."""
    found: dict[str, dict[str, Rate]] = {county: {} for county in counties}

    def add(county: str, category: str, hits: int, base: int) -> None:
        if county in found:
            for key in (category, "all"):
                found[county][key] = found[county].get(key, NONE) + Rate(hits, base)

    walked = plan.walk.order_by().values("county", "category")
    for row in walked.annotate(n=Count("id"), missing=Count("id", filter=Q(object_id=None))):
        add(row["county"], row["category"], row["missing"], row["n"])
    signed = Sheet.objects.visible_to(actor).filter(plan=plan, state=Sheet.State.SIGNED)
    for row in (
        signed.filter(SUMMARY_STAGE)
        .order_by()
        .values("county", "category")
        .annotate(n=Count("id"), missing=Count("id", filter=Q(outcome="omitted")))
    ):
        add(row["county"], row["category"], row["missing"], row["n"])
    return list(found.items())


def _count_objects(lines: Mapping[str, Line], sheets: Any) -> None:
    for row in sheets.order_by().values("category", "outcome").annotate(n=Count("id")):
        line, outcome, n = lines[row["category"]], row["outcome"], row["n"]
        if outcome in {"present", "duplicate", "wrong"}:  # a record of the register that was looked at
            line.add("duplication", n * (outcome == "duplicate"), n)
            line.add("wrong_object", n * (outcome == "wrong"), n)
    summary = sheets.filter(SUMMARY_STAGE).order_by().values("category")
    for row in summary.annotate(n=Count("id"), missing=Count("id", filter=Q(outcome="omitted"))):
        lines[row["category"]].add("omission", row["missing"], row["n"])


def _count_items(lines: Mapping[str, Line], items: Any) -> None:
    checked = items.exclude(verdict__in=("", comparing.UNABLE))
    for row in (
        checked.order_by().values("category", "key").annotate(n=Count("id"), bad=Count("id", filter=WRONG))
    ):
        lines[row["category"]].add("indicator", row["bad"], row["n"])
        if row["key"]:
            lines[row["category"]].add("key_indicator", row["bad"], row["n"])
    forms = checked.exclude(form="").order_by().values("category", "sheet_id", "form", "page")
    for row in forms.annotate(bad=Count("id", filter=WRONG)):
        lines[row["category"]].add("form", int(row["bad"] > 0), 1)
    for item in items.exclude(paper={}).only("category", "paper", "reported"):
        lines[item.category].add("entry", int(item.entry_wrong), 1)


def _count_walk(lines: Mapping[str, Line], plan: Plan, county: str) -> list[tuple[str, Coverage]]:
    """Omissions found by walking, and the estimate from the two lists, by source and of all."""
    entries = plan.walk.filter(county=county) if county else plan.walk.all()
    walked: dict[str, set[str]] = defaultdict(set)
    counted: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for area, category, object_id, elsewhere in entries.values_list(
        "area", "category", "object_id", "elsewhere"
    ):
        walked[category].add(area)
        lines[category].add("omission", int(object_id is None), 1)
        if not elsewhere:
            counted[category][0] += 1
            counted[category][1] += object_id is not None
    everywhere = set().union(*walked.values()) if walked else set()
    sizes: Mapping[str, Mapping[str, int]] = plan.drawn.get("walked", {})
    found, sums = [], [0, 0, 0]
    for category in lines:
        listed, both = counted[category]
        registered = sum(sizes.get(area, {}).get(category, 0) for area in everywhere)
        if not listed:
            continue
        # an object registered after the draw is on the walked list without being in the frame
        registered = max(registered, both)
        found.append((category, chapman(registered, listed, both)))
        sums = [sums[0] + registered, sums[1] + listed, sums[2] + both]
    return [*found, ("all", chapman(*sums))] if len(found) > 1 else found


def _weights(plan: Plan, county: str) -> dict[str, float]:
    """Share of each source category in the frame."""
    counts: dict[str, int] = defaultdict(int)
    for place, strata in plan.drawn.get("sizes", {}).items():
        if not county or place == county:
            for stratum, n in strata.items():
                counts[stratum.partition("/")[0]] += n
    return shares(counts)


def _emissions(items: Any) -> list[Emission]:
    kinds = protocol()["pollutants"]
    wanted = {item: name for name, kind in kinds.items() for item in kind["items"]}
    sums: dict[str, tuple[list, list]] = {name: ([], []) for name in kinds}
    rows = items.filter(indicator__in=wanted).exclude(verdict__in=("", comparing.UNABLE))
    for indicator, reported, verified in rows.values_list("indicator", "reported", "verified"):
        sums[wanted[indicator]][0].append(reported)
        sums[wanted[indicator]][1].append(verified)
    return [
        Emission(
            name,
            kinds[name]["unit"],
            sum(v for v in reported if v is not None),
            sum(v for v in verified if v is not None),
            deviation(reported, verified),
        )
        for name, (reported, verified) in sums.items()
        if verified
    ]


# -- decisions ---------------------------------------------------------------------------------------
@transaction.atomic
def result_decide(actor: Scope, *, plan_id: UUID, county: str, outcome: str, reason: str = "") -> Result:
    """The outcome for one county. It may differ from what the limits say, with a reason."""
    plan = plan_locked(actor, plan_id, Plan.State.DRAWN)
    if county not in plan.drawn["counties"]:
        raise ValidationError(_("This county is not part of the plan."))
    if left := plan.sheets.filter(county=county, state=Sheet.State.OPEN).count():
        raise ValidationError(
            _("%(n)s sheets of this county are not signed yet. Finish or replace them first.") % {"n": left}
        )
    table = table_of(actor, plan, county)
    if table.proposed is None:
        raise ValidationError(_("Nothing was checked in this county, so there is no outcome."))
    if outcome not in Result.Outcome.values:
        raise ValidationError(_("Choose an outcome."))
    if outcome != table.proposed and not reason.strip():
        raise ValidationError(
            {"reason": _("The outcome differs from what the limits say. Give the reason for it.")}
        )
    if plan.results.filter(county=county).exists():
        raise ValidationError(_("The outcome for this county has been decided; nothing changes any more."))
    result = Result.objects.create(
        plan=plan,
        issuer=plan.issuer,
        county=county,
        rates=table.pack(),
        proposed=table.proposed,
        outcome=outcome,
        reason=reason.strip()[:600],
        decided_by=actor.user_id,
        decided_by_name=actor.user_name,
    )
    if plan.results.count() == len(plan.drawn["counties"]):
        plan.state = Plan.State.CLOSED
        plan.save(update_fields=["state"])
    audit_record(
        actor,
        "verification.decided",
        subject="verification",
        subject_id=plan.id,
        state=outcome,
        code=county,
    )
    return result


@transaction.atomic
def result_batch(actor: Scope, *, result_id: int, deadline: dt.date) -> Batch:
    """Draft the problem batch (kind verification) of the errors found in a county; it is issued like any other."""
    result = Result.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=result_id).first()
    if result is None or result.issuer != actor.region:
        raise ValidationError(_("Not a result of this office."))
    # a discarded draft has no number; what was issued counts for ever
    lists = Batch.objects.visible_to(actor).filter(pk=result.batch_id).exclude(state="closed", number=None)
    if lists.exists():
        raise ValidationError(_("The errors of this county have been put on a list already."))
    plan = result.plan
    rows = list(problem_rows(actor, plan, result.county))
    omitted = list(plan.walk.filter(county=result.county, object_id=None))
    if not rows and not omitted:
        raise ValidationError(_("No errors were found in this county; there is nothing to issue."))
    batch = batch_create(
        actor,
        title=_("Quality verification: %(title)s") % {"title": plan.title[:170]},
        deadline=deadline,
        instructions=_instructions(plan, omitted),
        kind=Batch.Kind.VERIFICATION,
    )
    batch_add_rows(actor, batch_id=batch.id, rows=rows, by="verification")
    batch.refresh_from_db()
    result.batch_id = batch.id
    result.save(update_fields=["batch_id"])
    audit_record(actor, "verification.issued", subject="verification", subject_id=plan.id, rows=len(rows))
    return batch


def problem_rows(actor: Scope, plan: Plan, county: str) -> Iterable[HandRow]:
    """The errors of a county as rows of a problem batch: wrong items, and records that should not be there."""
    sheets = Sheet.objects.visible_to(actor).filter(plan=plan, county=county, state=Sheet.State.SIGNED)
    texts = {
        "duplicate": _("Verification on site: the object is registered twice. Merge the records."),
        "wrong": _("Verification on site: the object does not belong to the census. Check and delete it."),
        "omitted": _(
            "Verification on site: the object was wrongly deleted. Restore it and have it surveyed."
        ),
    }
    for sheet in sheets.filter(outcome__in=texts).order_by("number"):
        yield HandRow(
            code=sheet.code, text=_with_remark(texts[sheet.outcome], sheet.remark), severity="error"
        )
    items = SheetItem.objects.visible_to(actor).filter(WRONG, sheet__in=sheets.filter(outcome="present"))
    lang = get_language() or "zh-hans"
    for item in items.select_related("sheet").order_by("sheet__number", "id"):
        yield HandRow(
            code=item.sheet.code,
            text=item_text(item, lang),
            form=item.form,
            sheet=item.page,
            row=item.row,
            indicator=item.indicator if item.form else "",
            severity="error" if item.key else "warning",
        )


def item_text(item: SheetItem, lang: str) -> str:
    """What is wrong with an item, in words."""
    nothing = _("blank")
    words = _("Verification on site: %(item)s reported %(reported)s, found %(verified)s%(unit)s.") % {
        "item": label_of(item, lang),
        "reported": value_words(item, item.reported) or nothing,
        "verified": value_words(item, item.verified) or nothing,
        "unit": f" {unit}" if (unit := unit_of(item, lang)) else "",
    }
    return _with_remark(words, item.evidence)


def _with_remark(words: str, remark: str) -> str:
    return f"{words} {remark}".strip()[:600]


def _instructions(plan: Plan, omitted: list[Any]) -> str:
    """Objects that the register does not have cannot be rows: they are named in the instructions."""
    lines = [_("Errors found by the quality verification “%(title)s”.") % {"title": plan.title}]
    if omitted:
        lines.append(_("Found on the ground but not on the register; register and survey them:"))
        lines += [
            " · ".join(part for part in (str(CATEGORIES[e.category]), e.name, e.address) if part)
            for e in omitted
        ]
    return "\n".join(lines)
