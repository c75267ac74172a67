"""The register's pages and API as people use them, under row-level security."""

import io
import json

import pytest
from django.core.cache import cache

from census.audit.models import AuditEntry
from census.jobs.services import job_execute
from census.places.models import CensusDistrict
from sources.objects.models import CensusObject
from sources.objects.services import object_edit
from tests.factories import COUNTY, FAR_COUNTY, VILLAGE, make_person
from tests.sources.objects.conftest import entry, uscc
from tests.support.requests import signed_in

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture
def client(world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    cache.clear()
    client = signed_in(make_person("county_officer").username)
    client.raise_request_exception = True
    return client


def text(answer, status=200):
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer.content.decode()


def test_list_keeps_its_place_and_its_filters(client, make_object):
    for number in range(60):
        make_object(uscc="", name=f"第{number:02d}化工厂")
    page = client.get("/register/?q=化工&size=25")
    rows = [obj.name for obj in page.context["page"].rows]
    assert len(rows) == 25
    seen = list(rows)
    while at := page.context["page"].next:
        page = client.get("/register/", {"q": "化工", "size": "25", "at": at})
        seen += [obj.name for obj in page.context["page"].rows]
    assert sorted(seen) == sorted(f"第{number:02d}化工厂" for number in range(60))
    back = client.get("/register/", {"q": "化工", "size": "25", "at": page.context["page"].previous})
    assert "size=25" in text(back)


@pytest.mark.parametrize("sort", ["name", "code", "updated", "region"])
def test_every_order_pages_without_loss(client, make_object, sort):
    made = {make_object(uscc="", name=f"化工{'甲乙丙'[n % 3]}厂{n}").pk for n in range(30)}
    page = client.get("/register/", {"sort": sort, "size": "25"})
    more = client.get("/register/", {"sort": sort, "size": "25", "at": page.context["page"].next})
    assert [len(p.context["page"].rows) for p in (page, more)] == [25, 5]
    assert {row.pk for p in (page, more) for row in p.context["page"].rows} == made


def test_list_page_takes_few_queries(client, make_object, django_assert_max_num_queries):
    for number in range(30):
        make_object(uscc="", name=f"第{number:02d}化工厂")
    client.get("/register/")
    with django_assert_max_num_queries(14):
        client.get("/register/?q=化工")


def test_counts_link_to_the_list(client, make_object):
    make_object()
    page = text(client.get("/register/counts/?operating=1"))
    assert "1 object" in page
    assert 'href="/register/?operating=1&amp;kind=enterprise"' in page


@pytest.mark.parametrize("path", ["/register/?at=zzz", "/register/?at=W10"])
def test_a_broken_position_is_a_bad_request(client, path):
    client.raise_request_exception = False
    text(client.get(path), 400)


def test_empty_lists_say_why(client):
    assert "The register is empty" in text(client.get("/register/"))
    assert "No object fits" in text(client.get("/register/?q=无此厂"))
    assert "two characters" in text(client.get("/register/?q=厂"))


def test_register_look_at_and_edit(client):
    assert "Industrial enterprise" in text(client.get("/register/new/"))
    assert "Name and codes" in text(client.get("/register/new/?kind=enterprise"))
    answer = client.post("/register/new/?kind=enterprise", entry(attr_monitored="2") | {"kind": "enterprise"})
    assert answer.status_code == 302
    obj = CensusObject.objects.get()
    assert obj.attributes == {"monitored": False}
    page = text(client.get(answer["Location"]))
    assert uscc(8) + "01" in page
    assert "Registered" in page
    assert "G101-1" in page
    assert AuditEntry.objects.filter(action="object.viewed", subject_id=str(obj.pk)).exists()
    form = client.get(f"/register/{obj.pk}/edit/").context["form"]
    values = {name: form[name].value() or "" for name in form.fields} | {"address": "新路9号"}
    assert client.post(f"/register/{obj.pk}/edit/", values).status_code == 302
    obj.refresh_from_db()
    assert (obj.address, obj.revision) == ("新路9号", 2)


def test_faults_stand_at_their_fields_and_nothing_typed_is_lost(client):
    page = text(
        client.post("/register/new/?kind=enterprise", entry(uscc="123", name="某厂😀", contact="王五"))
    )
    assert "has 18 characters, this one has 3" in page
    assert "cannot stand here" in page
    assert 'value="王五"' in page
    assert not CensusObject.objects.exists()


def test_a_second_one_of_the_same_name_must_be_confirmed(client, make_object):
    make_object(uscc="")
    values = entry(uscc="")
    assert "registered already" in text(client.post("/register/new/?kind=enterprise", values))
    assert client.post("/register/new/?kind=enterprise", values | {"confirmed": "1"}).status_code == 302
    assert CensusObject.objects.count() == 2


def test_live_check_tells_faults_and_lookalikes_and_stores_nothing(client, make_object):
    make_object()
    page = text(
        client.post(
            "/register/check/", {"kind": "enterprise", "name": "衢江区宏达化工厂", "uscc": uscc(8)[:17] + "0"}
        )
    )
    assert "position 18" in page
    assert "衢州宏达化工有限公司" in page
    assert "The region is blank" not in page
    assert CensusObject.objects.count() == 1


def test_a_stale_page_shows_both_values_and_the_choice_is_saved(client, officer, make_object):
    obj = make_object(contact="")
    form = client.get(f"/register/{obj.pk}/edit/").context["form"]
    values = {name: form[name].value() or "" for name in form.fields} | {"address": "我的路1号"}
    object_edit(officer, object_id=obj.pk, revision=1, values={"address": "他的路2号", "contact": "赵六"})
    answer = client.post(f"/register/{obj.pk}/edit/", values)
    page = text(answer, 409)
    rows = {row["name"]: (row["theirs"], row["yours"], row["touched"]) for row in answer.context["rows"]}
    assert rows == {"address": ("他的路2号", "我的路1号", True), "contact": ("赵六", "", False)}
    assert "他的路2号" in page
    assert "我的路1号" in page
    chosen = answer.context["fixed"] | {"address": "我的路1号", "contact": "赵六", "revision": "2"}
    assert client.post(f"/register/{obj.pk}/edit/", chosen).status_code == 302
    obj.refresh_from_db()
    assert (obj.address, obj.contact, obj.name) == ("我的路1号", "赵六", "衢州宏达化工有限公司")


def test_close_remove_restore(client, make_object):
    obj = make_object()
    path = f"/register/{obj.pk}"
    close = {"operating": "3", "on": "2017-05-01", "reason": "搬迁", "revision": "1"}
    assert client.post(f"{path}/close/", close).status_code == 302
    remove = {"cause": "absent", "reason": "已搬走", "evidence": "入户照片", "revision": "1"}
    page = text(client.post(f"{path}/remove/", remove))
    assert "Somebody changed the object" in page
    assert client.post(f"{path}/remove/", remove | {"revision": "2"}).status_code == 302
    assert "Restore" in text(client.get(f"{path}/"))
    assert client.post(f"{path}/restore/", {"reason": "误删", "revision": "3"}).status_code == 302
    obj.refresh_from_db()
    assert (obj.status, obj.operating) == ("pending", "3")


def test_ticked_objects_go_to_a_district(client, make_object):
    rows = [make_object(uscc="", name=f"甲{n}厂") for n in range(2)]
    district = CensusDistrict.objects.get(region=COUNTY)
    data = {
        "ids": [str(row.pk) for row in rows],
        "district": str(district.pk),
        "back": "/register/?kind=enterprise",
    }
    answer = client.post("/register/assign/", data)
    assert (answer.status_code, answer["Location"]) == (302, "/register/?kind=enterprise")
    assert CensusObject.objects.filter(district_id=district.pk).count() == 2
    away = client.post("/register/assign/", data | {"back": "https://elsewhere.example/"})
    assert away["Location"] == "/register/"


def test_other_counties_find_nothing_here(make_object, client):
    obj = make_object()
    stranger = signed_in(make_person("county_officer", FAR_COUNTY).username)
    for page in ("", "edit/", "close/", "remove/", "restore/"):
        assert stranger.get(f"/register/{obj.pk}/{page}").status_code == 404
    assert obj.name not in text(stranger.get("/register/?status=all"))
    assert stranger.get(f"/api/objects/{obj.pk}/").status_code == 404


def test_export_downloads_the_filtered_list(client, make_object):
    make_object()
    make_object("farm", uscc="", name="乙养殖场", industry="")
    answer = client.post("/register/export/", {"format": "csv", "kind": "farm"})
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert (len(lines), "乙养殖场" in lines[2]) == (3, True)
    assert answer["Content-Disposition"].startswith("attachment")
    assert client.post("/register/export/", {"format": "xlsx"}).content[:2] == b"PK"
    assert AuditEntry.objects.filter(action="object.exported").count() == 2


def test_a_long_export_goes_to_a_job_and_only_its_starter_fetches_it(client, make_object, monkeypatch):
    make_object()
    make_object(uscc="", name="乙厂")
    monkeypatch.setattr("sources.objects.sheet_views.DIRECT", 1)
    job_page = client.post("/register/export/", {"format": "xlsx"})["Location"]
    job_id = job_page.rstrip("/").split("/")[-1]
    assert client.get(f"/register/export/{job_id}/").status_code == 404  # not written yet
    job_execute(job_id=job_id, region=COUNTY)
    answer = client.get(f"/register/export/{job_id}/")
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    colleague = signed_in(make_person("county_officer").username)
    assert colleague.get(f"/register/export/{job_id}/").status_code == 404


def test_upload_report_confirm(client):
    rows = f"普查对象种类,名称,行政区划代码,行业代码\nenterprise,甲厂,{VILLAGE},2614\nenterprise,乙厂,{VILLAGE},\n"
    upload = io.BytesIO(rows.encode())
    upload.name = "名录.csv"
    check = client.post("/register/import/", {"file": upload})["Location"]
    job_execute(job_id=check.split("/")[-2], region=COUNTY)
    page = text(client.get(check))
    assert "The industry is blank" in page
    assert "Import the good rows" in page
    assert client.get(f"{check}report.xlsx").content[:2] == b"PK"
    write = client.post(f"{check}confirm/")["Location"]
    job_execute(job_id=write.split("/")[-2], region=COUNTY)
    assert "To the register" in text(client.get(write))
    assert [obj.name for obj in CensusObject.objects.all()] == ["甲厂"]
    assert client.get("/register/import/template.xlsx").content[:2] == b"PK"
    assert "Choose a file" in text(client.post("/register/import/"), 422)


def test_api_reads_creates_and_changes(client):
    def call(method, path, **values):
        answer = getattr(client, method)(path, json.dumps(values), content_type="application/json")
        return answer.status_code, answer.json()

    status, made = call("post", "/api/objects/", kind="enterprise", reason="新增", **entry())
    assert (status, made["code"], made["revision"]) == (201, uscc(8) + "01", 1)
    status, refused = call("post", "/api/objects/", kind="enterprise", name="")
    assert status == 400
    assert {"name", "region", "industry"} <= set(refused["detail"])
    path = f"/api/objects/{made['id']}/"
    assert call("patch", path, address="新路")[0] == 400
    assert call("patch", path, address="新路", revision=1)[1]["revision"] == 2
    status, stale = call("patch", path, address="别的路", revision=1)
    assert (status, stale["detail"]["address"]) == (409, {"stored": "新路", "wanted": "别的路"})
    page = client.get("/api/objects/?q=宏达&size=25").json()
    assert ([row["id"] for row in page["results"]], page["next"]) == ([made["id"]], None)
    assert client.get("/api/objects/?at=zzz").status_code == 400
    assert client.post("/api/objects/", "[1]", content_type="application/json").status_code == 400


def test_home_shows_the_register_card(client):
    assert "/register/counts/" in text(client.get("/"))
