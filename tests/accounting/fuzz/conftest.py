"""A small city in which every address of the room leads somewhere: run, cut, comparison, report, change, publication.

Its objects carry names that are markup, formulas or worse: who types them is not asked twice.
"""

from importlib import util
from pathlib import Path

import pytest

from accounting.bulletin.models import Report
from accounting.changes.services import change_create, change_put
from accounting.comparing.services import comparison_create
from accounting.crosscheck.models import MethodGap
from accounting.factors.models import Factor
from accounting.factors.queries import as_row
from accounting.factors.shape import FactorRow
from accounting.publication.services import publication_prepare
from accounting.runs.models import Line
from census.access.scope import Scope, enter
from census.jobs.services import job_execute
from sources.objects.models import CensusObject
from tests.accounting.cuts.conftest import few_layouts, make_cut, make_run  # noqa: F401 - fixtures
from tests.accounting.fuzz.hostile import FORMULAS, SCRIPT
from tests.accounting.runs.conftest import campaign, county, officer  # noqa: F401 - fixtures
from tests.factories import CITY, NATION, make_person

TABLES = Path(__file__).parents[1]
NAMES = [
    f"{SCRIPT}厂",
    *(f"{formula}厂" for formula in FORMULAS),
    "a\"'&<b>厂",
    "{{ 7|add:7 }}厂",
    "../../厂",
]


def _tables() -> dict[str, object]:
    found = {}
    for path in sorted(TABLES.glob("*/urls_table.py")):
        spec = util.spec_from_file_location(f"fuzz_{path.parent.name}", path)
        module = util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found[path.parent.name] = module
    return found


@pytest.fixture
def addresses():
    """Name of every address of the room → the capability it needs."""
    return {name: needed for module in _tables().values() for name, needed in module.URLS.items()}


@pytest.fixture
def world(make_run, make_cut, county):  # noqa: F811
    """Name of an address → arguments that name a row of the city."""
    for one, name in zip(CensusObject.objects.order_by("pk"), NAMES, strict=False):
        CensusObject.objects.filter(pk=one.pk).update(name=name)
    made = {name: kwargs for module in _tables().values() if hasattr(module, "arguments")
            for name, kwargs in module.arguments().items()}  # fmt: skip
    first, second = make_run(), make_run()
    cut, before = make_cut(second), make_cut(first)
    city, nation = Scope.system(CITY, "office"), make_person("nation_officer", NATION, username="author")
    with enter(city):
        comparison = comparison_create(city, first=first, second=second)
        (publication,) = publication_prepare(city, cut=cut, subjects=["discharge.air.SO2"], rules={})
    job_execute(job_id=str(comparison.job_id), region=CITY)
    job_execute(job_id=str(publication.job_id), region=CITY)
    author = Scope(
        nation.pk,
        "author",
        nation.post.pk,
        "nation_officer",
        NATION,
        capabilities=Scope.system().capabilities,
    )
    factor = Factor.objects.filter(current=True, industry="1351", pollutant="COD").first()
    with enter(author):
        change = change_create(author, title=FORMULAS[1], reason=SCRIPT)
        row = as_row(factor)
        values = {name: getattr(row, name) for name in FactorRow.__dataclass_fields__}
        change_put(author, change=change, action="change", row=FactorRow(**values | {"note": FORMULAS[0]}))
    line = Line.objects.filter(run=second, chosen=True).first()
    MethodGap.objects.get_or_create(
        run=second, region=line.region, category=line.category, object_id=line.object_id, medium="air", pollutant="SO2",
        defaults={"place": 1, "chosen_way": "balance", "way": "derived", "chosen_kg": 1.0, "other_kg": 9.0,
                  "ratio": 9.0, "difference_kg": 8.0},
    )  # fmt: skip
    rows = {
        "run": second.pk, "gap": second.pk, "cut": cut.pk, "comparison": comparison.pk, "publication": publication.pk,
        "change": change.pk, "factor": factor.pk,
    }  # fmt: skip
    for name, kwargs in made.items():
        if "pk" in kwargs and (pk := rows.get(name.partition("_")[0])) and name not in {"comparison_new"}:
            kwargs["pk"] = pk
        if "object_id" in kwargs:
            kwargs["object_id"] = line.object_id
        if "other" in kwargs:
            kwargs["other"] = before.pk
        if "cut" in kwargs:
            kwargs["cut"] = cut.pk
    made["comparison_new"] = {"pk": second.pk}
    for name in ("factor_usage", "factor_show", "factor_propose"):
        made[name] = {"pk": factor.pk}
    for name in ("map_card", "map_water"):
        made[name] = {"pk": line.object_id}
    change.report = {"faults": [], "warnings": [], "counts": {}, "name": FORMULAS[0]}
    change.save(update_fields=["report"])
    Report.objects.update(region=CITY, cut=cut)
    return made
