"""The history shows every kind of tampering by somebody with full rights on the database."""

import io

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from sources.returns import chain
from sources.returns.models import HistorySeal, Return, ReturnVersion
from sources.returns.seals import Verified, history_mark, seal_history, verify_history
from sources.returns.services import return_save
from tests.sources.returns.world import filled, scope_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def two():
    """Two returns of three versions each, sealed after the second one."""
    made = [filled("Y102", {"gasoline_sales_t": 1}) for _ in range(2)]
    for ret in made:
        change(ret, 2)
    seal_history(history_mark())
    for ret in made:
        change(ret, 3)
    return made


def change(ret, value):
    no = Return.objects.get(pk=ret.pk).version_no
    return_save(
        scope_for("enumerator"), return_id=ret.pk, values={"gasoline_sales_t": value}, base_version=no
    )


def sql(statement, *arguments):
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)


def faults():
    return [(fault.return_id, fault.no, fault.text) for fault in verify_history()]


def test_an_honest_history_has_no_fault(two):
    verified = Verified()
    assert list(verify_history(verified)) == []
    assert (verified.versions, verified.returns, verified.seals) == (6, 2, 1)


def test_changed_content(two):
    ret = two[0]
    sql(
        "UPDATE sources_returnversion SET body = replace(body, '\"gasoline_sales_t\":2', '\"gasoline_sales_t\":9') "
        "WHERE return_id = %s AND no = 2",
        ret.pk,
    )
    assert faults() == [(str(ret.pk), 2, "the content or its hash was changed")]


def test_changed_content_with_its_hash_made_anew(two):
    ret = two[0]
    version = ReturnVersion.objects.get(return_id=ret.pk, no=2)
    body = version.body.replace('"gasoline_sales_t":2', '"gasoline_sales_t":9')
    own = chain.link(bytes(version.prev_hash), body.encode())
    sql("UPDATE sources_returnversion SET body = %s, hash = %s WHERE id = %s", body, own, version.pk)
    found = faults()
    assert (str(ret.pk), 3, "does not follow the version before it") in found
    assert any("rewritten" in text for _r, _n, text in found)


def test_changed_hash(two):
    sql("UPDATE sources_returnversion SET hash = prev_hash WHERE return_id = %s AND no = 1", two[0].pk)
    assert (str(two[0].pk), 1, "the content or its hash was changed") in faults()


def test_changed_columns_beside_the_content(two):
    sql("UPDATE sources_returnversion SET action = 'approved' WHERE return_id = %s AND no = 2", two[0].pk)
    assert faults() == [(str(two[0].pk), 2, "the columns beside the content say something else")]


def test_deleted_version(two):
    sql("DELETE FROM sources_returnversion WHERE return_id = %s AND no = 2", two[0].pk)
    found = faults()
    assert (str(two[0].pk), 3, "version 2 is missing") in found
    assert any("it sealed 4 versions, 3 are there" in text for _r, _n, text in found)


def test_deleted_tail(two):
    sql("DELETE FROM sources_returnversion WHERE return_id = %s AND no = 3", two[0].pk)
    assert faults() == [(str(two[0].pk), 3, "versions 3 to 3 are missing")]


def test_deleted_tail_with_the_head_moved_back_under_a_seal(two):
    ret = two[0]
    sql("DELETE FROM sources_returnversion WHERE return_id = %s AND no >= 2", ret.pk)
    sql(
        "UPDATE sources_return r SET version_no = 1, head_hash = v.hash, values = v.body::jsonb -> 'values' "
        "FROM sources_returnversion v WHERE r.id = %s AND v.return_id = r.id",
        ret.pk,
    )
    ((_return, _no, text),) = faults()
    assert "it sealed 4 versions, 3 are there" in text


def test_swapped_versions(two):
    ret = two[0]
    sql("UPDATE sources_returnversion SET no = no + 100 WHERE return_id = %s AND no IN (1, 2)", ret.pk)
    sql(
        "UPDATE sources_returnversion SET no = CASE no WHEN 101 THEN 2 ELSE 1 END "
        "WHERE return_id = %s AND no > 100",
        ret.pk,
    )
    found = faults()
    assert {no for return_id, no, _text in found if return_id == str(ret.pk)} >= {1, 2, 3}


def test_a_chain_rewritten_as_a_whole_is_caught_by_the_seal(two):
    ret, previous = two[0], chain.START
    for version in ReturnVersion.objects.filter(return_id=ret.pk).order_by("no"):
        body = version.body.replace('"gasoline_sales_t":1}', '"gasoline_sales_t":8}')
        own = chain.link(previous, body.encode())
        sql(
            "UPDATE sources_returnversion SET body = %s, prev_hash = %s, hash = %s WHERE id = %s",
            *(body, previous, own, version.pk),
        )
        previous = own
    sql("UPDATE sources_return SET head_hash = %s WHERE id = %s", previous, ret.pk)
    ((_return, _no, text),) = faults()
    assert "rewritten" in text


def test_a_vanished_return(two):
    sql("UPDATE sources_return SET version_no = 0, head_hash = NULL, values = '{}' WHERE id = %s", two[0].pk)
    assert (str(two[0].pk), 0, "the return of this history is gone or was set back to none") in faults()


def test_values_changed_beside_the_history(two):
    sql("UPDATE sources_return SET values = '{\"gasoline_sales_t\": 5}' WHERE id = %s", two[1].pk)
    assert faults() == [(str(two[1].pk), 3, "the stored return differs from its last version")]


def test_a_form_laid_to_rest_beside_the_history(two):
    sql("UPDATE sources_return SET active = false WHERE id = %s", two[0].pk)
    assert faults() == [(str(two[0].pk), 3, "the stored return differs from its last version")]


def test_forged_seal(two):
    HistorySeal.objects.update(versions=99)
    found = [text for _r, _n, text in faults()]
    assert any("signature is wrong" in text for text in found)


def test_a_seal_is_made_only_when_something_is_new(two):
    assert seal_history(history_mark()) is not None
    assert seal_history(history_mark()) is None
    assert faults() == []


def test_the_web_role_cannot_touch_the_history_at_all(two, as_web):
    for statement in (
        "UPDATE sources_returnversion SET body = ''",
        "DELETE FROM sources_returnversion",
        "UPDATE sources_historyseal SET versions = 0",
        "DELETE FROM sources_historyseal",
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            sql(statement)


def test_the_command_names_the_fault_and_fails(two):
    out = io.StringIO()
    call_command("verify_history", stdout=out)
    assert "6 versions of 2 returns, 1 seals, 0 faults" in out.getvalue()
    sql("UPDATE sources_returnversion SET state = 'frozen' WHERE return_id = %s AND no = 1", two[0].pk)
    with pytest.raises(SystemExit) as ended:
        call_command("verify_history", stdout=out)
    assert ended.value.code == 1
    assert f"return {two[0].pk} version 1" in out.getvalue()
