"""Evidence files on disk: what is accepted, and where the bytes lie. Knows no database.

A file lies under MEDIA_ROOT by its SHA-256 and is never changed or overwritten; the same bytes are kept once.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

# ending -> (content type, how the content must begin; a pair is (offset, bytes)). The ending alone proves nothing.
KINDS: dict[str, tuple[str, tuple[tuple[int, bytes], ...]]] = {
    "jpg": ("image/jpeg", ((0, b"\xff\xd8\xff"),)),
    "jpeg": ("image/jpeg", ((0, b"\xff\xd8\xff"),)),
    "png": ("image/png", ((0, b"\x89PNG\r\n\x1a\n"),)),
    "webp": ("image/webp", ((8, b"WEBP"),)),
    "heic": ("image/heic", ((4, b"ftyp"),)),
    "pdf": ("application/pdf", ((0, b"%PDF-"),)),
    "mp4": ("video/mp4", ((4, b"ftyp"),)),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ((0, _ZIP),)),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ((0, _ZIP),)),
    "doc": ("application/msword", ((0, _OLE),)),
    "xls": ("application/vnd.ms-excel", ((0, _OLE),)),
}
SHOWN_INLINE = frozenset({"image/jpeg", "image/png", "image/webp"})
_NAME_LIMIT = 120
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What is known of a file once it lies in the store. *size* in bytes, *sha256* in hex."""

    name: str
    content_type: str
    size: int
    sha256: str


def store(upload: UploadedFile) -> StoredFile:
    """Check *upload* and put it into the store. Raises ValidationError with what is wrong and what to do.

    The bytes are on disk before the database row exists: a transaction that fails afterwards leaves a file
    without a row, never a row without a file.
    """
    name = clean_name(upload.name or "")
    content_type = _content_type(name, upload)
    limit = settings.UPLOAD_MAX_BYTES
    if upload.size > limit:
        raise ValidationError(
            _(
                "“%(name)s” has %(size)d MB; a file may have at most %(limit)d MB. Make it smaller or split it."
            )
            % {"name": name, "size": upload.size >> 20, "limit": limit >> 20}
        )
    sha256 = _write(upload)
    return StoredFile(name, content_type, upload.size, sha256)


def path_of(sha256: str) -> Path:
    """Where the file of that hash lies."""
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256[2:4] / sha256


def open_stored(sha256: str) -> BinaryIO:
    """Open a stored file. Raises FileNotFoundError when the store has lost it."""
    return path_of(sha256).open("rb")


def clean_name(name: str) -> str:
    """The last part of *name* without control characters, at most 120 characters, its ending kept."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    base = "".join(c for c in unicodedata.normalize("NFC", base) if unicodedata.category(c)[0] != "C").strip(
        ". "
    )
    stem, dot, ending = base.rpartition(".")
    return (stem[: _NAME_LIMIT - len(ending) - 1] + dot + ending) if dot else base[:_NAME_LIMIT]


def _content_type(name: str, upload: UploadedFile) -> str:
    ending = name.rpartition(".")[2].lower()
    if ending not in KINDS:
        raise ValidationError(
            _("“%(name)s” cannot be taken: allowed are pictures, PDF, Word, Excel and MP4 (%(endings)s).")
            % {"name": name or "?", "endings": ", ".join(sorted(KINDS))}
        )
    content_type, beginnings = KINDS[ending]
    head = upload.read(16)
    upload.seek(0)
    if not head:
        raise ValidationError(_("“%(name)s” is empty. Choose the file again.") % {"name": name})
    if not all(head[at : at + len(begin)] == begin for at, begin in beginnings):
        raise ValidationError(
            _("“%(name)s” is not what its ending says (%(ending)s). Save it again in that format.")
            % {"name": name, "ending": ending}
        )
    return content_type


def _write(upload: UploadedFile) -> str:
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=root, prefix="incoming-", delete=False) as handle:
        temporary = Path(handle.name)
        try:
            for block in upload.chunks(_BLOCK):
                digest.update(block)
                handle.write(block)
            handle.flush()
            os.fsync(handle.fileno())
            target = path_of(digest.hexdigest())
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    return digest.hexdigest()
