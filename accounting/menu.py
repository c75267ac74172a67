"""The room's entries of the side menu and its home card."""

from django.utils.translation import gettext_lazy as _

from accounting.crosscheck.queries import waiting
from accounting.runs.cards import run_card
from census.ui.menu import add_card, add_entry

GROUP = _("Accounting and results")


def register() -> None:
    """Add the entries of tables, map, runs and the factor library."""
    add_entry("table_list", _("Summary tables"), "table", "table.view", GROUP, 400)
    add_entry("analysis_page", _("Analysis"), "chart-line", "table.view", GROUP, 405)
    add_entry("map_page", _("Result map"), "map-2", "table.view", GROUP, 410)
    add_entry("cut_list", _("Data cuts"), "stack-pop", "table.view", GROUP, 415)
    add_entry("report_list", _("Reports and bulletin"), "file-certificate", "table.view", GROUP, 417)
    add_entry("run_list", _("Accounting runs"), "calculator", "accounting.view", GROUP, 420)
    add_entry(
        "crosscheck_list",
        _("Methods side by side"),
        "arrows-diff",
        "accounting.view",
        GROUP,
        425,
        badge=waiting,
    )
    add_entry("factor_list", _("Factor library"), "book-2", "factor.view", GROUP, 430)
    add_entry("change_list", _("Factor changes"), "git-pull-request", "factor.view", GROUP, 435)
    add_card("accounting/runs/card.html", "accounting.view", run_card, 400)
