"""Comment threads: who may say what, whom it waits for, who sees it, and that nothing said can be changed."""

from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import ProgrammingError, connection, transaction
from django.http import Http404
from django.urls import reverse

from census.access.scope import enter
from census.audit.models import AuditEntry
from sources.comments.demo import load_comments
from sources.comments.desks import desk_of
from sources.comments.models import Comment, Thread
from sources.comments.queries import panel_of, threads, threads_of
from sources.comments.services import thread_begin, thread_resolve, thread_say
from sources.returns.models import Return, ReturnVersion
from tests.factories import COUNTY, OTHER_COUNTY, make_person, make_regions
from tests.sources.returns.world import climb, fill, scope_for
from tests.support.requests import signed_in

pytestmark = pytest.mark.django_db
ITEM = "gasoline_sales_t"
CLERK, CITY = scope_for("county_officer"), scope_for("city_officer")
FILLER, READER = scope_for("filler"), scope_for("auditor")


def begun(ret, actor=CLERK, path=ITEM, text="Why so much?", asked=("fill",)):
    return thread_begin(actor, return_id=ret.pk, path=path, text=text, asked=asked)


def test_a_thread_keeps_the_value_it_is_about_and_changes_no_version():
    ret = fill("Y102", {ITEM: 70})
    climb(ret)
    versions = ReturnVersion.objects.count()
    thread = begun(ret)
    assert (thread.value, thread.opened_desk, thread.asked) == (70, "county", ["fill"])
    assert Return.objects.get(pk=ret.pk).state == "frozen"
    assert ReturnVersion.objects.count() == versions
    assert AuditEntry.objects.filter(action="thread.begun", subject_id=str(ret.pk)).count() == 1


def test_it_waits_for_the_desk_asked_until_that_desk_answers():
    thread = begun(fill("Y102"), asked=("fill", "city"))
    assert [one.pk for one in threads(FILLER, {})] == [thread.pk] == [one.pk for one in threads(CITY, {})]
    assert not threads(CLERK, {}).exists()
    thread_say(FILLER, thread_id=thread.pk, text="A new pump.", asked=["county"])
    assert not threads(FILLER, {}).exists()
    assert [one.pk for one in threads(CLERK, {})] == [thread.pk] == [one.pk for one in threads(CITY, {})]
    thread_resolve(CLERK, thread_id=thread.pk)
    assert not threads(CITY, {}).exists()
    assert [one.pk for one in threads(CITY, {"box": "resolved"})] == [thread.pk]


def test_an_answer_opens_a_resolved_thread_again():
    thread = begun(fill("Y102"))
    thread_resolve(CLERK, thread_id=thread.pk, text="Fine.")
    with pytest.raises(ValidationError):
        thread_resolve(CLERK, thread_id=thread.pk)
    assert not thread_say(FILLER, thread_id=thread.pk, text="Not quite.").resolved
    assert list(Comment.objects.values_list("action", "text")) == [
        ("said", "Why so much?"),
        ("resolved", "Fine."),
        ("reopened", "Not quite."),
    ]


def test_who_is_asked_does_not_settle_the_question():
    thread = begun(fill("Y102"))
    with pytest.raises(PermissionDenied):
        thread_resolve(FILLER, thread_id=thread.pk)
    assert thread_resolve(CITY, thread_id=thread.pk).resolved
    own = begun(fill("Y102"), actor=FILLER, asked=())
    assert thread_resolve(FILLER, thread_id=own.pk).resolved
    other = begun(fill("Y102"), actor=FILLER, asked=())
    with pytest.raises(PermissionDenied):
        thread_resolve(scope_for("filler", user_id=77), thread_id=other.pk)


@pytest.mark.parametrize(
    "wrong",
    [{"text": " "}, {"text": "x" * 2001}, {"path": "no_such_item"}, {"path": "a/b/c"}, {"asked": ["king"]}],
)
def test_what_makes_no_comment_is_refused(wrong):
    ret = fill("Y102")
    with pytest.raises(ValidationError):
        begun(ret, **wrong)
    assert not Thread.objects.exists()


def test_only_within_the_scope_and_with_the_right():
    ret = fill("Y102")
    with pytest.raises(Http404):
        begun(ret, actor=scope_for("county_officer", region=OTHER_COUNTY))
    with pytest.raises(PermissionDenied):
        begun(ret, actor=READER)
    thread = begun(ret)
    with pytest.raises(Http404):
        thread_say(scope_for("county_officer", region=OTHER_COUNTY), thread_id=thread.pk, text="?")
    assert [one.pk for one in threads_of(READER, ret)] == [thread.pk]


def test_the_database_shows_and_keeps_them_by_scope(as_web):
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    ret = fill("Y102")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE census_web")
    with enter(CLERK):
        begun(ret)
        assert (Thread.objects.count(), Comment.objects.count()) == (1, 1)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Comment.objects.update(text="never said")
    with enter(scope_for("county_officer", region=OTHER_COUNTY)):
        assert (Thread.objects.count(), Comment.objects.count()) == (0, 0)


def test_the_demo_counties_have_threads():
    make_regions()
    climb(fill("Y102"), "instructor_ok")
    load = SimpleNamespace(cities=(CITY.region,))
    assert load_comments(load) == "1 comment threads"
    assert Thread.objects.get().resolved
    assert load_comments(load) == "0 comment threads"


def test_posts_outside_the_ladder_sit_at_the_office_of_their_level():
    assert [desk_of("department_reviewer", level) for level in range(4)] == [
        "nation",
        "province",
        "city",
        "county",
    ]


def test_the_panel_marks_the_items_and_takes_answers():
    make_regions()
    client = signed_in(make_person("county_officer", COUNTY).username)
    ret = fill("Y102", {ITEM: 70})
    page = reverse("entry_form", args=[ret.object_id, "Y102", 1])
    assert "Nobody has said anything" in client.get(page).content.decode()
    address, htmx = reverse("comment_begin", args=[ret.pk]), {"HX-Request": "true"}
    said = {"path": ITEM, "text": "Why <so> much?", "asked": ["fill"]}
    answer = client.post(address, said, headers=htmx)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "Why &lt;so&gt; much?" in html
    assert "Those who fill the form" in html
    assert panel_of(CLERK, ret)["marks"] == {ITEM: [1, 1]}
    blank = client.post(address, {"path": ITEM, "text": ""}, headers=htmx)
    assert blank.status_code == 422
    assert f'value="{ITEM}"' in blank.content.decode(), "what was chosen stays"
    thread = Thread.objects.get()
    plain = client.post(reverse("comment_say", args=[thread.pk]), {"act": "resolve"})
    assert plain.url == f"{page}?path={ITEM}#comments"
    assert Thread.objects.get().resolved
    listed = client.get(reverse("comment_list"), {"box": "resolved"}).content.decode()
    assert f"{page}?path={ITEM}#comments" in listed
