"""Addresses of the analysis pages."""

URLS = {
    "analysis_page": "table.view",
    "analysis_ranking": "table.view",
    "analysis_xlsx": "export",
}
