"""Gathers the subjects' models for Django."""

from sources.objects.models import CensusObject, ObjectChange
from sources.returns.models import HistorySeal, Return, ReturnVersion
from sources.visits.models import Attachment, Visit

__all__ = ["Attachment", "CensusObject", "HistorySeal", "ObjectChange", "Return", "ReturnVersion", "Visit"]
