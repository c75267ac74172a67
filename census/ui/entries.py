"""The menu entries and home cards of the room census."""

from django.utils.translation import gettext_lazy as _

from census.dispatch import menu as dispatch
from census.dispatch import tasks as _dispatch_tasks  # noqa: F401 - registers the job kind
from census.jobs.cards import running_jobs
from census.people.cards import account_care
from census.ui.menu import add_card, add_entry


def register() -> None:
    """Called once, from the app's ``ready``."""
    reference, administration = _("Reference data"), _("Administration")
    add_entry("home", _("Home"), "home", "home", _("Work"), 100)
    add_entry("district_list", _("Census districts"), "map-pin", "register.view", reference, 910)
    add_entry("region_browser", _("Divisions"), "map-2", "home", reference, 920)
    add_entry("industry_browser", _("Industries"), "building-factory-2", "home", reference, 930)
    add_entry("code_lists", _("Code lists"), "list-numbers", "home", reference, 940)
    add_entry("people_list", _("People and posts"), "users", "people.view", administration, 950)
    add_entry("office_list", _("Census offices"), "building", "people.view", administration, 952)
    add_entry("rights", _("Posts and rights"), "shield-check", "home", administration, 954)
    add_entry("audit_list", _("Audit log"), "history", "audit.view", administration, 956)
    add_entry("job_list", _("Background jobs"), "clock-play", "home", administration, 960)
    add_card("census/jobs/card.html", "home", running_jobs, 50)
    add_card("census/people/card.html", "people.manage", account_care, 900)
    dispatch.register()
