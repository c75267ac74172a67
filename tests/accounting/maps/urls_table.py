"""Addresses of the map."""

from uuid import uuid4

URLS = {
    "map_page": "table.view",
    "map_shapes": "table.view",
    "map_values": "table.view",
    "map_points": "table.view",
    "map_find": "table.view",
    "map_card": "table.view",
}


def arguments() -> dict[str, dict[str, object]]:
    return {"map_card": {"pk": uuid4()}}
