"""Disclosure control of published tables: which cells must be hidden so that none can be derived. Pure.

``rules`` say which cells are sensitive and how wide each must stay open (primary suppression), ``grid`` is a table
with its totals, ``beside`` ties it to other tables, ``protect`` hides further cells until that holds (secondary
suppression), ``audit`` attacks the result as a reader would. Terms and formulas: Hundepool et al., Handbook on
Statistical Disclosure Control (ESSnet SDC, 2010), chapters 4 (amounts) and 5 (numbers of objects).
"""

from accounting.publication.disclosure.audit import Interval, intervals
from accounting.publication.disclosure.beside import Beside, Settled, Tie, beside
from accounting.publication.disclosure.grid import Grid, Tree, cells_of
from accounting.publication.disclosure.protect import TOLERANCE, Protected, open_enough, protect
from accounting.publication.disclosure.rules import Rules, assess, assess_count

__all__ = [
    "TOLERANCE",
    "Beside",
    "Grid",
    "Interval",
    "Protected",
    "Rules",
    "Settled",
    "Tie",
    "Tree",
    "assess",
    "assess_count",
    "beside",
    "cells_of",
    "intervals",
    "open_enough",
    "protect",
]
