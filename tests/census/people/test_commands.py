"""Commands about people: the first administrator, and the demo's sign-ins."""

import datetime as dt
import io
import re

import pytest
from django.core.management import CommandError, call_command

from census.calendar.models import Campaign
from census.people.models import User
from tests.factories import COUNTY, NATION, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("places")]


def said(*words):
    text = io.StringIO()
    call_command(*words, stdout=text)
    return text.getvalue()


def test_first_administrator_can_sign_in_with_what_is_printed(client):
    printed = said("first_administrator", "root.admin", "Zhang San")
    password = re.search(r"One-time password: (\S+)", printed)[1]
    assert client.post("/sign-in/", {"username": "root.admin", "password": password}).status_code == 302
    post = User.objects.get(username="root.admin").posts.get()
    assert (post.kind, post.region) == ("data_administrator", NATION)


def test_first_administrator_says_what_is_wrong():
    with pytest.raises(CommandError, match="small letters"):
        said("first_administrator", "Root Admin", "Zhang San")
    with pytest.raises(CommandError, match="level"):
        said("first_administrator", "root.admin", "Zhang San", "--region", "990000000000")


def test_demo_sign_ins_are_one_of_each_post_and_the_post_one_acts_through():
    assert "not synthetic" in said("demo_signins")
    Campaign.objects.create(
        code="t", name_zh="t", name_en="t", reference_date=dt.date(2017, 12, 31), synthetic=True
    )
    for kind in ("county_officer", "county_officer", "auditor"):
        make_person(kind, COUNTY)
    clerk = User.objects.filter(posts__kind="county_officer").first()
    clerk.posts.create(kind="data_administrator", region=COUNTY, categories=["mobile"])
    User.objects.update(synthetic=True)
    from django.core.cache import cache

    cache.delete("demo:sign_ins")
    lines = said("demo_signins").strip().splitlines()
    assert [line.split()[2] for line in lines] == ["county_officer", "auditor"]
