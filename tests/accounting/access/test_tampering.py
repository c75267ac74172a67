"""Who writes to the tables past the program: what the database refuses, and that the rest shows in verify_seals."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from accounting.runs.models import Line, Shard
from census.access.scope import Scope, enter
from census.audit.models import AuditEntry
from census.conf.databases import WEB_ROLE
from census.places import regions
from census.seals import tasks
from census.seals.evidence import kinds
from census.seals.models import Seal
from census.seals.services import Proved, seal_evidence, verify_seals
from tests.accounting.access.conftest import publish
from tests.factories import NATION

NATIONAL = Scope.system(NATION, "check")


def run(sql, role=None):
    """Run a statement over the whole country, with *role* as that role; what it did is undone."""
    with transaction.atomic(), enter(NATIONAL), connection.cursor() as cursor:
        if role:
            cursor.execute(f"SET LOCAL ROLE {role}")
        cursor.execute(sql)
        transaction.set_rollback(True)


def faults():
    with enter(NATIONAL):
        return list(verify_seals())


@pytest.fixture
def sealed(cut, released):
    """Everything is an hour old, finished and sealed."""
    AuditEntry.objects.update(at=dt.datetime(2018, 1, 1, tzinfo=dt.UTC))
    with enter(NATIONAL):
        made = seal_evidence()
        assert seal_evidence() == 0, "nothing is sealed twice"
    codes = set(Seal.objects.values_list("kind", flat=True))
    assert codes == {"audit", "run", "shard", "cut", "approval", "publication", "factor"}
    assert made == Seal.objects.count() >= 8
    assert faults() == []
    return cut


REFUSED_TO_PAGES = (
    "UPDATE accounting_line SET environment_kg = 0",
    "UPDATE accounting_gap SET size = 0",
    "UPDATE accounting_frozentable SET content = '{}'",
    "UPDATE accounting_part SET digest = ''",
    "UPDATE census_auditentry SET user_name = 'x'",
    "DELETE FROM census_auditentry",
    "UPDATE census_seal SET digest = ''",
    "DELETE FROM census_seal",
)
REFUSED_TO_ALL = (
    "UPDATE accounting_cut SET digest = 'x'",
    "UPDATE accounting_cut SET approved_by_name = 'x'",
    "UPDATE accounting_publication SET content = '{}'",
    "DELETE FROM accounting_publication",
    "UPDATE accounting_factor SET value = 1",
    "DELETE FROM accounting_factor",
)
# table, what happens to one of its rows, how the fault begins
SHOWS = (
    ("accounting_line", "UPDATE accounting_line SET version_no = 9", "lines and gaps"),
    ("accounting_line", "DELETE FROM accounting_line", "lines and gaps"),
    ("accounting_gap", "UPDATE accounting_gap SET reason = 'negative', size = -1", "lines and gaps"),
    ("accounting_gap", "DELETE FROM accounting_gap", "lines and gaps"),
    ("accounting_run", "UPDATE accounting_run SET parameters = '{}'", "accounting run"),
    ("accounting_frozentable", "UPDATE accounting_frozentable SET content = ''", "data cut"),
    ("accounting_part", "UPDATE accounting_part SET members = ''", "data cut"),
    ("accounting_cut", "UPDATE accounting_cut SET approved_by_name = 'somebody'", "approval"),
    ("accounting_publication", "UPDATE accounting_publication SET content = '{}'", "released table"),
    ("accounting_factor", "UPDATE accounting_factor SET value = -1", "factor rows"),
    ("accounting_factor", "DELETE FROM accounting_factor", "factor rows"),
    ("census_auditentry", "UPDATE census_auditentry SET user_name = 'x'", "audit rows"),
    ("census_auditentry", "DELETE FROM census_auditentry", "audit rows"),
)


def test_the_database_refuses(sealed):
    for statement in REFUSED_TO_PAGES + REFUSED_TO_ALL:
        with pytest.raises(DatabaseError):
            run(statement, role=WEB_ROLE)
    for statement in REFUSED_TO_ALL:
        with pytest.raises(DatabaseError):
            run(statement)


def test_what_an_owner_without_triggers_changes_shows(sealed):
    for table, statement, named in SHOWS:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"{statement} WHERE id = (SELECT id FROM {table} ORDER BY id LIMIT 1)")
            assert cursor.rowcount == 1, statement
            found = faults()
            transaction.set_rollback(True)
        assert len(found) == 1, statement
        assert found[0].startswith(named), statement
    assert faults() == []


def test_a_line_added_and_a_seal_forged_or_taken_out_show(sealed):
    line = Line.objects.first()
    line.pk = None
    line.save()
    assert len(faults()) == 1
    with pytest.raises(SystemExit):
        call_command("verify_seals", "--seal", stdout=StringIO())
    touched = Shard.objects.get(run=line.run_id, region=regions.at_level(line.region, 3))
    shard = Seal.objects.get(kind="shard", key=str(touched.pk))
    Seal.objects.filter(pk=shard.pk).update(digest=kinds()["shard"].digest(shard.key))
    assert ["signature is wrong" in fault for fault in faults()] == [True]
    shard.delete()
    assert ["the seal before it is missing" in fault for fault in faults()] == [True]


def test_what_is_not_sealed_yet_is_told(cut):
    proved = Proved()
    with enter(NATIONAL):
        assert list(verify_seals(proved)) == []
    assert proved.waiting["shard"] == Shard.objects.count()
    assert proved.seals == 0
    out = StringIO()
    call_command("verify_seals", stdout=out)
    assert "not sealed yet, so not proved: 1 approval" in out.getvalue()


def test_what_is_finished_is_sealed_at_once(cut, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as after:
        released = publish(cut)
    assert after.count(tasks.seal.delay) == 1
    tasks.seal()  # what the worker does
    keys = set(Seal.objects.values_list("kind", "key"))
    assert {("publication", str(released.pk)), ("cut", str(cut.pk)), ("run", str(cut.run_id))} <= keys
    assert faults() == []


def test_a_broker_that_does_not_answer_stops_no_release(cut, monkeypatch, django_capture_on_commit_callbacks):
    def unreachable():
        raise OSError("no broker")

    monkeypatch.setattr(tasks.seal, "delay", unreachable)
    with django_capture_on_commit_callbacks(execute=True):
        assert publish(cut).released_at
