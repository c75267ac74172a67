"""Addresses of factor changes."""

from accounting.changes.models import Change
from accounting.factors.models import Edition, Factor

URLS = {
    "change_list": "factor.view",
    "change_new": "factor.change",
    "edition_new": "factor.change",
    "change_show": "factor.view",
    "change_template": "factor.change",
    "handbook_template": "factor.change",
    "change_handbook": "factor.change",
    "change_take": "factor.change",
    "change_waiting": "factor.change",
    "change_file": "factor.change",
    "change_report": "factor.view",
    "change_drop": "factor.change",
    "change_try": "factor.change",
    "change_move": "factor.change",
    "change_send_back": "factor.change",
    "library_xlsx": "export",
    "factor_propose": "factor.change",
}
# the author edits, somebody else decides: the row says who may
ANYWHERE = {
    "change_show",
    "change_report",
    "change_handbook",
    "change_waiting",
    "factor_propose",
}  # the library is the whole country's
ROW_DECIDES = {"change_file", "change_drop", "change_move", "change_send_back", "change_take"}


def arguments() -> dict[str, dict[str, object]]:
    change = Change.objects.create(
        number=900001, title="x", reason="x", created_by_name="x",
        report={"faults": [], "warnings": [], "counts": {}, "table": []},
    )  # fmt: skip
    edition, _made = Edition.objects.get_or_create(
        code="urls", defaults={"position": 99, "kind": "study", "year": 2017, "official": False}
    )
    factor = Factor.objects.create(
        code="urls-change", edition=edition, sector="industrial", industry="1351", pollutant="COD", kind="generation",
        value=1, value_unit="kg/t", confidence="recalled", source="x", content_hash="x",
    )  # fmt: skip
    names = (
        "change_show", "change_file", "change_report", "change_drop", "change_try", "change_send_back",
        "change_handbook", "change_take", "change_waiting",
    )  # fmt: skip
    return {
        **{name: {"pk": change.pk} for name in names},
        "change_move": {"pk": change.pk, "move": "submit"},
        "factor_propose": {"pk": factor.pk},
    }
