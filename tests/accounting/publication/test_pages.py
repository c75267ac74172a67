"""From a cut to a released table: pages, refusals, and what the exported file holds."""

from io import BytesIO
from math import inf

import openpyxl
import pytest
from django.core.exceptions import ValidationError

from accounting.cuts.models import Cut
from accounting.publication import reading, services, working
from accounting.publication.disclosure import Interval, open_enough
from accounting.publication.models import Publication
from accounting.publication.reading import contributions_read
from accounting.publication.subjects import catalogue
from accounting.publication.tables import cells_in, column_labels, grid_of
from accounting.runs.models import Run
from census.access.scope import Scope, enter
from census.jobs.models import Job
from census.jobs.services import JobCancelled, job_execute
from sources.objects import services as register
from sources.objects.models import CensusObject
from tests.accounting.cuts.conftest import cut_of_boilers, english, few_layouts, make_cut, make_run  # noqa: F401
from tests.accounting.runs.conftest import CITY, campaign, county, make_object, officer  # noqa: F401
from tests.factories import make_person
from tests.support.requests import signed_in

OFFICE = Scope.system(CITY, "office")


@pytest.fixture
def cut(cut_of_boilers):  # noqa: F811
    return cut_of_boilers


def prepare(cut, subject="discharge.air.SO2", **rules):
    with enter(OFFICE):
        (row,) = services.publication_prepare(OFFICE, cut=cut, subjects=[subject], rules=rules)
    job_execute(job_id=str(row.job_id), region=CITY)
    row.refresh_from_db()
    return row


def test_contributions_are_the_cuts_totals(cut):
    subject = catalogue().subjects["discharge.air.SO2"]
    frame = contributions_read(cut, subject)
    grid = grid_of(CITY, subject, frame)
    assert set(grid.rows.nodes) == {CITY, "330802000000", "330803000000"}
    assert set(grid.columns.nodes) == {"all", "industrial", "13", "22"}
    row = prepare(cut)
    assert row.content["cells"][0][0][0] == pytest.approx(frame["amount"].sum())
    assert row.exposed == 0


def test_objects_of_one_legal_person_are_one_contributor(cut):
    CensusObject.objects.filter(industry="2221").update(uscc="91330800MA28000000")
    frame = contributions_read(cut, catalogue().subjects["discharge.air.SO2"])
    assert frame[frame["column"] == "22"].groupby("row").size().tolist() == [1, 1]


def test_the_lone_enterprise_is_hidden_with_company(cut):
    row = prepare(cut)
    states = {
        (place["key"], column["key"]): cell[1]
        for place, cells in zip(row.content["rows"], row.content["cells"], strict=True)
        for column, cell in zip(row.content["columns"], cells, strict=True)
    }
    assert states["330802000000", "13"] == "primary"
    assert "secondary" in states.values()
    assert row.primary == sum(state == "primary" for state in states.values())


def test_only_an_approved_cut_is_released_and_only_once(cut):
    row = prepare(cut)
    with pytest.raises(ValidationError, match="not approved yet"):
        services.publication_release(OFFICE, publication=row)
    Cut.objects.filter(pk=cut.pk).update(state="approved")
    other = prepare(cut, threshold=5)
    Publication.objects.filter(pk=other.pk).update(exposed=1)
    with pytest.raises(ValidationError, match="could be narrowed"):
        services.publication_release(OFFICE, publication=other)
    Publication.objects.filter(pk=other.pk).update(exposed=0)
    assert services.publication_release(OFFICE, publication=row).released_at
    with pytest.raises(ValidationError, match="released already"):
        services.publication_release(OFFICE, publication=other)
    with pytest.raises(ValidationError, match="released already"):
        prepare(cut)


