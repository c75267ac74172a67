"""Gathers the subjects' models for Django."""

from sources.comments.models import Comment, Thread
from sources.objects.models import CensusObject, ObjectChange
from sources.orders.models import UnlockItem, UnlockOrder
from sources.references.models import ReferenceFigure
from sources.returns.models import HistorySeal, Return, ReturnVersion
from sources.visits.models import Attachment, Visit
from sources.waters.models import WaterBody

__all__ = [
    "Attachment",
    "CensusObject",
    "Comment",
    "HistorySeal",
    "ObjectChange",
    "ReferenceFigure",
    "Return",
    "ReturnVersion",
    "Thread",
    "UnlockItem",
    "UnlockOrder",
    "Visit",
    "WaterBody",
]
