"""Panels that upper rooms put beside a form on its page (a ``Return``); see ``census.ui.panels``.

A panel is told of saves: ``[data-entry]`` fires ``entry-saved`` (bubbling, ``detail.version``) when the server has
taken a change; with htmx: ``hx-trigger="entry-saved from:body"``.
"""

from __future__ import annotations

from census.ui.panels import Panels

PANELS = Panels()
register_panel = PANELS.register
panels_of = PANELS.of
