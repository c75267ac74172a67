"""Do the evaluators agree? Random little counties; all checks of the forms and of the audit catalogue; every truth,
unknown included, compared place by place. Used by the tests (some thousand records) and the benchmark (100,000)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
from playwright.sync_api import Browser, Page

from census.local.paths import REPOSITORY
from review.rules.catalogue import full_catalogue
from sources.forms.check_set import AreaIndex, Document, area_digits, bundles, dataset
from sources.forms.model import Form
from sources.language import Context, compile_rule
from sources.language.columns import FALSE, evaluate
from sources.language.tables import Axis
from tests.sources.forms.random_documents import county, locate

SIGN = {False: "0", None: "1", True: "2"}
STEPS = (
    0,
    0,
    0.49,
    0.5,
    0.51,
    1,
    -0.49,
    -0.5,
    -0.51,
    -1,
)  # of the last decimal: around the tolerance of equality
EXTREMES = (0, -1, 1e-9, 0.1 + 0.2, 1e14 + 0.5, 999_999_999_999_999, -0.5, 1.005)

Truths = Mapping[str, list[str]]  # form -> one text a check: the truth of each sheet, or row, in order


class County(NamedTuple):
    """Sheets by form, and register entries by object."""

    sheets: Mapping[str, list[Document]]
    objects: Mapping[int, Mapping]

    @property
    def records(self) -> int:
        return sum(map(len, self.sheets.values()))

    @property
    def longest(self) -> int:
        """Rows of the longest table."""
        documents = (one for sheets in self.sheets.values() for one in sheets)
        return max(len(v) for one in documents for v in one.values.values() if isinstance(v, list))


@lru_cache(maxsize=1)
def forms() -> Mapping[str, Form]:
    """All forms with the rules of the audit catalogue added to their checks."""
    return full_catalogue().forms


def counties(seed: int, records: int) -> Iterator[County]:
    """Counties of at least *records* sheets in all: from full to blank, with short, some with long tables."""
    random = Random(seed)
    made = 0
    while made < records:
        long = random.random() < 0.1
        blanks = random.choice((0.0, 0.1, 0.3, 0.6, 0.95))
        documents, objects = county(random, full_catalogue(), 8 if long else 300, blanks, 150 if long else 4)
        sheets: dict[str, list[Document]] = {}
        for one in documents:
            sharpen(random, forms()[one.form], one.values)
            sheets.setdefault(one.form, []).append(one)
        found = County(sheets, objects)
        made += found.records
        yield found


def sharpen(random: Random, form: Form, values: dict) -> None:
    """Move numbers to where verdicts turn: the ends of ranges, the tolerance around another number, extremes."""
    places = [values, *(row for table in form.tables for row in values.get(table, ()))]
    seen = [v for place in places for v in place.values() if type(v) in (int, float)] or [0]
    for place in places:
        for name, one in place.items():
            if name == "_k" or type(one) not in (int, float) or random.random() > 0.2:
                continue
            item = form.indicators[name]
            ends = [end for end in item.range if end is not None] or EXTREMES
            base = random.choice((*ends, random.choice(seen), random.choice(EXTREMES)))
            number = base + random.choice(STEPS) * 10.0 ** -(item.decimals or 0)
            place[name] = int(number) if number == int(number) else number


def by_record(county: County) -> Truths:
    """One sheet after the other, as a save does."""
    documents = [one for sheets in county.sheets.values() for one in sheets]
    index = AreaIndex(documents, county.objects, locate)
    siblings: dict = {}
    for one in documents:
        siblings.setdefault(one.object_id, {}).setdefault(one.form, []).append(one.values)
    found: dict[str, list[str]] = {}
    for code, sheets in county.sheets.items():
        tests = _compiled(code)
        texts: list[list[str]] = [[] for _ in tests]
        for one in sheets:
            area = index.area(one.object_id, forms()[code])
            context = Context(one.values, siblings[one.object_id], county.objects[one.object_id], area)
            for (section, test), text in zip(tests, texts, strict=True):
                for row in ({},) if section is None else one.values.get(section) or ():
                    context.row = row
                    text.append(SIGN[test(context)])
        found[code] = ["".join(text) for text in texts]
    return found


@lru_cache(maxsize=128)
def _compiled(code: str) -> list[tuple[str | None, Callable]]:
    return [(check.section, compile_rule(check.node)) for check in forms()[code].checks]


def by_columns(county: County) -> Truths:
    """All at once, as a run over a county does."""
    documents = [one for sheets in county.sheets.values() for one in sheets]
    data, _places = dataset(documents, county.objects, locate)
    found: dict[str, list[str]] = {}
    for code in county.sheets:
        form = forms()[code]
        axes = {None: Axis.of_sheets(data, code)} | {t: Axis.of_rows(data, code, t) for t in form.tables}
        truths = {
            check.rule: evaluate(data, check.node, axes[check.section], area_digits(form))
            for check in form.checks
        }
        for table, (checks, bundle) in bundles(
            form
        ).items():  # evaluated together, they fail at the same places
            failing = bundle.failing(data, axes[table], area_digits(form))
            for place, check in enumerate(checks):
                alone = (truths[check.rule] == FALSE).nonzero()[0]
                assert np.array_equal(alone, failing.get(place, ())), f"{check.rule} alone and in its bundle"
        found[code] = ["".join(map(str, truths[check.rule].tolist())) for check in form.checks]
    return found


class InBrowser:
    """static/js/rules.js in a real Chromium."""

    def __init__(self, chromium: Browser) -> None:
        self.page: Page = chromium.new_page()
        scripts = {
            "rules.js": REPOSITORY / "static" / "js" / "rules.js",
            "agreement.mjs": Path(__file__).with_suffix(".mjs"),
        }
        self.page.route(
            "http://agreement.test/**",
            lambda route: route.fulfill(
                content_type="text/javascript" if route.request.url.endswith("js") else "text/html",
                body=scripts[name].read_text() if (name := route.request.url[22:]) in scripts else "",
            ),
        )
        self.page.goto("http://agreement.test/")
        trees = {
            code: {
                "digits": area_digits(form),
                "rules": [{"section": c.section, "tree": c.node.to_json()} for c in form.checks],
            }
            for code, form in forms().items()
        }
        self.page.evaluate(
            "async (trees) => (window.side = await import('/agreement.mjs')).load(trees)", trees
        )

    def __call__(self, county: County) -> Truths:
        sent = {
            "objects": list(county.objects.values()),
            "sheets": {
                code: [{"object": one.object_id, "values": one.values} for one in sheets]
                for code, sheets in county.sheets.items()
            },
        }
        answer = self.page.evaluate(
            "(county) => JSON.stringify(window.side.truths(JSON.parse(county)))", json.dumps(sent)
        )
        return json.loads(answer)

    def close(self) -> None:
        self.page.close()


def disagreements(expected: Truths, found: Truths) -> Iterable[str]:
    """``rule: how many places of how many`` for each check the two sides differ on."""
    for code, texts in expected.items():
        for check, mine, theirs in zip(forms()[code].checks, texts, found[code], strict=True):
            if mine != theirs:
                wrong = sum(a != b for a, b in zip(mine, theirs, strict=False)) + abs(len(mine) - len(theirs))
                yield f"{check.rule}: {wrong} of {len(mine)}"