def test_what_is_printed_adds_up_and_the_audit_report_holds_every_hidden_cell(cut):
    row = prepare(cut)
    grid = row.content["rounded"]
    for cells, exact in zip(grid, row.content["cells"], strict=True):
        if None not in cells:
            assert cells[0] == pytest.approx(cells[1], abs=1e-9) == pytest.approx(sum(cells[2:]), abs=1e-9)
        for value, cell in zip(cells, exact, strict=True):
            assert (value is None) == (cell[1] != "published" or not cell[5])
            assert value is None or abs(value - cell[0]) <= 0.01
    client = signed_in(make_person("city_officer", CITY).username)
    book = openpyxl.load_workbook(BytesIO(client.get(f"/accounting/publication/{row.pk}/audit.xlsx").content))
    cells = list(book["Hidden cells"].iter_rows(min_row=2, values_only=True))
    assert len(cells) == row.primary + row.secondary
    assert {line[-1] for line in cells} == {"Protected"}
    assert any("too few contributors" in line[3] for line in cells)
    result = dict(book["Result"].iter_rows(values_only=True, max_col=2))
    assert (result["Sensitive cells"], result["Cells that could be narrowed"]) == (row.primary, 0)
    assert "Confidential" in book["Result"].oddHeader.center.text
    Publication.objects.filter(pk=row.pk).update(content=None)
    assert client.get(f"/accounting/publication/{row.pk}/audit.xlsx").status_code == 302


@pytest.mark.parametrize(
    ("low", "high", "enough"),
    [(90.0, 110.0, True), (90.5, 110.0, False), (90.0, 109.0, False), (0.0, inf, True), (91.0, inf, False)],
)
def test_an_interval_is_open_enough_on_both_sides(low, high, enough):
    assert open_enough(100.0, 10.0, 10.0, Interval(low, high)) is enough


def test_senseless_wishes_are_refused(cut):
    for wish in ({"dominance_k": 0.0}, {"margin": 0.0}):
        with pytest.raises(ValidationError, match="percentage"):
            prepare(cut, **wish)
    with pytest.raises(ValidationError, match="at least one table"):
        prepare(cut, subject="discharge.air.COD")


def test_pages_and_the_file_that_leaves_the_house(cut):
    client = signed_in(make_person("city_officer", CITY).username)
    row = prepare(cut)
    assert client.get(f"/accounting/publication/{row.pk}/table.xlsx").status_code == 302
    Cut.objects.filter(pk=cut.pk).update(state="approved")
    page = client.post(f"/accounting/publication/{row.pk}/release", follow=True).content.decode()
    assert "Publishable table" in page
    assert "sensitive" in page
    answer = client.get(f"/accounting/publication/{row.pk}/table.xlsx")
    cells = [
        cell.value
        for line in openpyxl.load_workbook(BytesIO(answer.content)).active.iter_rows()
        for cell in line
        if cell.value is not None
    ]
    hidden = [cell for cells in row.content["cells"] for cell in cells if cell[1] != "published"]
    assert cells.count("…") == len(hidden) == row.primary + row.secondary > 0
    printed = {v for values in row.content["rounded"] for v in values if v}
    assert {v for v in cells if isinstance(v, float)} <= printed
    assert any("Synthetic" in str(value) for value in cells)


def test_a_person_goes_from_a_run_to_a_table_for_publication(cut):
    client = signed_in(make_person("city_officer", CITY).username)
    run = Run.objects.get()
    answer = client.post("/accounting/cuts/new/", {"purpose": "second report", "run": run.number})
    assert answer.status_code == 302
    assert client.post("/accounting/cuts/new/", {"purpose": "", "run": run.number}).status_code == 422
    second = Cut.objects.get(purpose="second report")
    job_execute(job_id=str(second.job_id), region=CITY)
    for path in (
        "",
        f"{second.pk}/",
        f"{second.pk}/compare/{cut.pk}/?code=T02",
    ):
        assert client.get(f"/accounting/cuts/{path}").status_code == 200, path
    for path, status in (
        ("T03/?", 200),
        ("T02/?by=industry&region=330802000000&", 200),
        ("T99/?", 404),
        ("T03/?region=370000000000&", 404),
    ):
        assert client.get(f"/accounting/tables/{path}cut={second.pk}").status_code == status, path
    form = {
        "subjects": ["discharge.air.SO2"],
        "threshold": 3,
        "dominance_n": 2,
        "dominance_k": 85,
        "p_percent": 10,
        "margin": 10,
    }
    answer = client.post(f"/accounting/publication/new/{second.pk}/", form)
    assert answer.status_code == 302
    assert client.get(answer["location"]).status_code == 200
    assert client.post(f"/accounting/publication/new/{second.pk}/", form | {"margin": 0}).status_code == 422


