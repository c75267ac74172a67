"""Identifiers."""

import uuid

import uuid_utils


def new_id() -> uuid.UUID:
    """Return a UUIDv7: time-ordered, so that indexes stay compact, and makeable by a device that is offline."""
    return uuid.UUID(int=uuid_utils.uuid7().int)
