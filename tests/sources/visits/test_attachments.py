"""Evidence files: what is taken, what is refused, who may read them."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from census.audit.models import AuditEntry
from sources.visits import files
from sources.visits.attachments import attachment_add, attachment_open, attachments_of
from tests.sources.returns.world import make_object, scope_for

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.mark.django_db
def test_a_file_is_kept_by_hash_and_read_back():
    obj, actor = make_object(), scope_for("county_officer")
    first = attachment_add(
        actor, subject="problem", subject_id=7, obj=obj, upload=SimpleUploadedFile("证据 1.png", PNG)
    )
    again = attachment_add(
        actor, subject="problem", subject_id=7, obj=obj, upload=SimpleUploadedFile("b.png", PNG)
    )
    assert first.sha256 == again.sha256
    assert first.name == "证据 1.png"
    with attachment_open(actor, attachment=first) as handle:
        assert handle.read() == PNG
    assert [row.id for row in attachments_of(actor, subject="problem", subject_ids=[7])["7"]] == [
        first.id,
        again.id,
    ]
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["attachment.added", "attachment.added", "attachment.read"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.html", b"<script>alert(1)</script>", "allowed are"),
        ("a.svg", b"<svg onload=alert(1)>", "allowed are"),
        ("a.png", b"<html>not a picture</html>", "not what its ending says"),
        ("a.pdf", b"", "is empty"),
        ("noending", PNG, "allowed are"),
    ],
)
def test_what_is_no_evidence_is_refused_with_a_reason(name, content, why, english):
    with pytest.raises(ValidationError, match=why):
        attachment_add(
            scope_for("county_officer"),
            subject="problem",
            subject_id=1,
            obj=make_object(),
            upload=SimpleUploadedFile(name, content),
        )


@pytest.mark.django_db
def test_a_file_over_the_limit_is_refused(settings, english):
    settings.UPLOAD_MAX_BYTES = 10
    with pytest.raises(ValidationError, match="at most"):
        attachment_add(
            scope_for("county_officer"),
            subject="problem",
            subject_id=1,
            obj=make_object(),
            upload=SimpleUploadedFile("a.png", PNG),
        )


@pytest.mark.django_db
def test_another_county_and_another_post_may_not_add_or_see():
    obj = make_object()
    upload = SimpleUploadedFile("a.png", PNG)
    with pytest.raises(PermissionDenied):
        attachment_add(
            scope_for("county_officer", region="330803000000"),
            subject="problem",
            subject_id=1,
            obj=obj,
            upload=upload,
        )
    with pytest.raises(PermissionDenied):
        attachment_add(scope_for("auditor"), subject="problem", subject_id=1, obj=obj, upload=upload)
    attachment_add(scope_for("county_officer"), subject="problem", subject_id=1, obj=obj, upload=upload)
    other = scope_for("county_officer", region="330803000000")
    assert attachments_of(other, subject="problem", subject_ids=[1]) == {}


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd.png", "passwd.png"),
        ("C:\\Users\\x\\a.png", "a.png"),
        ("a\x00\n.png", "a.png"),
        ("长" * 200 + ".png", "长" * 116 + ".png"),
    ],
)
def test_names_are_only_names(name, clean):
    assert files.clean_name(name) == clean