def test_numbers_and_amounts_of_one_cut_are_made_beside_each_other(cut):
    """Where the number of enterprises is hidden the amount is; whoever did not see the other is made again."""
    Cut.objects.filter(pk=cut.pk).update(state="approved")
    early = prepare(cut)
    counts = prepare(cut, subject="objects")
    assert counts.rules["dominance_n"] == 0
    hidden = {(r["key"], c["key"]) for r, c, cell in cells_in(counts.content) if cell.hidden}
    assert ("330802000000", "13") in hidden
    services.publication_release(OFFICE, publication=counts)
    services.publication_release(OFFICE, publication=early)  # the numbers were made beside it
    blind = prepare(cut, subject="discharge.air.NOx")
    cells = {(r["key"], c["key"]): cell for r, c, cell in cells_in(blind.content)}
    assert all(cells[key].hidden for key in hidden & set(cells) if cells[key].value)
    blind.content["beside"] = []
    blind.save()
    with pytest.raises(ValidationError, match="Number of census objects” was released since"):
        services.publication_release(OFFICE, publication=blind)
    again = prepare(cut, subject="discharge.air.NOx")
    assert services.publication_release_all(OFFICE, cut=cut) == (1, [])
    again.refresh_from_db()
    assert again.released_at


def test_a_table_is_made_from_what_the_cut_holds_when_the_register_has_moved_on(cut, county, campaign):  # noqa: F811
    subject = catalogue().subjects["objects"]
    before = contributions_read(cut, subject)
    with enter(OFFICE):
        moved = CensusObject.objects.filter(industry="2221")[:2]
        for one in moved:
            register._apply(OFFICE, one, {"industry": "2621"}, "edited", "")
    make_object(campaign, "enterprise", "330802001001", 90, {}, industry="2221")
    with enter(OFFICE):
        after = contributions_read(cut, subject)
    order = ["row", "column", "contributor"]
    assert after.sort_values(order).to_numpy().tolist() == before.sort_values(order).to_numpy().tolist()
    assert CensusObject.objects.filter(industry="2621").count() == 2


def test_what_no_history_of_the_register_explains_is_not_published(cut):
    CensusObject.objects.filter(industry="2221").update(industry="2621")
    row = prepare(cut, subject="objects")
    assert row.content is None
    assert "Make a new cut" in Job.objects.get(pk=row.job_id).error


def test_several_tables_are_one_job_and_one_fault_keeps_the_others(cut):
    with enter(OFFICE):
        rows = services.publication_prepare(
            OFFICE, cut=cut, subjects=["objects", "discharge.water.Hg", "discharge.air.SO2"], rules={}
        )
    assert [row.subject for row in rows] == ["discharge.water.Hg", "discharge.air.SO2", "objects"]
    job_execute(job_id=str(rows[0].job_id), region=CITY)
    job = Job.objects.get(pk=rows[0].job_id)
    assert (job.state, job.error.count("nothing to publish")) == ("failed", 1)
    made = {row.subject: row.content is not None for row in Publication.objects.filter(cut=cut)}
    assert made == {"discharge.water.Hg": False, "discharge.air.SO2": True, "objects": True}


