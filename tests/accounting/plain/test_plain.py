"""The engine beside a plain program written anew from the rules: the same lines and gaps, object by object."""

from __future__ import annotations

import ast
from dataclasses import replace
from math import nan
from pathlib import Path
from random import Random

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounting.factors import normalise
from accounting.factors.matching import Policy, library
from accounting.runs.engine import DEFAULT_PARAMETERS, FORMS, Context, Documents, compute
from accounting.runs.engine.table import Table
from accounting.runs.models import Run
from accounting.runs.services import run_create, run_execute, run_library
from census.access.posts import CATEGORIES
from census.access.scope import Scope, enter
from census.calendar.models import Campaign
from sources.demo import world as demo
from sources.objects.kinds import KINDS
from tests.accounting.library import load_library
from tests.accounting.plain import filling
from tests.accounting.plain.books import Books
from tests.accounting.plain.compare import AMOUNTS, GAP, LINE, SIZE, differences, gaps_of, lines_of, stored
from tests.accounting.plain.facts import Account, Around, Subject
from tests.accounting.plain.one import account
from tests.accounting.plain.plants import passing, removed
from tests.accounting.plain.reading import compared, world
from tests.accounting.runs import shards
from tests.sources.demo.reference import KECHENG, TODAY, load_quzhou

CITY = "330800000000"
FORBIDDEN = ("accounting.runs.engine", "accounting.methods", "accounting.factors.matching")
BESIDE = {"compare", "filling", "reading", "test_plain"}
"""Modules that stand beside the program and not in it."""
LIBRARIES = [
    library(rows, normalise.technologies(), shards.EDITIONS, policy)
    for rows, policy in (
        (shards.FACTORS, Policy()),
        (filling.loaded(), Policy(on="2017-12-31")),
        (filling.loaded(), Policy(frozenset({"verified", "secondary"}), analogue=False, on="2020-12-31")),
    )
]
BOOKS = [Books.of(one) for one in LIBRARIES]
KIND = {
    "industrial": "enterprise", "agricultural": "farm", "domestic": "village", "centralized": "waste_site",
    "mobile": "city_vehicles",
}  # fmt: skip
WARM = {
    "speed": 25,
    "temperature": 30,
    "altitude": 2000,
    "petrol_sulfur": 50,
    "diesel_sulfur": 350,
    "load": 60,
}
PARAMETERS = [
    DEFAULT_PARAMETERS,
    DEFAULT_PARAMETERS
    | {"monitoring": {"unproven": "refused"}, "livestock": {"formulas": ["streams", "mode_share"]}},
    DEFAULT_PARAMETERS | {"vehicles": {"year": 2017, **WARM}},
    DEFAULT_PARAMETERS | {"vehicles": {"year": 2018, "speed": 90, "temperature": 5}},
]
COMPUTED = {"generated_kg": "generated", "discharged_kg": "discharged", "environment_kg": "environment"}


