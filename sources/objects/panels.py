"""Panels that upper rooms put on an object's page (a ``CensusObject``), above its history; see ``census.ui.panels``."""

from __future__ import annotations

from census.ui.panels import Panels

PANELS = Panels()
register_panel = PANELS.register
panels_of = PANELS.of
