"""The shipped rules are read again only when their files are others than those loaded last."""

from __future__ import annotations

import shutil

import pytest

from review.editor import importing
from review.editor.models import RuleVersion

pytestmark = pytest.mark.django_db


def test_the_same_files_are_read_once(monkeypatch):
    assert importing.rules_update().added > 0
    monkeypatch.setattr(importing, "audit_rules", lambda: pytest.fail("the catalogue was read again"))
    assert importing.rules_update() is None


def test_changed_files_and_an_emptied_table_are_noticed(monkeypatch, tmp_path):
    first = importing.rules_update()
    changed = tmp_path / "catalogue"
    shutil.copytree(importing.FOLDER, changed)
    monkeypatch.setattr(importing, "FOLDER", changed)
    assert importing.rules_update() is None
    with (changed / "logic.yaml").open("a", encoding="utf-8") as file:
        file.write("\n# another edition\n")
    assert importing.rules_update().unchanged == first.added
    assert importing.rules_update() is None
    RuleVersion.objects.all().delete()
    assert importing.rules_update().added == first.added
