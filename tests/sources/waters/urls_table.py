"""Addresses of the water bodies: name -> capability."""

URLS = {
    "water_list": "reference.view",
    "water_assigned": "reference.view",
    "water_load": "reference.load",
    "water_template": "reference.load",
}
