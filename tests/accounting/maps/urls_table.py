"""Addresses of the map."""

from uuid import uuid4

URLS = {
    "map_page": "table.view",
    "map_shapes": "table.view",
    "map_values": "table.view",
    "map_points": "table.view",
    "map_districts": "dispatch.view",
    "map_district": "dispatch.view",
    "map_find": "table.view",
    "map_card": "table.view",
    "map_water": "table.view",
}


def arguments() -> dict[str, dict[str, object]]:
    return {name: {"pk": uuid4()} for name in ("map_card", "map_water", "map_district")}
