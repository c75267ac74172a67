"""A tiny county, loaded: it agrees with the rules except where errors were planted, and can be worked with."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import orjson
import pytest
from django.contrib.auth.hashers import check_password
from django.core.management import CommandError, call_command

from census.access.scope import enter
from census.access.signin import scope_of
from census.audit.models import AuditEntry
from census.people.demo import DEMO_PASSWORD
from census.people.models import Post, User
from census.places.models import CensusDistrict
from sources.demo.outlines import outline
from sources.demo.world import planted_file, read_planted
from sources.forms.catalogue import load as catalogue
from sources.forms.check_set import Document, check_set
from sources.forms.form_set import form_set
from sources.objects.codes import identification_faults
from sources.objects.kinds import KINDS
from sources.objects.models import CensusObject
from sources.returns.models import Return, ReturnVersion
from sources.returns.seals import verify_history
from sources.returns.services import return_save, return_submit
from sources.returns.states import ORDER
from tests.sources.demo.reference import KECHENG, digest, load_kecheng

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(loaded_county):
    return loaded_county


def documents() -> tuple[list[Document], dict]:
    objects = {
        str(one.id): {
            "id": str(one.id),
            "kind": one.kind,
            "region": one.region,
            "industry": one.industry,
            "operating_status": one.operating,
            **one.attributes,
        }
        for one in CensusObject.objects.all()
    }
    sheets = Return.objects.filter(version_no__gt=0).order_by("id")
    return [Document(str(r.object_id), r.form, r.sheet, r.values) for r in sheets], objects


def test_what_is_loaded(world):
    summary, _ = world
    assert 700 < summary.objects < 760
    assert CensusObject.objects.count() == summary.objects
    assert Return.objects.count() == summary.returns
    assert not CensusObject.objects.filter(synthetic=False).exists()
    assert set(CensusObject.objects.values_list("kind", flat=True)) == set(KINDS)
    assert len(set(Return.objects.values_list("form", flat=True))) > 50
    assert set(Return.objects.values_list("state", flat=True)) >= set(ORDER) - {"submitted"}
    assert not Return.objects.exclude(version_no=0).filter(values={}).exists()
    assert AuditEntry.objects.filter(action="demo.loaded", region=KECHENG).count() == 1


def test_objects_lie_in_their_county_with_right_codes(world):
    area = outline(KECHENG)
    rows = list(CensusObject.objects.exclude(region="330800000000"))
    assert area.contains(np.array([[row.lon, row.lat] for row in rows])).all()
    assert all(row.region.startswith("330802") for row in rows)
    assert not [row.code for row in rows if identification_faults(row.code)]
    districts = {str(d.id): d.region for d in CensusDistrict.objects.all()}
    assert all(districts[str(row.district_id)] == row.region for row in rows if row.district_id)


def test_clean_forms_have_no_error_and_the_planted_ones_have_theirs(world):
    _, folder = world
    sheets, objects = documents()
    planted = {error.object_id: error for error in read_planted(planted_file(KECHENG, folder))}
    begun = {str(key) for key in Return.objects.filter(version_no=0).values_list("object_id", flat=True)}
    fired = defaultdict(set)
    unexpected = []
    for position, verdict in check_set(sheets, objects).verdicts():
        owner = sheets[position].object_id
        fired[owner].add(verdict.rule)
        if verdict.severity == "error" and owner not in planted and owner not in begun:
            unexpected.append((verdict.rule, verdict.zh))
    assert not unexpected
    assert len(planted) >= 15
    assert len({error.error for error in planted.values()}) >= 5
    for error in planted.values():
        assert set(error.rules) <= fired[error.object_id], error


def test_the_planted_list_says_what_stands_in_the_form(world):
    _, folder = world
    for error in read_planted(planted_file(KECHENG, folder)):
        if error.error == "missing_form":
            assert not Return.objects.filter(object_id=error.object_id, form=error.item).exists()
            continue
        row = Return.objects.get(object_id=error.object_id, form=error.form, sheet=error.sheet)
        values = row.values
        if error.error == "swapped_coordinates":
            assert row.pending == {"latitude": error.right}
        if error.row:
            table, key = error.row.split("/")
            values = next(row for row in values[table] if row["_k"] == int(key))
        assert values.get(error.item) == error.wrong
        assert error.wrong != error.right


def test_every_object_has_the_forms_it_has_to_fill(world):
    _, folder = world
    _, objects = documents()
    troubled = {error.object_id for error in read_planted(planted_file(KECHENG, folder))}
    held = defaultdict(lambda: defaultdict(list))
    for row in Return.objects.all():
        held[str(row.object_id)][row.form].append(row.values)
    for key, attributes in objects.items():
        if key in troubled or Return.objects.filter(object_id=key, version_no=0).exists():
            continue
        wanted = {
            need.form
            for phase in ("inventory", "survey")
            for need in form_set(attributes["kind"], attributes, held[key], phase=phase)
        }
        assert wanted == set(held[key]), attributes


def test_values_are_as_a_filler_could_have_typed_them(world):
    forms = catalogue().forms
    for row in Return.objects.all():
        cleaned = forms[row.form].clean(row.values)
        assert not cleaned.rejected
        assert cleaned.values == row.values


def test_errors_and_warnings_are_counted(world):
    sheets, objects = documents()
    rows = list(Return.objects.filter(version_no__gt=0).order_by("id"))
    errors, warnings = Counter(), Counter()
    for position, verdict in check_set(sheets, objects).verdicts():
        (errors if verdict.severity == "error" else warnings)[position] += 1
    expected = [(errors[n] + len(row.pending), warnings[n]) for n, row in enumerate(rows)]
    assert [(row.errors, row.warnings) for row in rows] == expected
    assert all(len(r.notes) == r.warnings for r in rows if r.state != "draft")


def test_history_holds(world):
    assert list(verify_history()) == []
    actions = Counter(ReturnVersion.objects.values_list("action", flat=True))
    assert set(actions) == {"imported", "saved", "submitted", "approved", "returned"}
    for row in Return.objects.filter(version_no__gt=4)[:20]:
        chain = list(ReturnVersion.objects.filter(return_id=row.id).order_by("no"))
        assert [version.at for version in chain] == sorted(version.at for version in chain)
        assert chain[-1].state == row.state
        approvers = {version.user_id for version in chain if version.action == "approved"}
        assert chain[0].user_id not in approvers


def test_an_enumerator_can_go_on_with_the_work(world):
    returned = Return.objects.filter(state="draft", returned__isnull=False).order_by("id").first()
    post = Post.objects.get(user_id=returned.filled_by)
    actor = scope_of(post.user, post)
    assert actor.post_kind == "enumerator"
    with enter(actor):
        row = Return.objects.visible_to(actor).get(pk=returned.pk)
        values = {**row.values, "sign_phone": "19900009999"}
        saved = return_save(actor, return_id=row.pk, values=values, base_version=row.version_no)
    assert saved.row.version_no == returned.version_no + 1
    mine, loaded = ReturnVersion.objects.filter(return_id=row.pk).order_by("-no")[:2]
    assert set(orjson.loads(mine.body)) == set(
        orjson.loads(loaded.body)
    )  # the load writes what the service writes
    ready = Return.objects.filter(state="draft", version_no__gt=0, errors=0, returned__isnull=True)
    for draft in ready.exclude(filled_by=None).order_by("id"):
        holder = Post.objects.get(user_id=draft.filled_by)
        if draft.warnings == 0:
            with enter(scope := scope_of(holder.user, holder)):
                assert return_submit(scope, return_id=draft.pk).state == "enumerator_ok"
            break
    else:
        pytest.fail("no draft is ready to be handed in")
    assert list(verify_history()) == []


def test_the_enumerator_of_the_demo_finds_forms_to_fill_and_forms_sent_back(world):
    post = Post.objects.filter(kind="enumerator").order_by("user_id").first()
    own = Return.objects.filter(district_id__in=post.districts, state="draft")
    assert own.filter(returned__isnull=False).exists()
    assert own.filter(returned__isnull=True).exists()


def test_people(world):
    kinds = Counter(Post.objects.values_list("kind", flat=True))
    assert set(kinds) == {
        *("enumerator", "instructor", "filler", "third_party", "county_officer", "city_officer"),
        *("province_officer", "nation_officer", "data_administrator", "department_reviewer", "auditor"),
        *("verifier", "rule_writer"),
    }
    assert check_password(DEMO_PASSWORD, User.objects.get(username="county330802-1").password)
    taken = [district for post in Post.objects.filter(kind="enumerator") for district in post.districts]
    assert len(taken) == len(set(taken)) == CensusDistrict.objects.count()
    filler = Post.objects.filter(kind="filler").first()
    assert CensusObject.objects.get(pk=filler.object_id).kind == "enterprise"


def test_a_second_load_adds_nothing(world):
    _, folder = world
    before = digest()
    again = load_kecheng(folder)
    assert (again.objects, again.skipped) == (0, 1)
    assert digest() == before


def test_the_command_says_what_is_wrong(world):
    with pytest.raises(CommandError, match="no city with the code 999900"):
        call_command("load_demo", city="999900")
    with pytest.raises(CommandError, match="above zero"):
        call_command("load_demo", city="330800", scale=0)


def test_real_objects_keep_demo_data_out(world, capsys):
    CensusObject.objects.filter(kind="park").update(synthetic=False)
    call_command("load_demo", city="330800", if_empty=True)
    assert "no demo data loaded" in capsys.readouterr().out
