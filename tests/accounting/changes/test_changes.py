"""The life of a factor change: read, tried, approved by somebody else, published; nothing is overwritten."""

import csv
from dataclasses import replace
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum

from accounting.changes import services
from accounting.changes.models import Change
from accounting.changes.rows import cells_of, columns
from accounting.comparing.models import Comparison, Difference, Portion
from accounting.comparing.queries import subjects
from accounting.comparing.services import trial_create
from accounting.factors.models import Factor
from accounting.factors.queries import as_row, library_now
from accounting.factors.services import factor_load
from accounting.runs.models import Gap, Line, Run
from accounting.runs.services import run_create, run_execute, run_update, shard_next
from census.access.scope import enter
from census.audit.models import AuditEntry
from census.jobs.services import job_execute
from census.places.regions import NATION
from tests.accounting.runs.test_kill import rows as rows_of

SHEEP = {"value": 237.0, "industry": "1351", "pollutant": "COD", "kind": "emission", "current": True}


def sheet(*rows, **extra):
    """A csv of factors in the layout that goes out, with changed cells."""
    out = StringIO()
    writer = csv.writer(out)
    keys = [column.key for column in columns()]
    writer.writerow(keys)
    for row, changes in rows:
        cells = dict(zip(keys, cells_of(row), strict=True)) | changes
        writer.writerow([cells[key] for key in keys])
    return BytesIO(out.getvalue().encode())


def sheep():
    return as_row(Factor.objects.get(**SHEEP))


@pytest.fixture
def draft(author, done):
    with enter(author):
        return services.change_create(author, title="Sheep", reason="The handbook was corrected")


def take(author, draft, *rows):
    with enter(author):
        report = services.change_read(author, change=draft, file=sheet(*rows), name="factors.csv")
    draft.refresh_from_db()
    return report


def tried(author, draft, done, region=NATION):
    with enter(author):
        trial = trial_create(author, change=draft, run=done, region=region)
    job_execute(job_id=str(trial.job_id), region=region)
    trial.refresh_from_db()
    return trial


def test_the_library_written_out_and_read_back_proposes_nothing(author, draft):
    everything = [(row, {}) for row in services.factors_current().values()]
    report = take(author, draft, *everything)
    assert report.faults == []
    assert report.counts == {"added": 0, "changed": 0, "retired": 0, "unchanged": len(everything)}
    assert draft.digest == ""


def test_a_table_is_read_with_all_its_faults_and_then_nothing_is_taken(author, draft):
    row = sheep()
    report = take(
        author, draft,
        (row, {"value": "twelve"}), (row, {"value": "-3"}), (row, {"value_unit": "stones/year"}),
        (row, {"source": ""}), (row, {"confidence": "declared"}), (row, {"pollutant": "aether"}),
        (row, {"industry": "sheep"}), (row, {"material": "驴", "action": "停用"}), (row, {"valid_from": "soon"}),
        (row, {"value": "600"}), (row, {"value": "700"}),
    )  # fmt: skip
    assert {fault.line for fault in report.faults} == {*range(2, 11), 12}
    assert (draft.digest, draft.rows.count()) == ("", 0)
    assert draft.report["name"] == "factors.csv"


def test_rows_are_added_changed_and_retired(author, draft):
    row = sheep()
    other = as_row(Factor.objects.filter(sector="livestock", current=True, reference_only="").first())
    report = take(
        author, draft, (row, {"value": "2868"}), (row, {"material": "驴"}), (other, {"action": "retire"})
    )
    assert report.counts == {"added": 1, "changed": 1, "retired": 1, "unchanged": 0}
    assert ["12.1" in warning.message for warning in report.warnings] == [True]
    assert set(draft.rows.values_list("action", flat=True)) == {"add", "change", "retire"}
    with enter(author):
        services.change_drop(author, change=draft, row_ids=draft.rows.values_list("pk", flat=True))
    draft.refresh_from_db()
    assert draft.digest == ""


