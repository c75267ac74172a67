"""Addresses of visits and evidence files: name -> capability; and arguments that lead to rows."""

from sources.visits.models import Attachment
from tests.factories import COUNTY
from tests.sources.returns.world import make_object

URLS = {
    "attachment_download": "register.view",
    "visit_list": "register.view",
    "visit_add": "register.edit",
}


def arguments():
    obj = make_object(kind="petrol_station", region=COUNTY)
    file = Attachment.objects.create(
        object_id=obj.id,
        region=obj.region,
        category=obj.category,
        subject="object",
        subject_id=str(obj.id),
        name="lost.png",
        content_type="image/png",
        size=1,
        sha256="0" * 64,
        uploaded_by_name="甲",
    )
    return {
        "attachment_download": {"attachment_id": file.id},
        "visit_list": {"object_id": obj.id},
        "visit_add": {"object_id": obj.id},
    }
