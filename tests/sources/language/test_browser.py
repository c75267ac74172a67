"""static/js/rules.js, run by Node, says what the record evaluator says; and re-runs only what a change reaches."""

import json
import subprocess
from pathlib import Path
from random import Random

import pytest

from census.local.bootstrap import node_command
from sources.forms.catalogue import load
from sources.forms.check import check_record
from sources.language import Context, bind, compile_rule
from sources.returns.checks import key_of, shown
from tests.sources.forms.random_documents import document
from tests.sources.language.random_rules import Rules, objects
from tests.sources.language.scope import World

HERE = Path(__file__).parent
MODULE = HERE.parents[2] / "static" / "js" / "rules.js"


def browser(**sent):
    command = [*node_command(), str(HERE / "browser_run.mjs"), str(MODULE)]
    done = subprocess.run(command, input=json.dumps(sent), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def keys(verdicts):
    return sorted(found["key"] for found in verdicts)


def by_key(verdicts):
    return sorted(verdicts, key=lambda verdict: verdict["key"])


@pytest.mark.parametrize("seed", range(3))
def test_random_rules(seed):
    random = Random(100 + seed)
    register, sheets = objects(random, 12)
    bounds = [bind(Rules(random, rows=random.random() < 0.5).truth(3), World()) for _ in range(600)]
    records = []
    for number, entry in enumerate(register):
        siblings = {form: found[number] for form, found in sheets.items()}
        for sheet in sheets["A"][number]:
            rows = sheet.get("t") or [{}]
            records += [{"own": sheet, "row": row, "siblings": siblings, "object": entry} for row in rows]
    answers = browser(trees=[bound.node.to_json() for bound in bounds], records=records)
    for bound, answer in zip(bounds, answers, strict=True):
        rule = compile_rule(bound.node)
        for record, found in zip(records, answer, strict=True):
            context = Context(record["own"], record["siblings"], record["object"])
            context.row = record["row"]
            assert rule(context) is found, bound.node.to_json()


def test_every_form():
    """Blank, random and long documents of each of the 65 forms."""
    random = Random(7)
    for form in load().forms.values():
        codes = {entry.form for kind in load().kinds_of(form.code) for entry in kind.forms} - {form.code}
        siblings = {code: [document(random, load().forms[code], 0.2)] for code in sorted(codes)}
        sheets = [{}, document(random, form, 0.0, 30), *(document(random, form, 0.3, 3) for _ in range(6))]
        records = [{"values": sheet, "around": {"siblings": siblings}} for sheet in sheets]
        *answers, _ = browser(payload=form.payload(), records=records)
        for sheet, answer in zip(sheets, answers, strict=True):
            expected = [shown(found) for found in check_record(form.code, sheet, siblings)]
            assert by_key(answer["verdicts"]) == by_key(expected), form.code


def test_a_change_reruns_only_the_checks_it_reaches():
    form = load().forms["G102"]
    before = {"water_intake_m3": 100, "municipal_water_m3": 60, "outlets": [{"_k": 1, "outlet_code": "A"}]}
    after = {**before, "municipal_water_m3": 100}
    longer = {**after, "outlets": [*after["outlets"], {"_k": 2, "outlet_code": "A"}]}
    stopped = {"siblings": {"G101-1": [{"normal_production_hours": 10}]}}
    first, second, third, fourth, read = browser(
        payload=form.payload(),
        records=[
            {"values": before, "around": {}},
            {"values": after, "around": {}, "changed": ["municipal_water_m3"]},
            {"values": longer, "around": {}, "changed": ["outlets"]},
            {"values": longer, "around": stopped, "changed": ["G101-1"]},
        ],
    )
    assert len(first["ran"]) > 60
    assert set(second["ran"]) == {
        "G102-REQ-municipal_water_m3",
        "G102-RNG-municipal_water_m3",
        "G102-DEC-municipal_water_m3",
        "G102-R14",
    } & set(first["ran"])
    assert "G102-R14" in {found["rule"] for found in first["verdicts"]}
    assert "G102-R14" not in {found["rule"] for found in second["verdicts"]}
    assert {found["key"] for found in third["verdicts"] if found["rule"] == "G102-R23"} == {
        "G102-R23@outlets/1",
        "G102-R23@outlets/2",
    }
    assert {"G102-R19", "G102-R23"} <= set(third["ran"])
    assert "G102-R14" not in third["ran"]
    assert set(fourth["ran"]) <= {"G102-R16", "G102-REQ-cover_status"}
    for sent, answer in ((after, second), (longer, third)):
        assert keys(answer["verdicts"]) == sorted(map(key_of, check_record("G102", sent, {})))
    assert all(read)
