"""Gathers the subjects' models for Django."""

from accounting.bulletin.models import Report, ReportEvent, ReportFile
from accounting.changes.models import Change, ChangeRow
from accounting.comparing.models import Comparison, Difference, Portion
from accounting.crosscheck.models import MethodExplanation, MethodGap
from accounting.cuts.models import Cut, FrozenTable, Part
from accounting.factors.models import ControlTechnology, Edition, Factor
from accounting.maps.models import PointSet
from accounting.publication.models import Publication
from accounting.runs.models import Basis, Gap, Line, Run, Shard

__all__ = [
    "Basis",
    "Change",
    "ChangeRow",
    "Comparison",
    "ControlTechnology",
    "Cut",
    "Difference",
    "Edition",
    "Factor",
    "FrozenTable",
    "Gap",
    "Line",
    "MethodExplanation",
    "MethodGap",
    "Part",
    "PointSet",
    "Portion",
    "Publication",
    "Report",
    "ReportEvent",
    "ReportFile",
    "Run",
    "Shard",
]
