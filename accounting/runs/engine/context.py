"""What a shard knows: its objects, documents, code lists and the parameters of the run. Pure; no database."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property

import numpy as np

from sources.forms import catalogue

from .documents import Documents
from .plants import plant_table
from .table import Column, Table

DEFAULT_PARAMETERS: Mapping[str, Mapping[str, object]] = {
    "density": {"petrol": 0.74, "diesel": 0.84},
    "vehicles": {"year": 2017},
    "livestock": {"formulas": ["mode_share", "streams"]},
    "monitoring": {"unproven": "accepted"},
}
"""Parameters of a run where the starter chose nothing; stored with the run, shown on its page.

density: t/m3 of station and depot throughput (petrol 0.725 to 0.75 and diesel 0.84 in the sources).
vehicles: year (deterioration), and optionally temperature °C, humidity %, altitude m, speed km/h, petrol_sulfur
and diesel_sulfur ppm, load %; what is absent is not corrected for.
livestock: discharge formulas in order of preference.
monitoring: unproven accepted or refused, where the form does not show that the monitoring is valid (validity.yaml).
"""


@dataclass
class Context:
    """One shard. ``objects``: a table with id, kind, category, region, industry, name, attributes by position.

    ``credited``: sewage plants of other shards whose removal is credited to the towns of this one (a city's own
    shard: plants of its counties that have no town object). None: the plants of this shard are.
    """

    objects: Table
    documents: Mapping[str, Documents]
    parameters: Mapping = field(default_factory=lambda: DEFAULT_PARAMETERS)
    credited: Table | None = None

    def form(self, code: str) -> Documents:
        """The documents of a form; none when the shard has no such form."""
        return self.documents.get(code) or Documents(code)

    def parameter(self, group: str, name: str, default: object = None) -> object:
        """A parameter of the run."""
        return self.parameters.get(group, {}).get(name, default)

    def industries(self, positions: Column) -> np.ndarray:
        """Industry codes of the objects at the given positions."""
        return self._column("industry")[positions]

    def regions(self, positions: Column) -> np.ndarray:
        """Region codes of the objects at the given positions."""
        return self._column("region")[positions]

    def cities(self, positions: Column) -> Column:
        """Province and city of the objects at the given positions: the first four digits of their regions."""
        return self.regions(positions).view(Column).map(lambda code: code[:4])

    def by_city(self, rows: Table) -> Iterator[Table]:
        """The rows of each city: factors of the library depend on the city of the object, no finer."""
        cities = self.cities(rows["object"])
        for city in dict.fromkeys(cities):
            yield rows[cities == city]

    def _column(self, name: str) -> np.ndarray:
        return self.objects[name]

    def label(self, codelist: str, code: str) -> str:
        """The Chinese name of a code; the code itself where the list has none."""
        return labels(codelist).get(code, code)

    def fuel_unit(self, code: str) -> str:
        """Unit a fuel is reported in: 1e4m3 for gases, else t."""
        return "1e4m3" if code in fuels("gas") else "t"

    def inputs(self, rows: Table, where: np.ndarray | None = None, **items: str) -> np.ndarray:
        """Small mappings {name: value} of the named columns, blanks left out; None outside ``where``."""
        columns = [(name, rows[column].tolist()) for name, column in items.items()]
        result = np.empty(len(rows), dtype=object)
        for position in range(len(rows)) if where is None else np.flatnonzero(where):
            result[position] = {
                name: values[position]
                for name, values in columns
                if values[position] == values[position] and values[position] != ""
            }
        return result

    @cached_property
    def plants(self) -> Table:
        """The sewage plants of the shard (see centralized.plant_table)."""
        return plant_table(self.documents, self._column("name"))

    @cached_property
    def town_plants(self) -> Table:
        """The plants whose removal is credited to the towns here; rural facilities serve villages, not towns."""
        plants = self.plants if self.credited is None else self.credited
        return plants[plants["plant_type"] != "3"]

    @cached_property
    def _outlets(self) -> dict[tuple[int, str], tuple[str, str]]:
        rows = self.form("G102").rows(
            "outlets",
            numbers=["discharge_m3"],
            texts=["outlet_code", "drainage_destination", "receiving_plant_name"],
        )
        known: dict[tuple[int, str], tuple[str, str]] = {}
        largest: dict[int, float] = {}
        for obj, code, to, plant, volume in zip(
            rows["object"], rows["outlet_code"], rows["drainage_destination"], rows["receiving_plant_name"],
            rows["discharge_m3"], strict=True,
        ):  # fmt: skip
            if code:
                known[obj, code] = (to, plant)
            volume = -1.0 if volume != volume else volume
            if obj not in largest or volume > largest[obj]:
                largest[obj] = volume
                known[obj, ""] = (to, plant)
        return known

    def outlets(self) -> dict[tuple[int, str], tuple[str, str]]:
        """(object, outlet code) -> (destination code, receiving plant); code '' is the largest outlet."""
        return self._outlets


@cache
def labels(codelist: str) -> dict[str, str]:
    """Code -> Chinese name of a code list of the forms."""
    return {item.code: item.zh for item in catalogue.load().codelists[codelist].items}


@cache
def fuels(group: str) -> frozenset[str]:
    """Fuel codes of a group of the code list: coal, or gas, which is reported in 10^4 m3."""
    return frozenset(item.code for item in catalogue.load().codelists["fuel"].items if item.group == group)
