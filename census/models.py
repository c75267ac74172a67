"""Gathers the subjects' models for Django."""

from census.audit.models import AuditEntry
from census.calendar.models import Campaign, Phase
from census.dispatch.models import (
    Document,
    DocumentEvent,
    ProgressCount,
    ProgressDelta,
    Recipient,
    Rhythm,
    Snapshot,
    Target,
)
from census.jobs.models import Job
from census.people.delegation.models import Delegation
from census.people.models import Office, Post, User
from census.places.models import CensusDistrict, CodeItem, Industry, ReferenceFile, Region
from census.saved.models import SavedView
from census.seals.models import Seal

__all__ = [
    "AuditEntry",
    "Campaign",
    "CensusDistrict",
    "CodeItem",
    "Delegation",
    "Document",
    "DocumentEvent",
    "Industry",
    "Job",
    "Office",
    "Phase",
    "Post",
    "ProgressCount",
    "ProgressDelta",
    "Recipient",
    "ReferenceFile",
    "Region",
    "Rhythm",
    "SavedView",
    "Seal",
    "Snapshot",
    "Target",
    "User",
]
