"""Addresses of outside figures: name -> capability."""

URLS = {
    "reference_list": "reference.view",
    "reference_load": "reference.load",
    "reference_template": "reference.load",
}
