"""Disclosure control of published magnitude tables: which cells must be hidden so that none can be derived. Pure.

``rules`` say which cells are sensitive and how wide each must stay open (primary suppression), ``grid`` is a table
with its totals, ``protect`` hides further cells until that holds (secondary suppression), ``audit`` attacks the
result as a reader would. Terms and formulas: Hundepool et al., Handbook on Statistical Disclosure Control
(ESSnet SDC, 2010), chapter 4.
"""

from accounting.publication.disclosure.audit import Interval, intervals
from accounting.publication.disclosure.grid import Grid, Tree, cells_of
from accounting.publication.disclosure.protect import TOLERANCE, Protected, protect
from accounting.publication.disclosure.rules import Rules, assess

__all__ = [
    "TOLERANCE",
    "Grid",
    "Interval",
    "Protected",
    "Rules",
    "Tree",
    "assess",
    "cells_of",
    "intervals",
    "protect",
]
