"""Addresses of the methods side by side."""

URLS = {
    "crosscheck_list": "accounting.view",
    "crosscheck_xlsx": "export",
    "crosscheck_explain": "problem.answer",
    "crosscheck_return": "problem.check",
}
# answering is for those who may also see accounting results
ROW_DECIDES = {"crosscheck_explain"}