def test_every_subject_can_be_read_and_every_leaf_has_a_name(cut, monkeypatch):
    monkeypatch.setattr(reading, "_frozen", lambda *where: {})
    for subject in catalogue().subjects.values():
        frame = contributions_read(cut, subject)
        assert set(frame.columns) == {"row", "column", "contributor", "amount"}, subject.code
        keys = [node.id for node in subject.tree.walk()] + [f"{subject.tree.id}:nonsense"]
        assert all(label["zh"] and label["en"] for label in column_labels(subject, keys).values())


def released(cut, subject="discharge.air.SO2"):
    row = prepare(cut, subject)
    Cut.objects.filter(pk=cut.pk).update(state="approved")
    return services.publication_release(OFFICE, publication=row)


def test_a_table_is_made_beside_those_of_earlier_cuts_and_of_offices_above(cut, make_cut):  # noqa: F811
    """What the earlier table and the province show is no cover here; what came out since must be looked at first."""
    early = released(cut)
    late = make_cut(Run.objects.get())
    Cut.objects.filter(pk=late.pk).update(state="approved")
    again = prepare(late)
    assert again.content["beside"] == [str(early.pk)]
    states = [[cell[1] for cell in cells] for cells in again.content["cells"]]
    assert states == [[cell[1] for cell in cells] for cells in early.content["cells"]]
    above = Publication.objects.get(pk=early.pk)
    above.pk, above.region = None, "330000000000"
    above.cut = make_cut(Run.objects.get())
    Cut.objects.filter(pk=above.cut_id).update(region=above.region, number=99)
    shown = [[[c[0], "published", [], *c[3:]] for c in cells] for cells in above.content["cells"]]
    above.content = {**above.content, "cells": shown}
    above.save()
    with enter(OFFICE):
        assert not Publication.objects.visible_to(OFFICE).filter(pk=above.pk).exists()
        with pytest.raises(ValidationError, match=r"of (浙江省|330000000000).* was released since"):
            services.publication_release(OFFICE, publication=again)
    blind = prepare(late)
    assert str(above.pk) in blind.content["beside"]
    assert blind.exposed > 0
    named = blind.content["exposed_beside"]
    assert {one["office"] for one in named if one["why"] == "shown"} == {"330000000000"}
    page = signed_in(make_person("city_officer", CITY).username).get(f"/accounting/publication/{blind.pk}/")
    assert "already shows" in page.content.decode()


def test_a_linked_number_of_another_office_hides_the_amount(cut, make_cut):  # noqa: F811
    """Where the number of units was hidden in an earlier cut, the amount of a later one is hidden too."""
    counts = released(cut, "objects")
    hidden = {
        (r["key"], c["key"]) for r, c, cell in cells_in(counts.content) if cell.hidden and c["key"] != "all"
    }
    late = make_cut(Run.objects.get())
    row = prepare(late, "discharge.air.NOx")
    cells = {(r["key"], c["key"]): cell for r, c, cell in cells_in(row.content)}
    assert str(counts.pk) in row.content["beside"]
    assert hidden & set(cells)
    assert all(cells[key].hidden for key in hidden & set(cells) if cells[key].value)


def test_tables_of_a_balance_are_one_stretch_of_work_and_numbers_come_last(cut):
    with enter(OFFICE):
        rows = services.publication_prepare(
            OFFICE,
            cut=cut,
            subjects=["objects", "T09.generated", "T09.stored", "discharge.air.SO2"],
            rules={},
        )
    pk = {row.subject: str(row.pk) for row in rows}
    amounts, numbers = working._shards([str(row.pk) for row in rows])
    assert sorted(amounts) == sorted([pk["discharge.air.SO2"], f"{pk['T09.generated']},{pk['T09.stored']}"])
    assert numbers == [pk["objects"]]


def test_a_cancel_is_heard_within_a_table(cut):
    telling = working._Telling(OFFICE, Job(), "table")
    telling(0.5)
    telling._cancelled = True
    with pytest.raises(JobCancelled):
        telling(0.6)
