"""The linter: one small faulty file for every kind of fault, and all faults at once."""

import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
import yaml

from sources.forms.catalogue import DEFINITIONS, DefinitionError, load
from sources.forms.lint import lint, main

CASES = Path(__file__).parent / "cases"
FAULTY = sorted(case.name for case in CASES.iterdir() if case.name != "valid")
ALSO = {  # what else must follow: names of a file that cannot be read are unknown elsewhere
    "no-kind": {"other-object"},
    "file-name": {"unknown-form"},
    "not-yaml": {"unknown-form"},
}


def overlay(tmp_path: Path, *cases: str) -> Path:
    folder = tmp_path / "definitions"
    for case in ("valid", *cases):
        shutil.copytree(CASES / case, folder, dirs_exist_ok=True)
    return folder


def test_the_valid_case_has_no_fault(tmp_path):
    folder = overlay(tmp_path)
    assert lint(folder) == []
    catalogue = load(folder)
    assert [item.id for item in catalogue.forms["T1"].sections[-1].indicators] == ["sign_filled_by"]
    assert "sign_filled_by" not in catalogue.forms["T2"].indicators  # inventory forms have their own


@pytest.mark.parametrize("case", FAULTY)
def test_each_fault_is_found_where_it_is(case, tmp_path):
    faults = lint(overlay(tmp_path, case))
    assert case in {fault.code for fault in faults}
    assert {fault.code for fault in faults} <= {case} | ALSO.get(case, set())
    changed = {path.relative_to(CASES / case).as_posix() for path in (CASES / case).rglob("*.yaml")}
    if case not in ("needs-sum", "no-kind"):  # there the fault shows in another file than the one changed
        assert {fault.file for fault in faults if fault.code == case} == changed
    assert all(fault.message for fault in faults)


def test_all_faults_of_all_files_come_at_once(tmp_path, capsys):
    folder = overlay(tmp_path, "bad-choice")
    (folder / "T1.yaml").write_text(
        (CASES / "missing-key" / "T1.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    text = (folder / "T2.yaml").read_text(encoding="utf-8")
    (folder / "T2.yaml").write_text(
        text.replace("integer", "number").replace("[0, null]", "[5, 1]"), encoding="utf-8"
    )
    assert {fault.file for fault in lint(folder)} == {"T1.yaml", "T2.yaml", "codelists/colours.yaml"}
    assert main([str(folder)]) == 1
    assert capsys.readouterr().out.count("\n") == len(lint(folder)) > 3
    with pytest.raises(DefinitionError, match="layout is missing"):
        load(folder)


def test_a_key_given_twice_is_a_fault(tmp_path):
    folder = overlay(tmp_path)
    text = (folder / "T1.yaml").read_text(encoding="utf-8")
    (folder / "T1.yaml").write_text(
        text.replace("min_rows: 1\n", "min_rows: 1\n  min_rows: 2\n"), encoding="utf-8"
    )
    fault = lint(folder)[0]
    assert (fault.file, fault.code) == ("T1.yaml", "not-yaml")
    assert "'min_rows' twice" in fault.message
    assert "line" in fault.message


WRONG = (None, True, 5, -1.5, "", "x", "when", [], [[]], {}, {"zh": 1}, {"zh": "a", "en": "b", "fr": "c"})


def places(data, found=None):
    """Every (container, key) of nested data."""
    found = [] if found is None else found
    for key in list(data) if isinstance(data, dict) else range(len(data)):
        found.append((data, key))
        if isinstance(data[key], dict | list):
            places(data[key], found)
    return found


@pytest.mark.parametrize(
    "name", ["T1.yaml", "form_sets.yaml", "codelists/colours.yaml", "blocks/standard_blocks.yaml"]
)
def test_anything_in_a_file_is_a_fault_and_never_a_crash(name, tmp_path):
    folder, random = overlay(tmp_path), Random(name)
    original = (folder / name).read_text(encoding="utf-8")
    count = len(places(yaml.safe_load(original)))
    for place in range(count):
        for wrong in random.sample(WRONG, 4):
            data = yaml.safe_load(original)
            container, key = places(data)[place]
            container[key] = wrong
            (folder / name).write_text(yaml.safe_dump(data), encoding="utf-8")
            assert all(fault.message for fault in lint(folder))


def test_the_definitions_of_the_census_have_no_fault():
    assert lint(DEFINITIONS) == []
    done = subprocess.run(
        [sys.executable, "-m", "sources.forms.lint"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr.strip()) == (0, "", "65 forms, 0 faults")


def test_the_version_follows_the_content(tmp_path):
    first = load(overlay(tmp_path)).forms
    changed = tmp_path / "changed"
    shutil.copytree(tmp_path / "definitions", changed)
    colours = changed / "codelists" / "colours.yaml"
    colours.write_text(colours.read_text(encoding="utf-8").replace("Green", "Blue"), encoding="utf-8")
    second = load(changed).forms
    assert first["T1"].version != second["T1"].version  # uses the list
    assert first["T2"].version == second["T2"].version
    assert len(first["T1"].version) == 64