def test_a_dry_run_adds_up_and_leaves_the_ledger_alone(author, draft, done):
    take(author, draft, (sheep(), {"value": "284.4"}))
    counts = [model.objects.count() for model in (Line, Gap, Run, Factor)]
    before = rows_of(done)
    trial = tried(author, draft, done)
    assert trial.state == Comparison.State.DONE
    touched = set(Portion.objects.filter(comparison=trial, touched=True).values_list("region", flat=True))
    assert touched == {"330802000000"}
    change = Decimal(0)
    for portion in Portion.objects.filter(comparison=trial):
        name = "environment/water/COD"
        change += Decimal(portion.after.get(name, 0)) - Decimal(portion.before.get(name, 0))
    found = Difference.objects.filter(comparison=trial, measure="environment")
    assert found.aggregate(total=Sum("amount"))["total"] == change
    assert set(found.values_list("pollutant", "cause")) == {("COD", "factor")}
    assert counts == [model.objects.count() for model in (Line, Gap, Run, Factor)]
    assert rows_of(done) == before


def test_what_is_generated_is_compared_by_itself(author, draft, done):
    """A generation coefficient beside an emission coefficient changes what is generated and nothing else."""
    row = as_row(Factor.objects.get(value=495.0, industry="1351", pollutant="COD", kind="generation"))
    take(author, draft, (row, {"value": "594"}))
    trial = tried(author, draft, done)
    found = Difference.objects.filter(comparison=trial)
    assert set(found.values_list("measure", "pollutant", "cause")) == {("generated", "COD", "factor")}
    with enter(author):
        (subject,) = [one for one in subjects(author, trial) if one.causes]
    assert (subject.measure, subject.rest) == ("generated", 0)
    assert subject.causes["factor"] == subject.change > 0


def test_a_dry_run_gives_what_the_published_change_gives(author, approver, officer, draft, done):
    """The total after is, to the last digit, that of the run made after publishing; the old run stays."""
    row = sheep()
    removal = as_row(Factor.objects.filter(sector="livestock", kind="removal", current=True).first())
    take(
        author, draft, (row, {"value": "284.4"}), (row, {"material": "牛", "value": "800"}),
        (removal, {"action": "停用"}),
    )  # fmt: skip
    old = rows_of(done)
    tried(author, draft, done)
    with enter(author):
        services.change_submit(author, change=draft)
    with enter(approver):
        services.change_approve(approver, change=draft)
    pin = library_now().factors
    with enter(approver):
        services.change_publish(approver, change=draft)
    draft.refresh_from_db()
    assert (draft.state, draft.published_from) == (Change.State.PUBLISHED, pin)
    new = Factor.objects.filter(change=draft.number)
    assert new.count() == 3
    assert all(factor.pk > pin for factor in new)
    assert Factor.objects.get(value=237.0, industry="1351", pollutant="COD", kind="emission").current is False
    with enter(officer):
        later = run_update(officer, run=done)
    later = run_execute(officer, run=later)
    after = _totals(later)
    trial = draft.trials.get()
    stored = {}
    for portion in trial.portions.all():
        for name, amount in portion.after.items():
            stored[name] = stored.get(name, Decimal(0)) + Decimal(amount)
    assert after == stored
    assert rows_of(done) == old
    report = factor_load()
    assert (report.added, report.revised) == (0, 0), "what was published stands"
    acts = list(AuditEntry.objects.filter(subject="change").order_by("id").values_list("action", flat=True))
    assert acts == [
        f"change.{verb}"
        for verb in ("created", "rows_added", "dry_run", "submitted", "approved", "published")
    ]


def test_a_change_published_while_a_run_works_is_for_the_next_run(
    author, approver, officer, campaign, draft, done
):
    def planned():
        with enter(officer):
            return run_create(
                officer,
                campaign=campaign,
                region=done.region,
                categories=done.categories,
                edition=done.edition,
            )

    take(author, draft, (sheep(), {"value": "284.4"}))
    tried(author, draft, done)
    with enter(author):
        services.change_submit(author, change=draft)
    with enter(approver):
        services.change_approve(approver, change=draft)
    going = planned()
    assert shard_next(officer, run=going), "one county is done"
    with enter(approver):
        services.change_publish(approver, change=draft)
    assert rows_of(run_execute(officer, run=going)) == rows_of(done), (
        "all counties by the library it began with"
    )
    assert rows_of(run_execute(officer, run=planned())) != rows_of(done)


