"""When a later start may skip the preparation: only where neither files nor database are others than it left."""

import os

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from census.local import standing
from census.places.models import ReferenceFile
from tests.factories import make_person


@pytest.fixture
def tree(tmp_path):
    """A small repository with one file a room."""
    for room in standing.READ:
        (tmp_path / room).mkdir()
        (tmp_path / room / "a.py").write_text("1")
    return tmp_path


def test_an_edit_a_new_file_or_other_packages_show(tree):
    seen = {standing.files(tree)}
    (tree / "census" / "a.py").write_text("22")
    seen.add(standing.files(tree))
    (tree / "locale" / "b.po").write_text("")
    seen.add(standing.files(tree))
    (tree / ".venv").mkdir()
    (tree / ".venv" / ".stamp-run").write_text("x")
    seen.add(standing.files(tree))
    assert len(seen) == 4
    (tree / "census" / "__pycache__").mkdir()
    (tree / "census" / "__pycache__" / "a.pyc").write_text("x")
    (tree / "elsewhere.py").write_text("x")
    assert standing.files(tree) in seen


def test_what_was_remembered_holds_until_something_changes(tmp_path, monkeypatch):
    note, now = tmp_path / "prepared.json", {"files": "f", "state": "s"}
    monkeypatch.setattr(standing, "files", lambda: now["files"])
    monkeypatch.setattr(standing, "state", lambda url: now["state"])
    assert standing.remembered(note, "url") is None
    standing.remember(note, "url", "names", "f")
    assert standing.remembered(note, "url") is None, "the compiled texts are not there"
    texts = tmp_path / standing.CATALOGUE
    texts.parent.mkdir(parents=True)
    texts.write_bytes(b"")
    assert standing.remembered(note, "url") == "names"
    for name, other in (("files", "edited"), ("state", "migrated back"), ("state", "")):
        kept, now[name] = now[name], other
        assert standing.remembered(note, "url") is None
        now[name] = kept
    standing.remember(note, "url", "names", "before an edit")
    assert standing.remembered(note, "url") is None
    note.write_text("{")
    assert standing.remembered(note, "url") is None


@pytest.mark.django_db(transaction=True)
def test_the_database_says_what_it_holds(tmp_path):
    settings = connection.settings_dict
    host = settings["HOST"] or os.environ.get("PGHOST", "")
    url = f"postgresql:///{settings['NAME']}?host={host}&port={settings['PORT']}&user={settings['USER']}"
    assert standing.state("postgresql:///nothing?host=/nowhere&user=x") == ""
    ReferenceFile.objects.all().delete()
    assert standing.state(url) == "", "no reference data"
    ReferenceFile.objects.create(name="a", sha256="1" * 64, rows=1)
    first = standing.state(url)
    assert first
    make_person("auditor", "000000000000")
    second = standing.state(url)
    ReferenceFile.objects.update(sha256="2" * 64)
    assert len({first, second, standing.state(url)}) == 3
    get_user_model().objects.all().delete()
