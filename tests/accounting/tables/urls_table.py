"""Addresses of summary tables."""

from uuid import uuid4

URLS = {
    "table_list": "table.view",
    "table_book": "export",
    "table_book_start": "export",
    "table_book_file": "export",
    "table_show": "table.view",
    "table_xlsx": "export",
    "table_csv": "export",
    "table_cell": "table.view",
}

# these arguments name a table, not a row of one region; a region outside the scope is refused in test_pages
ANYWHERE = {"table_show", "table_xlsx", "table_csv", "table_cell", "table_book_file"}


def arguments() -> dict[str, dict[str, object]]:
    return {
        "table_show": {"code": "T01"},
        "table_xlsx": {"code": "T01"},
        "table_csv": {"code": "T01"},
        "table_book_file": {"job_id": uuid4()},
        "table_cell": {"code": "T01", "column": "industrial"},
    }