def test_the_plain_program_shares_no_logic_with_the_engine():
    names = {
        name
        for path in Path(__file__).parent.glob("*.py")
        if path.stem not in BESIDE
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in (
            [node.module] if isinstance(node, ast.ImportFrom) else
            [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        )
    }  # fmt: skip
    assert "tests.accounting.plain.books" in names
    assert not [name for name in names if name.startswith((*FORBIDDEN, "numpy", "pandas"))]


# -- forms at random ----------------------------------------------------------------------------------


@given(
    seed=st.integers(0, 2**32),
    parameters=st.sampled_from(PARAMETERS),
    factors=st.sampled_from(range(len(BOOKS))),
)
@settings(max_examples=60)
def test_forms_filled_at_random_give_the_same_lines_and_gaps(seed, parameters, factors):
    """A county of objects at a time: what they share is the cost of the engine and the sewage plants."""
    chance = Random(seed)
    subjects = [_subject(chance, number) for number in range(20)]
    _agree(subjects, parameters, factors)


@pytest.mark.parametrize("again", [100, 4000])
def test_water_used_again_is_taken_off_alike(again):
    """Too many items must be filled together for chance to find it."""
    meat = {
        "_k": 1, "census_form_code": "G102", "outlet_code": "DW001", "accounting_link": "屠宰分割",
        "material_name": "羊",
        "product_name": "冻羊肉", "process_name": "屠宰、分割", "scale_class": "≥1500头/天", "material_use": 1000,
        "material_use_unit": "头", "pollutant_name": "化学需氧量",
    }  # fmt: skip
    water = {
        "outlets": [{"_k": 1, "outlet_code": "DW001", "discharge_m3": 900, "drainage_destination": "A"}],
        "facilities": [{"_k": 1, "treated_water_m3": again, "treated_water_destination": "1"}],
    }
    forms = {"G102": [(1, water)], "G106-1": [(1, {"rows": [meat]})]}
    subject = Subject("enterprise", "330802001001", "1351", "one", forms)
    (line,) = (line for line in _agree([subject], DEFAULT_PARAMETERS, 0)[0].lines if line.pollutant == "COD")
    assert line.discharged == pytest.approx(line.generated * 900 / (900 + again))


def _agree(subjects: list[Subject], parameters: dict, factors: int) -> list[Account]:
    """The accounts of a county's objects, each of which the engine must agree with."""
    around = Around(passing(subjects), removed(subjects), parameters)
    result = compute(_context(subjects, parameters), LIBRARIES[factors])
    accounts = [account(subject, around, BOOKS[factors]) for subject in subjects]
    for number, (subject, own) in enumerate(zip(subjects, accounts, strict=True)):
        for frame, names, numbers, said in (
            (result.lines, LINE, AMOUNTS, lines_of),
            (result.gaps, GAP, SIZE, gaps_of),
        ):
            columns = [COMPUTED.get(name, name) for name in (*names, *numbers)]
            rows = frame[frame["object_id"] == str(number)].keys(columns)
            assert not differences(stored(rows, len(names)), said(own)), subject.forms
    return accounts


def _subject(chance: Random, number: int) -> Subject:
    """One object with a few filled forms of a category."""
    category = chance.choice(list(FORMS))
    industry = chance.choice(filling.industries())
    forms = filling.documents(chance, category, industry)
    return Subject(KIND[category], "330802001001", industry, f"plant {number % 6}", forms)


def _context(subjects: list[Subject], parameters: dict) -> Context:
    """The objects as the engine reads a county."""
    objects = Table.from_rows(
        [
            (str(number), one.kind, "", one.region, one.industry, one.name)
            for number, one in enumerate(subjects)
        ],
        ["id", "kind", "category", "region", "industry", "name"],
    )
    sheets: dict[str, list[tuple]] = {}
    for number, one in enumerate(subjects):
        for form, filled in one.forms.items():
            sheets.setdefault(form, []).extend((number, sheet, 1, values) for sheet, values in filled)
    documents = {form: Documents(form, *zip(*rows, strict=True)) for form, rows in sheets.items()}
    return Context(objects, documents, parameters)


def test_a_difference_is_seen():
    forms = {"N101-2": [(1, {"pig_slaughter": 100})], "N201-1": [(1, {"compound_t": 5})]}
    own = account(
        Subject("farm", "330802001001", "", "", forms), Around({}, {}, DEFAULT_PARAMETERS), BOOKS[0]
    )
    lines, gaps = lines_of(own), gaps_of(own)
    assert len(lines) > 2 < len(gaps)
    assert not differences(lines, list(reversed(lines)))
    assert differences(lines, lines[1:])
    first, rest = own.lines[0], own.lines[1:]
    for changed in ({"activity": first.activity * (1 + 1e-8)}, {"generated": nan}, {"chosen": False}):
        assert differences(lines, lines_of(replace(own, lines=[replace(first, **changed), *rest])))
    other = replace(own.gaps[0], reason="unknown_plant")
    assert differences(gaps, gaps_of(replace(own, gaps=[other, *own.gaps[1:]])))


# -- the demo city ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def run(django_db_setup, django_db_blocker, tmp_path_factory):
    """A finished run over a small county of the demo city: objects of every kind, errors and slips among them."""
    actor = Scope.system(CITY, "plain")
    with django_db_blocker.unblock(), transaction.atomic():
        load_quzhou()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                demo, "run_stages", lambda _load: {}
            )  # findings, cuts and reports of the upper rooms
            folder = tmp_path_factory.mktemp("demo")
            demo.load_world(KECHENG, seed=4, today=TODAY, scale=0.03, folder=folder, say=lambda _text: None)
        load_library()
        with enter(actor):
            planned = run_create(
                actor, campaign=Campaign.objects.get(), region=CITY, categories=list(CATEGORIES),
                edition="census2_2021",
            )  # fmt: skip
        yield run_execute(actor, run=planned)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_every_object_of_the_demo_county_gets_the_same_lines_and_gaps(run):
    assert run.state == Run.State.DONE
    with enter(Scope.system(CITY, "plain")):
        books, here = Books.of(run_library(run)), world(run, CITY)
        accounts = {
            one: account(subject, here.around_of(subject), books) for one, subject in here.subjects.items()
        }
        found = compared(run, CITY, here.subjects, accounts)
    assert found == []
    assert sum(len(one.lines) for one in accounts.values()) == run.lines_written > 500
    assert sum(len(one.gaps) for one in accounts.values()) == run.gaps_written > 200
    told = {here.subjects[one].kind for one, said in accounts.items() if said.lines or said.gaps}
    assert told == set(KINDS) - {"park", "city_oil"}  # what these say is accounted where it arises


@pytest.mark.django_db
def test_runs_the_comparison_does_not_cover_are_refused(run):
    run.categories = ["industrial"]
    with pytest.raises(ValueError, match="all categories"):
        world(run, CITY)
