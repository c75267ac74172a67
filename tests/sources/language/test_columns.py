"""Random rules on random objects: the column evaluator says what the record evaluator says."""

from random import Random

import numpy as np
import pytest

from sources.language import Context, bind, compile_rule
from sources.language.columns import evaluate
from sources.language.tables import Axis, Dataset
from tests.sources.language.random_rules import Rules, objects
from tests.sources.language.scope import World

TRUTH = {True: 2, False: 0, None: 1}


def locate(longitude, latitude):
    return "330802" if longitude > 118 and latitude > 28 else None


class Neighbours:
    """The area of one object, by plain search."""

    def __init__(self, register, sheets, number):
        self.region = register[number].get("region")
        self.near = [
            n
            for n, entry in enumerate(register)
            if self.region and entry.get("region", "")[:6] == self.region[:6]
        ]
        self.sheets = sheets

    def exists(self, form):
        return any(self.sheets[form][n] for n in self.near) if self.region else None

    def values(self, form, indicator):
        found = {sheet.get(indicator) for n in self.near for sheet in self.sheets[form][n]}
        return found - {None} if self.region else None

    def count_other(self, form, indicator, value, object_id):
        if not self.region:
            return None
        return sum(
            s.get(indicator) == value for n in self.near if n != object_id for s in self.sheets[form][n]
        )

    def county_of(self, longitude, latitude):
        return locate(longitude, latitude) if self.region else None


def by_record(bound, register, sheets):
    rule, section = compile_rule(bound.node), bound.facts.section
    for number, entry in enumerate(register):
        siblings = {form: found[number] for form, found in sheets.items()}
        for sheet in sheets["A"][number]:
            context = Context(sheet, siblings, entry, Neighbours(register, sheets, number))
            for row in sheet.get(section) or () if section else [{}]:
                context.row = row
                yield TRUTH[rule(context)]


def by_column(bound, data):
    section = bound.facts.section
    axis = Axis.of_rows(data, "A", section) if section else Axis.of_sheets(data, "A")
    return evaluate(data, bound.node, axis).tolist()


@pytest.mark.parametrize("seed", range(6))
def test_random_rules(seed):
    random = Random(seed)
    register, sheets = objects(random, 25)
    flat = {
        form: (
            [sheet for found in owners for sheet in found],
            [n for n, found in enumerate(owners) for _ in found],
        )
        for form, owners in sheets.items()
    }
    data = Dataset(flat, register, locate)
    seen = np.zeros(3, int)
    for _ in range(400):
        text = Rules(random, rows=random.random() < 0.5).truth(3)
        bound = bind(text, World())
        expected = list(by_record(bound, register, sheets))
        assert by_column(bound, data) == expected, text
        seen += np.bincount(expected, minlength=3)
    assert seen.min() > seen.sum() * 0.1  # false, unknown and true all occur often