def _totals(run):
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT measure || '/' || medium || '/' || pollutant, sum(round(amount::numeric, 9))
               FROM accounting_line CROSS JOIN LATERAL (VALUES
                   ('environment', environment_kg), ('generated', generated_kg), ('discharged', discharged_kg)
               ) amounts (measure, amount)
               WHERE run_id = %s AND chosen AND amount IS NOT NULL
                     AND (measure = 'environment' OR source <> 'sewage_plant') GROUP BY 1""",
            [run.pk],
        )
        return dict(cursor.fetchall())


def test_nobody_approves_their_own_change_and_only_the_author_edits(author, approver, draft, done):
    take(author, draft, (sheep(), {"value": "284.4"}))
    with pytest.raises(PermissionDenied):
        take(approver, draft, (sheep(), {"value": "600"}))
    tried(author, draft, done)
    with enter(author):
        services.change_submit(author, change=draft)
        with pytest.raises(PermissionDenied):
            services.change_approve(author, change=draft)
    with enter(approver), pytest.raises(ValidationError):
        services.change_publish(approver, change=draft)
    nobody = replace(approver, user_id=None)
    with enter(nobody), pytest.raises(PermissionDenied):
        services.change_approve(nobody, change=draft)
    province = replace(approver, region="330000000000")
    with enter(province), pytest.raises(PermissionDenied):
        services.change_approve(province, change=draft)
    with enter(approver):
        services.change_send_back(approver, change=draft, reason="Which page?")
    draft.refresh_from_db()
    assert (draft.state, draft.sent_back) == ("draft", "Which page?")


def test_without_a_dry_run_of_just_these_rows_over_the_country_nothing_goes_on(author, draft, done):
    take(author, draft, (sheep(), {"value": "284.4"}))
    for step in (None, lambda: tried(author, draft, done, "330802000000")):
        step and step()
        with enter(author), pytest.raises(ValidationError, match="dry run"):
            services.change_submit(author, change=draft)
    tried(author, draft, done)
    take(author, draft, (sheep(), {"value": "595"}))
    with enter(author), pytest.raises(ValidationError, match="dry run"):
        services.change_submit(author, change=draft)


def test_a_change_of_a_factor_that_moved_meanwhile_is_refused(author, approver, draft, done):
    take(author, draft, (sheep(), {"value": "284.4"}))
    with enter(author):
        other = services.change_create(author, title="Other", reason="The same factor")
    take(author, other, (sheep(), {"value": "590"}))
    for one in (draft, other):
        tried(author, one, done)
        with enter(author):
            services.change_submit(author, change=one)
    with enter(approver):
        services.change_approve(approver, change=other)
        services.change_publish(approver, change=other)
        with pytest.raises(ValidationError, match="since they were taken"):
            services.change_approve(approver, change=draft)


def test_the_database_refuses_to_overwrite_or_delete(author, approver, draft, as_web):
    factor = Factor.objects.get(**SHEEP)
    with enter(author):
        for act in (lambda: Factor.objects.filter(pk=factor.pk).update(value=1), factor.delete):
            with pytest.raises(DatabaseError), transaction.atomic():
                act()
    city = replace(approver, region="330800000000")
    with enter(city):
        assert Factor.objects.filter(pk=factor.pk).update(current=False) == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Factor.objects.create(
                code="x", edition_id="practice", pollutant="COD", sector="industrial", kind="generation", value=1,
                value_unit="kg/t", confidence="recalled", source="x", content_hash="x",
            )  # fmt: skip


def test_one_factor_from_a_page(author, draft):
    row = sheep()
    with enter(author):
        with pytest.raises(ValidationError, match="Nothing differs"):
            services.change_put(author, change=draft, action="change", row=row)
        with pytest.raises(ValidationError, match="already"):
            services.change_put(author, change=draft, action="add", row=row)
        services.change_put(author, change=draft, action="change", row=replace(row, value=500.0))
        services.change_put(author, change=draft, action="retire", row=row)
    assert list(draft.rows.values_list("action", flat=True)) == ["retire"]


def test_a_new_edition_is_filled_by_changes(author, approver, draft, as_web):
    words = {
        "kind": "regional",
        "year": 2018,
        "official": True,
        "name_zh": "浙江系数",
        "name_en": "Zhejiang factors",
    }
    with enter(author):
        edition = services.edition_create(author, code="zhejiang_2018", **words)
        with pytest.raises(ValidationError, match="this code"):
            services.edition_create(author, code="zhejiang_2018", **words)
    report = take(author, draft, (sheep(), {"edition": edition.code, "value": "200"}))
    assert (report.faults, report.counts["added"]) == ([], 1)
    city = replace(approver, region="330800000000")
    edition.pk = "mine"
    with enter(city), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        edition.save(force_insert=True)
