"""Gathers the subjects' models for Django."""

from accounting.cuts.models import Cut, FrozenTable, Part
from accounting.factors.models import ControlTechnology, Edition, Factor
from accounting.publication.models import Publication
from accounting.runs.models import Gap, Line, Run, Shard

__all__ = [
    "ControlTechnology",
    "Cut",
    "Edition",
    "Factor",
    "FrozenTable",
    "Gap",
    "Line",
    "Part",
    "Publication",
    "Run",
    "Shard",
]
