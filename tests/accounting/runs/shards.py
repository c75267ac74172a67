"""A shard without a database: one object with forms, accounted by the library as it is in the data files."""

from dataclasses import replace

from accounting.factors import normalise
from accounting.factors.matching import Policy, library
from accounting.runs.engine import DEFAULT_PARAMETERS, Context, Documents, compute
from accounting.runs.engine.table import Table

EDITIONS = tuple(edition["code"] for edition in normalise.editions())
FACTORS = [replace(row, id=number) for number, row in enumerate(normalise.factors(), start=1)]
BOOKS = library(FACTORS, normalise.technologies(), EDITIONS, Policy())
CATEGORY = {
    "enterprise": "industrial", "village": "domestic", "county_domestic": "domestic", "farm": "agricultural",
    "wastewater_plant": "centralized",
}  # fmt: skip


def account(*documents, kind="enterprise", industry="1351", parameters=None, credited=None, books=BOOKS):
    """Account one object with (form, values) documents; returns (lines, gaps)."""
    facts = {
        "id": "one", "kind": kind, "category": CATEGORY.get(kind, "mobile"), "region": "330802001001",
        "industry": industry, "name": "one",
    }  # fmt: skip
    found = {}
    for form, values in documents:
        found.setdefault(form, []).append(values)
    shard = {
        form: Documents(form, [0] * len(values), list(range(1, len(values) + 1)), [1] * len(values), values)
        for form, values in found.items()
    }
    result = compute(Context(Table(facts, 1), shard, parameters or DEFAULT_PARAMETERS, credited), books)
    return result.lines.to_pandas(), result.gaps.to_pandas()
