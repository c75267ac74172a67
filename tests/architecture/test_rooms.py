"""The house rules that a test can hold: one-way imports, pure parts, subjects that do not reach into each other."""

import ast
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("census", "sources", "review", "accounting")


def test_import_contracts_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """The contracts of pyproject.toml: census <- sources <- review | accounting, and the pure parts."""
    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None) == 0


def python_files() -> list[Path]:
    return [p for room in ROOMS for p in (ROOT / room).rglob("*.py") if "migrations" not in p.parts]


def test_models_know_no_services_or_views() -> None:
    """What a row can know stands in models.py; verbs and pages are above it."""
    wrong = []
    for path in python_files():
        if path.name != "models.py" or path.parent.name in ROOMS:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").rsplit(".", 1)[-1] in {
                "services",
                "views",
            }:
                wrong.append(f"{path.relative_to(ROOT)} imports {node.module}")
    assert not wrong


def test_code_files_stay_small() -> None:
    """A file over 500 lines holds more than one thing."""
    long = {
        str(path.relative_to(ROOT)): count
        for path in python_files()
        if (count := len(path.read_text("utf-8").splitlines())) > 500
    }
    assert not long


def test_nothing_reads_the_shared_folder() -> None:
    """The knowledge base beside the checkout is copied in with its provenance, never read at run time."""
    beside = ".." + "/shared"
    assert [p for p in python_files() if beside in p.read_text("utf-8")] == []
