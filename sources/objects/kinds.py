"""The kinds of census object, each in one of the five source categories. Pure.

``level`` is the region level of region-unit ("comprehensive") objects: 2 city, 3 county; None for a place of
its own. ``counted`` follows the bulletin: mobile sources and outfalls are not counted as objects.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Kind:
    code: str
    category: str
    label: str
    letter: str  # marks the kind in identification codes of objects without a credit code
    level: int | None = None


KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("enterprise", "industrial", _("Industrial enterprise"), "G"),
        Kind("park", "industrial", _("Industrial park"), "K"),
        Kind("farm", "agricultural", _("Large-scale livestock farm"), "N"),
        Kind("county_crops", "agricultural", _("County: crop farming"), "A", 3),
        Kind("county_small_farms", "agricultural", _("County: small livestock farms"), "B", 3),
        Kind("county_aquaculture", "agricultural", _("County: aquaculture"), "C", 3),
        Kind("wastewater_plant", "centralized", _("Wastewater treatment plant"), "W"),
        Kind("waste_site", "centralized", _("Municipal solid waste facility"), "L"),
        Kind("hazardous_plant", "centralized", _("Hazardous waste plant"), "H"),
        Kind("village", "domestic", _("Administrative village"), "V"),
        Kind("boiler_unit", "domestic", _("Non-industrial boiler"), "S"),
        Kind("outfall", "domestic", _("Outfall to a river, lake or sea"), "P"),
        Kind("county_domestic", "domestic", _("County: towns, domestic"), "D", 3),
        Kind("city_domestic", "domestic", _("City: urban, domestic"), "E", 2),
        Kind("oil_depot", "mobile", _("Oil depot"), "T"),
        Kind("petrol_station", "mobile", _("Petrol station"), "Y"),
        Kind("oil_carrier", "mobile", _("Oil carrier"), "R"),
        Kind("county_farm_machinery", "mobile", _("County: farm machinery"), "M", 3),
        Kind("county_fishing_vessels", "mobile", _("County: fishing vessels"), "F", 3),
        Kind("city_vehicles", "mobile", _("City: motor vehicles"), "X", 2),
        Kind("city_oil", "mobile", _("City: oil storage, transport and sale"), "Z", 2),
    )
}

STATUSES = {
    "in_scope": _("In the census"),
    "pending": _("To be checked"),
    "out_of_scope": _("Not in the census"),
    "removed": _("Removed"),
}
OPERATING = {"1": _("In operation"), "2": _("Stopped all year"), "3": _("Closed down")}
SIZES = {"1": _("Large"), "2": _("Medium-sized"), "3": _("Small"), "4": _("Micro")}
