"""The worked examples pass, and a wrong file is explained."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounting.methods import examples
from accounting.methods.examples import ExampleError, check_file
from accounting.methods.registry import catalogue

FOLDER = Path(examples.__file__).parent
FILES = sorted(FOLDER.glob("*.yaml"))
ONE = """
examples:
- id: one
  source: a public page
  method: coefficient.emission
  inputs: {activity: 10 t, coefficient: 2 kg/t}
  expected: {discharged: %s}
"""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_published_examples_pass(path):
    rows = list(check_file(path))
    assert rows
    assert [row for row in rows if not row.passes] == []


def test_command_prints_every_figure_and_succeeds():
    out = StringIO()
    call_command("check_examples", *FILES, stdout=out)
    text = out.getvalue()
    assert "flat-glass-quarter/PM" in text
    assert "750 kg" in text
    assert text.rstrip().endswith("figures agree.")


def test_command_names_the_methods_without_a_published_figure(tmp_path):
    file, out = tmp_path / "one.yaml", StringIO()
    file.write_text(ONE % "20 kg", encoding="utf-8")
    call_command("check_examples", file, stdout=out)
    line = next(line for line in out.getvalue().splitlines() if "without a figure" in line)
    assert line.startswith(f"{len(catalogue()) - 1} methods ")
    assert "coefficient.emission," not in line
    assert "coefficient.treated," in line


def test_a_miss_is_shown_and_fails(tmp_path):
    file = tmp_path / "miss.yaml"
    file.write_text(ONE % "21 kg", encoding="utf-8")
    out = StringIO()
    with pytest.raises(CommandError, match="1 of 1 figures missed"):
        call_command("check_examples", file, stdout=out)
    assert "MISS (tolerance 0.5 kg)" in out.getvalue()


@pytest.mark.parametrize(
    ("expected", "passes"),
    [
        ("20 kg", True),
        ("0.02 t", True),
        ("0.0204 t", False),
        ("{value: 20.3 kg, tolerance: 0.3 kg}", True),
        ("{value: 20.3 kg, tolerance: 1 %}", False),
        ("{value: 20.3 kg, tolerance: 2 %}", True),
        ("{value: 19 kg, tolerance: truncated}", True),
        ("{value: 18 kg, tolerance: truncated}", False),
        ("{value: 20 kg, rounded: 0}", True),
    ],
)
def test_tolerances(tmp_path, expected, passes):
    file = tmp_path / "file.yaml"
    file.write_text(ONE % expected, encoding="utf-8")
    assert [row.passes for row in check_file(file)] == [passes]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "coefficient.emission",
            "coefficient.emision",
            "one, case 1: unknown method 'coefficient.emision'; did you mean",
        ),
        ("coefficient: 2 kg/t", "coefficient: 2 kg/t, depth: 1", "unknown input depth"),
        (", coefficient: 2 kg/t", "", "missing input coefficient"),
        ("2 kg/t", "2 kg/m3", "does not fit an activity in 't'"),
        ("10 t", "10 zentner", "unknown unit 'zentner'"),
        ("10 t", "many t", "'many t' is not a number with its unit"),
        ("discharged:", "emitted:", "unknown output 'emitted'; coefficient.emission gives discharged"),
        ("source: a public page", "remark: x", "unknown key remark"),
        ("  source: a public page\n", "", "needs a source"),
        ("- id: one", "- name: one", "example 1: needs an id"),
        ("10 t", "=other.mass", "refers to 'other.mass', which no earlier case has"),
        ("20 kg", "{value: 20 kg, tolerance: 1 m3}", "can not be converted"),
        ("examples:", "beispiele:", "must hold a list under the key 'examples'"),
    ],
)
def test_a_wrong_file_is_explained(tmp_path, old, new, message):
    file = tmp_path / "wrong.yaml"
    text = ONE % "20 kg"
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ExampleError) as error:
        list(check_file(file))
    assert message in str(error.value)
    assert "wrong.yaml" in str(error.value)


def test_hostile_and_missing_files_are_explained(tmp_path):
    file = tmp_path / "bad.yaml"
    file.write_bytes(b"\xff\xfe\x00")
    for path in (file, tmp_path / "absent.yaml"):
        with pytest.raises(ExampleError, match=path.name):
            list(check_file(path))


def test_method_list_names_units_and_formula():
    out = StringIO()
    call_command("check_examples", "--methods", stdout=out)
    assert "monitoring.water" in out.getvalue()
    assert "mass = flow × concentration ÷ 1000" in out.getvalue()
