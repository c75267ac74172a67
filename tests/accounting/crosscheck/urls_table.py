"""Addresses of the methods side by side."""

URLS = {
    "crosscheck_list": "accounting.view",
    "crosscheck_xlsx": "export",
    "crosscheck_explain": "problem.answer",
    "crosscheck_return": "problem.check",
}
