"""Enterprises: what each makes, how much, and which gates of form G101-1 it passes."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from census import declarations
from census.places.models import Industry
from sources.demo import names
from sources.demo.draw import Draw
from sources.demo.register import Batch

DATA = Path(__file__).parent / "data"
# gross output in thousand yuan from which an enterprise is large, medium, small; micro below
SIZE_LIMITS = ((400_000, "1"), (20_000, "2"), (3_000, "3"))
GATES = (
    *("wastewater", "boiler", "furnace", "clinker", "tank", "voc", "storage", "other", "solid", "hazardous"),
    *("risk", "power"),
)


UNITS = {"kL": "千升", "m3": "立方米", "kg": "千克"}


@dataclass(frozen=True, slots=True)
class Link:
    """An accounting link with a published generation coefficient (one row of coefficients.csv)."""

    key: str
    link: str
    product: str
    material: str
    process: str
    scale: str
    pollutant: str
    coefficient: float
    unit: str
    basis: str
    material_per_kyuan: float


def activity_unit(link: Link) -> str:
    """Chinese unit of the amount that the coefficient is multiplied with."""
    return UNITS.get(link.unit.split("/")[1].split("-")[0], "吨")


@lru_cache(maxsize=1)
def profiles() -> list[dict[str, Any]]:
    """The industries of industries.yaml."""
    return declarations.read(DATA / "industries.yaml")["industries"]


@lru_cache(maxsize=1)
def links() -> dict[str, list[Link]]:
    """Accounting links by key."""
    found: dict[str, list[Link]] = {}
    with (DATA / "coefficients.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            row.pop("confidence"), row.pop("source")
            row["coefficient"] = float(row["coefficient"])
            row["material_per_kyuan"] = float(row["material_per_kyuan"] or 0)
            found.setdefault(row["key"], []).append(Link(**row))
    return found


@dataclass(slots=True)
class Enterprises:
    """The enterprises of a county; arrays run over them."""

    batch: Batch
    profile: np.ndarray  # index into profiles()
    running: np.ndarray
    output: np.ndarray  # thousand yuan a year
    hours: np.ndarray
    gates: dict[str, np.ndarray]
    product: np.ndarray  # units of product a year
    has_outlet: np.ndarray
    monitored: np.ndarray

    @property
    def draw(self) -> Draw:
        return self.batch.draw

    def of(self, *path: Any, rows: np.ndarray | None = None, dtype: Any = object) -> np.ndarray:
        """A value of each enterprise's profile, e.g. ``of("product", 0)``; blank where it has none."""
        table = []
        for profile in profiles():
            value: Any = profile
            for key in path:
                value = None if value is None else value.get(key) if isinstance(value, dict) else value[key]
            table.append(value)
        cells = np.empty(len(table), dtype=dtype)
        cells[:] = table
        return cells[self.profile if rows is None else self.profile[rows]]

    def links_of(self, row: int) -> list[Link]:
        keys = profiles()[self.profile[row]].get("links", [])
        return [link for key in keys for link in links()[str(key)]]


def enterprises(batch: Batch) -> Enterprises:
    """Draw the enterprises of *batch* and fill in its names, industries, sizes and attributes."""
    draw, size, table = batch.draw, len(batch), profiles()
    shares = np.array([profile["share"] for profile in table], dtype=float)
    profile = draw.rng.choice(len(table), size, p=shares / shares.sum())
    median = np.array([entry["output"] for entry in table], dtype=float)[profile]
    output = np.round(draw.around(size, median, 1.0, low=150, high=6_000_000))
    running = draw.chance(size, 0.94)
    hours = np.select(
        [output > 150_000, output > 20_000],
        [draw.pick(size, [7200, 7680, 7920, 8000]), draw.pick(size, [3600, 4800, 7200])],
        draw.pick(size, [1800, 2100, 2400, 2700, 3000]),
    ).astype(float)
    chances = {
        gate: np.array([entry["chances"].get(gate, 0.0) for entry in table])[profile] for gate in GATES
    }
    gates = {gate: draw.chance(size, chance) & running for gate, chance in chances.items()}
    gates["boiler"] |= gates["power"]
    price = np.array([entry["product"][3] for entry in table], dtype=float)[profile]
    has_outlet = gates["wastewater"] & draw.chance(size, 0.93)
    big = draw.chance(size, np.clip(output / 400_000, 0.0, 0.9))
    monitored = big & (has_outlet | (gates["boiler"] & ~gates["wastewater"]))

    batch.industry = np.array([entry["code"] for entry in table], dtype=object)[profile]
    classes = np.select([output >= limit for limit, _ in SIZE_LIMITS], [code for _, code in SIZE_LIMITS], "4")
    batch.size = classes.astype(object)
    batch.operating = np.where(running, "1", "2").astype(object)
    made = [entry["product"][0].replace("、", "") for entry in table]
    batch.name = np.array(
        [
            f"{batch.county.short}{brand}{made[kind]}{'厂' if small else '有限公司'}{names.MARK}"
            for brand, kind, small in zip(
                names.brands(draw, size), profile.tolist(), (output < 1500).tolist(), strict=True
            )
        ],
        dtype=object,
    )
    found = Enterprises(
        batch,
        profile,
        running,
        output,
        hours,
        gates,
        np.maximum(0.01, np.round(output / price, 2)),
        has_outlet,
        monitored,
    )
    with_links = np.array([bool(entry.get("links")) for entry in table])[profile] & gates["other"] & running
    for row, attributes in enumerate(batch.attributes):
        if monitored[row]:
            attributes["monitored"] = True
        elif with_links[row]:
            attributes["monitored"] = False
        if gates["risk"][row]:
            attributes["risk"] = True
    return found


@lru_cache(maxsize=1)
def industry_names() -> dict[str, str]:
    """Chinese names of the industries."""
    return dict(Industry.objects.values_list("code", "name_zh"))
