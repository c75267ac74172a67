"""Random clean documents: blanks, limits, long tables, values made to collide. For tests and benchmarks."""

from __future__ import annotations

from random import Random

from sources.forms.catalogue import Catalogue
from sources.forms.check_set import Document
from sources.forms.model import Form, Indicator

NUMBERS = (
    0,
    1,
    2,
    3,
    5,
    10,
    12,
    24,
    99.9,
    100,
    100.01,
    365,
    366,
    500,
    0.5,
    0.1,
    0.2,
    0.3,
    1.005,
    2.675,
    8760,
    8761,
    1e9,
)
TEXTS = ("A", "B", "甲", "%", "t", "1", "25", "2511", "4411", "示例污水处理厂")
DATES = ("2016-03", "2017-05", "2017-12-31", "2018-01", "2018-01-15", "2018-01-20")
REGIONS = ("330802001000", "330802002000", "330803001000", "371302001000", None)


def locate(longitude: float, latitude: float) -> str | None:
    """A county for every point east of 118°, none elsewhere."""
    return "330802" if longitude > 118 and latitude < 30 else None


def value(random: Random, item: Indicator, idle: bool = False):
    if item.type in ("integer", "decimal"):
        if idle:
            return 0
        if random.random() < 0.5:
            return random.choice(NUMBERS)
        number = round(random.uniform(-1, 300), random.randint(0, 4))
        return int(number) if number == int(number) else number
    if item.type == "boolean":
        return random.random() < 0.5
    codes = [choice.code for choice in item.choices]
    if item.type == "choice":
        return random.choice([*codes, codes[0], "9999"])
    if item.type == "multichoice":
        return random.sample([*codes, "9999"], random.randint(1, min(3, len(codes))))
    if item.type == "date":
        return random.choice(DATES)
    if item.type == "longitude_dms":
        return random.choice(("118°52′10.25″", "117°0′0″", "118°0′0.123″", "28°10′1″"))
    if item.type == "latitude_dms":
        return random.choice(("28°58′10.25″", "31°0′0″", "60°0′0.123″"))
    if item.type == "uscc":
        return random.choice(("91330802YYYY0008X6", "91370100YYYY00012T", "91330802YYYY0008X7", "short"))
    if item.type == "region_code":
        return random.choice(("330802001000", "330803001000", "33"))
    if item.type == "industry_code":
        return random.choice(("2511", "4411", "1951", "3110", "25", "4711"))
    if item.type == "phone":
        return random.choice(("13800000000", "0570-3012345", "12"))
    return random.choice(TEXTS)


def document(random: Random, form: Form, blanks: float = 0.3, rows: int = 4) -> dict:
    """A document with about `blanks` of its items blank and up to `rows` rows in each table."""
    found: dict = {}
    idle = random.random() < 0.1  # now and then a sheet of zeros
    for section in form.sections:
        if not section.repeat:
            found |= {i.id: value(random, i, idle) for i in section.indicators if random.random() >= blanks}
        elif count := random.randint(0, rows):
            keys = random.sample(range(1, 2 * count + 1), count)
            found[section.id] = [
                {"_k": key}
                | {i.id: value(random, i, idle) for i in section.indicators if random.random() >= blanks}
                for key in keys
            ]
    return found


def county(random: Random, catalogue: Catalogue, objects: int, blanks: float = 0.3, rows: int = 4):
    """(documents, objects): objects of all kinds, each with most forms of its kind, some with two sheets."""
    documents, register = [], {}
    for number in range(objects):
        kind = random.choice([*catalogue.kinds.values()])
        register[number] = {"id": number, "kind": kind.code}
        if region := random.choice(REGIONS):
            register[number]["region"] = region
        for entry in kind.forms:
            sheets = random.choice((0, 1, 1, 1, 1, 1, 2))
            for sheet in range(sheets):
                values = document(random, catalogue.forms[entry.form], blanks, rows)
                documents.append(Document(number, entry.form, sheet, values))
    random.shuffle(documents)
    return documents, register
