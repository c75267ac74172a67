"""The county of the runs' tests, with a finished run and a first cut of the city."""

import hashlib

import pytest
from django.utils import translation

from accounting.cuts import services
from accounting.runs.services import run_create, run_execute
from accounting.tables import making
from accounting.tables.layout import every_table
from census.access.posts import CATEGORIES
from census.access.scope import Scope, enter
from sources.returns.models import Return, ReturnVersion
from tests.accounting.runs.conftest import BOILER, CITY, campaign, county, make_object, officer  # noqa: F401
from tests.factories import make_regions


@pytest.fixture(autouse=True)
def english():
    """The tests compare English messages, whatever catalogue is compiled."""
    with translation.override("en"):
        yield


@pytest.fixture
def few_layouts(monkeypatch):
    """Three tables are as good as two dozen here."""
    few = [one for one in every_table() if one[0].code in {"T01", "T02", "T03"}]
    monkeypatch.setattr(making, "every_table", lambda: few)


@pytest.fixture
def make_run(officer, campaign, county):  # noqa: F811
    """A function that accounts the city, or what lies above it, again."""
    make_regions()
    for one in Return.objects.all():
        head = hashlib.sha256(one.pk.bytes).digest()
        ReturnVersion.objects.create(
            return_id=one.pk, no=one.version_no, object_id=one.object_id, region=one.region, category=one.category,
            at=one.updated_at, user_name="test", post_kind="test", action="saved", state=one.state, body="{}",
            prev_hash=b"", hash=head,
        )  # fmt: skip
        Return.objects.filter(pk=one.pk).update(head_hash=head)

    def make(region=CITY):
        actor = officer if region == CITY else Scope.system(region, "office")
        with enter(actor):
            run = run_create(
                actor, campaign=campaign, region=region, categories=list(CATEGORIES), edition="census2_2021"
            )
        return run_execute(actor, run=run)

    return make


@pytest.fixture
def make_cut(few_layouts):
    """A function that cuts a region from a run, in this process."""

    def make(run, region=CITY):
        actor = Scope.system(region, "office")
        with enter(actor):
            cut = services.cut_create(actor, run=run, purpose="first report")
        return services.cut_execute(actor, cut=cut)

    return make


@pytest.fixture
def cut_of_boilers(make_run, make_cut, campaign, county):  # noqa: F811
    """A dozen boilers in two counties, so that some cells are safe and some are not."""
    for number in range(12):
        village = "330802001001" if number % 2 else "330803001001"
        unit = BOILER | {"fuel1_consumption": 900 + 20 * number}
        make_object(
            campaign, "enterprise", village, 20 + number, {"G103-1": {"units": [unit]}}, industry="2221"
        )
    return make_cut(make_run())
