"""Random rules over the small world of scope.py, and random objects for them."""

from __future__ import annotations

from random import Random

NUMBERS = (
    0,
    0,
    1,
    2,
    3,
    0.1,
    0.2,
    0.3,
    0.30000000000000004,
    1.005,
    2.675,
    10.04,
    100,
    1234.56,
    1e14,
    -1,
    -0.5,
)
TEXTS = ("1", "2", "k", "Works", "330802001")
DATES = ("2017-01", "2017-02", "2017-01-31", "2017-02-01", "2018-12-31")
POINTS = ("118°30′0″", "28°30′0.125″", "117°0′59.99″")
REGIONS = ("330802001000", "330803001000", None)


MEASURES = ("B.p", "count(t)", "count(B.v)", "year(day)", "seconds(lon)", "degrees(lat)")


class Rules:
    """Writes rules. `rows`: the rule may name items of table t, so it is tested row by row."""

    def __init__(self, random: Random, rows: bool):
        self.random = random
        self.rows = rows

    def pick(self, *makers):
        return self.random.choice(makers)()

    def truth(self, depth: int) -> str:
        simple = [
            lambda: f"{self.number(depth - 1)} {self.order()} {self.number(depth - 1)}",
            lambda: f"{self.text()} {self.random.choice(('==', '!='))} {self.text()}",
            lambda: f"{self.date()} {self.order()} {self.date()}",
            lambda: f"{self.text()} in [{', '.join(self.quoted() for _ in range(2))}]",
            lambda: f"year({self.date()}) not in [2017, 2019]",
            lambda: f'"{self.random.choice("123")}" in modes',
            lambda: f"{self.random.choice(('empty', 'filled'))}({self.item()})",
            lambda: f"exists({self.random.choice('BM')})",
            lambda: f"any_in([name, {self.text()}], [{self.quoted()}, {self.quoted()}])",
            lambda: f"any_prefix([name, {self.text()}], [{self.quoted()}])",
            lambda: f"startswith({self.text()}, {self.text()})",
            lambda: f"is_{self.random.choice(('coal', 'gas'))}({self.text()})",
            lambda: "yes == " + self.random.choice(("true", "false", "exists(B)", "OBJECT.sampled")),
            lambda: "startswith(name, county_of(lon, lat))",
            lambda: f"{self.text()} in values(R_1.title)",
            lambda: "exists(R_1)",
            lambda: "unique_in_region(name)",
        ]
        if self.rows:
            simple.append(lambda: self.random.choice(("unique(key)", "unique(key, x)")))
        if depth <= 0:
            return f"({self.pick(*simple)})"
        joined = [
            lambda: f"({self.truth(depth - 1)} and {self.truth(depth - 1)})",
            lambda: f"({self.truth(depth - 1)} or {self.truth(depth - 1)})",
            lambda: f"(not {self.truth(depth - 1)})",
            lambda: f"({self.truth(depth - 1)} {self.random.choice(('==', '!='))} {self.truth(depth - 1)})",
        ]
        return self.pick(lambda: self.pick(*joined), lambda: f"({self.pick(*simple)})")

    def number(self, depth: int) -> str:
        leaves = [
            lambda: self.random.choice(("a", "b", "c", "n", *(("x",) if self.rows else ()))),
            lambda: str(self.random.choice((0, 1, 0.3, 100))),
            lambda: self.random.choice(MEASURES),
            lambda: self.random.choice(("sum(x)", "sum(z)", "sum(B.q)", "sum(M.m)")),
            lambda: 'sum_where(x, key == "k" or x > c)',
            lambda: f"sum_where(B.q, B.qkey == {self.text(own=True)})",
        ]
        if depth <= 0:
            return self.pick(*leaves)
        inner = [
            lambda: f"({' + '.join(self.number(depth - 1) for _ in range(self.random.randint(2, 4)))})",
            lambda: f"({self.number(depth - 1)} {self.random.choice('-*/')} {self.number(depth - 1)})",
            lambda: (
                f"{self.random.choice(('min', 'max'))}({self.number(depth - 1)}, {self.number(depth - 1)})"
            ),
            lambda: f"{self.random.choice(('abs', 'max_decimals', '-'))}({self.number(depth - 1)})",
        ]
        return self.pick(lambda: self.pick(*inner), lambda: self.pick(*leaves))

    def text(self, own: bool = False) -> str:
        elsewhere = () if own else ("B.title",)
        rows = ("key",) if self.rows else ()
        return self.random.choice(("name", "OBJECT.industry", self.quoted(), *elsewhere, *rows))

    def quoted(self) -> str:
        return f'"{self.random.choice(TEXTS)}"'

    def order(self) -> str:
        return self.random.choice(("==", "!=", "<", "<=", ">", ">="))

    def date(self) -> str:
        return self.random.choice(("day", "later"))

    def item(self) -> str:
        return self.random.choice(
            ("a", "name", "yes", "modes", "day", "lon", "B.p", *(("x",) if self.rows else ()))
        )


def objects(random: Random, count: int) -> tuple[list[dict], dict[str, list[list[dict]]]]:
    """(register entries, form -> sheets of each object)."""

    def some(*pairs):
        return {key: make() for key, make in pairs if random.random() < 0.75}

    def choice(options):
        return lambda: random.choice(options)

    def sheet_a():
        found = some(
            ("a", choice(NUMBERS)), ("b", choice(NUMBERS)), ("c", choice(NUMBERS)), ("n", choice((0, 1, 2, 3))),
            ("yes", choice((True, False))), ("name", choice(TEXTS)), ("kind", choice(("1", "2"))),
            ("modes", choice((["1"], ["1", "2"], ["3"]))), ("day", choice(DATES)), ("later", choice(DATES)),
            ("lon", choice(POINTS)), ("lat", choice(POINTS)),
        )  # fmt: skip
        for table, items in (("t", ("x", "key")), ("u", ("z",))):
            pools = {"x": NUMBERS, "z": NUMBERS, "key": TEXTS}
            rows = [
                {"_k": k} | some(*((i, choice(pools[i])) for i in items))
                for k in range(1, random.randint(1, 5))
            ]
            if rows:
                found[table] = rows
        return found

    def sheet_b():
        rows = [
            {"_k": k} | some(("q", choice(NUMBERS)), ("qkey", choice(TEXTS)))
            for k in range(1, random.randint(1, 5))
        ]
        return some(("p", choice(NUMBERS)), ("title", choice(TEXTS))) | ({"v": rows} if rows else {})

    register, sheets = [], {"A": [], "B": [], "M": [], "R-1": []}
    for number in range(count):
        entry = {"id": number} | some(("sampled", choice((True, False))), ("industry", choice(TEXTS)))
        if region := random.choice(REGIONS):
            entry["region"] = region
        register.append(entry)
        sheets["A"].append([sheet_a() for _ in range(random.choice((1, 1, 1, 2)))])
        sheets["B"].append([sheet_b() for _ in range(random.choice((0, 1, 1, 1, 2)))])
        sheets["M"].append([some(("m", choice(NUMBERS))) for _ in range(random.randint(0, 3))])
        sheets["R-1"].append([some(("title", choice(TEXTS))) for _ in range(random.choice((0, 0, 1)))])
    return register, sheets
