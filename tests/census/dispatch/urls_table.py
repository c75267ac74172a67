"""Addresses of dispatch."""

from census.calendar.models import Campaign
from census.dispatch.models import Document, Recipient
from tests.factories import CITY, COUNTY

URLS = {
    "dispatch_board": "dispatch.view",
    "dispatch_count": "dispatch.issue",
    "dispatch_wall": "dispatch.view",
    "dispatch_wall_json": "dispatch.view",
    "dispatch_rhythm": "dispatch.issue",
    "dispatch_targets": "dispatch.issue",
    "dispatch_target_remove": "dispatch.issue",
    "document_list": "dispatch.view",
    "document_new": "dispatch.issue",
    "document_detail": "dispatch.view",
    "document_edit": "dispatch.issue",
    "document_issue": "dispatch.issue",
    "document_discard": "dispatch.issue",
    "document_close": "dispatch.issue",
    "document_receive": "dispatch.reply",
    "document_reply": "dispatch.reply",
    "document_decide": "dispatch.issue",
    "document_docx": "dispatch.view",
    "document_pdf": "dispatch.view",
}

# a letter of one office is answered by another: who has the capability may still not be the one addressed
ROW_DECIDES = {
    "document_issue",
    "document_discard",
    "document_close",
    "document_receive",
    "document_reply",
    "document_decide",
}


def arguments() -> dict[str, dict[str, object]]:
    """A letter of the city to the first county."""
    campaign, _made = Campaign.objects.get_or_create(
        code="urls", defaults={"name_zh": "普查", "name_en": "Census", "reference_date": "2017-12-31"}
    )
    letter = Document.objects.create(
        campaign=campaign,
        region=CITY,
        office_name="Office",
        kind="supervision",
        year=2018,
        number=1,
        title="Letter",
        body="Text",
        deadline="2018-10-01",
        state="issued",
        created_by_name="somebody",
    )
    Recipient.objects.create(
        document=letter, issuer=CITY, deadline=letter.deadline, region=COUNTY, state="issued"
    )
    without = {"document_list", "document_new"}
    return {
        name: {"document_id": letter.id}
        for name in URLS
        if name.startswith("document_") and name not in without
    }
