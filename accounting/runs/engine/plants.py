"""Sewage plants as a table: flows and concentrations. Pure; no database."""

from collections.abc import Mapping

import numpy as np

from .documents import Documents
from .table import Table

PLANT_FORMS = ("J101-1", "J101-2", "J101-3")
PLANT = {
    "cod": "COD", "bod": "BOD5", "fat": "animal_vegetable_oil", "tn": "TN", "nh3n": "NH3_N", "tp": "TP",
    "phenol": "volatile_phenol", "cyanide": "cyanide", "as": "As", "pb": "Pb", "cd": "Cd", "cr": "Cr",
    "cr6": "Cr6", "hg": "Hg",
}  # fmt: skip


def plant_table(documents: Mapping[str, Documents], names: np.ndarray) -> Table:
    """Sewage plants by position: flows in m3, concentrations in_<pollutant>, out_<pollutant> in mg/L, name.

    ``plant_type``: 1 town, 2 industrial, 3 rural, 4 other (J101-1).
    """
    basics, operation, quality = (documents.get(form) or Documents(form) for form in PLANT_FORMS)
    flows = operation.items(numbers=["treated_wm3", "treated_domestic_wm3", "reclaimed_wm3", "dry_sludge_t"])
    numbers = [f"{item}_{end}_annual_mgl" for item in PLANT for end in ("in", "out")]
    measured = quality.items(numbers=numbers)
    measured = measured.firsts("object")[["object", *numbers]]
    types = basics.items(texts=["plant_type"]).firsts("object")[["object", "plant_type"]]
    table = flows.join(measured, "object").join(types, "object")
    columns = {
        f"{end}_{pollutant}": table[f"{item}_{end}_annual_mgl"]
        for item, pollutant in PLANT.items()
        for end in ("in", "out")
    }
    return table.assign(
        name=names[table["object"]],
        treated_m3=table["treated_wm3"] * 1e4,
        treated_domestic_m3=table["treated_domestic_wm3"] * 1e4,
        reclaimed_m3=table["reclaimed_wm3"].fillna(0.0) * 1e4,
        **columns,
    )
