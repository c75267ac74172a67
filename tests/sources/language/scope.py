"""A small world of names: form A with tables t and u, form B with table v, form M with many sheets."""

from __future__ import annotations

from sources.language import Item
from sources.language.nodes import BOOL, DATE, DMS, MULTI, NUMBER, TEXT

ITEMS = {
    "A": [
        Item("a", NUMBER, 2, None, None),
        Item("b", NUMBER, 2, None, None),
        Item("c", NUMBER, 1, None, None),
        Item("n", NUMBER, 0, None, None),
        Item("yes", BOOL, None, None, None),
        Item("name", TEXT, None, None, None),
        Item("kind", TEXT, None, None, frozenset({"1", "2"})),
        Item("modes", MULTI, None, None, frozenset({"1", "2", "3"})),
        Item("day", DATE, None, None, None),
        Item("later", DATE, None, None, None),
        Item("lon", DMS, None, None, None),
        Item("lat", DMS, None, None, None),
        Item("x", NUMBER, 2, "t", None),
        Item("key", TEXT, None, "t", None),
        Item("z", NUMBER, 2, "u", None),
    ],
    "B": [
        Item("p", NUMBER, 2, None, None),
        Item("q", NUMBER, 2, "v", None),
        Item("qkey", TEXT, None, "v", None),
        Item("title", TEXT, None, None, None),
    ],
    "M": [Item("m", NUMBER, 2, None, None)],
    "R-1": [Item("r", NUMBER, 2, None, None), Item("title", TEXT, None, None, None)],
}


class World:
    form = "A"

    def form_code(self, name):
        code = name.replace("_", "-")
        return code if code in ITEMS else None

    def item(self, form, name):
        return next((item for item in ITEMS[form] if item.id == name), None)

    def is_table(self, form, section):
        return any(item.section == section for item in ITEMS[form])

    def same_object(self, form):
        return form != "R-1"

    def several_sheets(self, form):
        return form == "M"

    def object_type(self, key):
        return {"sampled": BOOL, "industry": TEXT}.get(key)

    def group(self, name):
        return {"coal": ("1",), "gas": ("2",)}[name]
