"""What the progress board counts of accounting."""

from accounting.runs.measures import count
from accounting.runs.models import Run
from accounting.runs.services import run_create, run_execute
from census.access.posts import CATEGORIES
from census.access.scope import Scope, enter

CITY, COUNTY, OTHER = "330800000000", "330802000000", "330803000000"


def counted() -> dict[str, tuple[int, int]]:
    return {head: (total, done) for head, _measure, total, done in count(Scope.system(CITY))}


def test_a_county_is_done_while_a_finished_run_covers_it(officer, campaign, county):
    nothing = counted()
    assert nothing
    assert {done for _total, done in nothing.values()} == {0}
    with enter(officer):
        run = run_create(
            officer, campaign=campaign, region=COUNTY, categories=list(CATEGORIES), edition="census2_2021"
        )
    run_execute(officer, run=run)
    assert counted() == nothing | {COUNTY[:6]: (1, 1)}
    Run.objects.update(stale=True)
    assert counted() == nothing
