"""A paper for the template ``census/documents/paper.html``."""

from __future__ import annotations

from typing import Any

from census.documents.model import Paper, to_json


def on_screen(paper: Paper) -> dict[str, Any]:
    """The paper as JSON, each row of a table as {"cells", "indent", "sum"}."""
    data = to_json(paper)
    for block in data["blocks"]:
        if block["kind"] == "table":
            block["rows"] = [
                {
                    "cells": row,
                    "indent": block["indents"][number] if block["indents"] else 0,
                    "sum": number in block["bold"],
                }
                for number, row in enumerate(block["rows"])
            ]
    return data
