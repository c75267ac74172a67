"""The checks while typing (static/js/entry-live.js, by Node) say at every step what the server would say."""

import json
import subprocess
from pathlib import Path
from random import Random

import pytest

from census.local.bootstrap import node_command
from sources.entry.conditions import evaluate
from sources.forms.catalogue import load
from sources.forms.check import check_record
from sources.forms.values import RejectedError, clean_value
from sources.returns.checks import shown
from tests.sources.forms.random_documents import document, value

HERE = Path(__file__).parent
SCRIPTS = HERE.parents[2] / "static" / "js"
FACTS = {"id": "1", "kind": "enterprise", "operating_status": "1"}
JUNK = ("", " ", "abc", "1,234.5", "１２", "-", "1e5", "是", "2", "2017.6", "118.5", "9" * 20, "a\0b", "，")


def run(sent):
    command = [*node_command(), str(HERE / "live_run.mjs"), str(SCRIPTS)]
    done = subprocess.run(command, input=json.dumps(sent), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def typed(one):
    """A clean value as it stands in a field."""
    if isinstance(one, bool):
        return "1" if one else "2"
    return one if isinstance(one, list) else str(one)


def answer(form, raw, siblings):
    """What the server says of a document."""
    cleaned = form.clean(raw)
    now = evaluate(form, cleaned.values, siblings, FACTS)
    verdicts = [shown(found) for found in check_record(form.code, cleaned.values, siblings, FACTS)]
    return {
        "verdicts": verdicts,
        "rejected": {path: fault.zh for path, fault in cleaned.rejected.items()},
        "idle": now.idle,
        "required": now.required,
        "errors": sum(v["severity"] == "error" for v in verdicts) + len(cleaned.rejected),
        "warnings": sum(v["severity"] == "warning" for v in verdicts),
        "missing": sum(v["kind"] == "required" for v in verdicts),
    }


def elsewhere(node):
    there = {"other", "exists", "exists_area", "in_values", "unique_in_region", "county_of"}
    return any(n.op in there or (n.op in ("sum", "count") and n.args[0]) for n in node.walk())


class Typist:
    """Types into a form: items, rows added and taken away; `raw` is what stands on the page."""

    def __init__(self, random, form):
        self.random, self.form = random, form
        self.raw = {}
        for name, one in document(random, form, 0.3, 3).items():
            rows = name in form.tables
            self.raw[name] = (
                [{"_k": row.pop("_k")} | {i: typed(v) for i, v in row.items()} for row in one]
                if rows
                else typed(one)
            )

    def step(self):
        """[[path, what stands there now]]."""
        form, random = self.form, self.random
        table = random.choice([*form.tables, None])
        rows = list(self.raw.get(table) or ())
        if table and random.random() < 0.4:
            if rows and random.random() < 0.5:
                rows.pop(random.randrange(len(rows)))
            else:
                rows.append({"_k": 1 + max((row["_k"] for row in rows), default=0)})
            self.raw[table] = rows
            if not rows:
                del self.raw[table]
            return [[table, rows]]
        if table and not rows:
            return []
        items = [i for i in form.indicators.values() if i.section == table or (i.section not in form.tables)]
        item = random.choice(items)
        row = random.choice(rows) if item.section == table else None
        place = self.raw if row is None else row
        text = random.choice(JUNK) if random.random() < 0.3 else typed(value(random, item))
        if item.type == "multichoice" and isinstance(text, str):
            text = []
        if text in ("", []):
            place.pop(item.id, None)
        else:
            place[item.id] = text
        return [[item.id if row is None else f"{table}/{row['_k']}/{item.id}", text]]


def test_every_step_of_typing_in_every_form():
    random = Random(5)
    sent, expected = [], []
    for form in load().forms.values():
        local = {check.rule for check in form.checks if not elsewhere(check.node)}
        whole = not any(elsewhere(node) for node in (*form.applies.values(), *form.required_when.values()))
        typist = Typist(random, form)
        # as the page would send it: a deep copy of each moment
        one = {
            "payload": form.payload(),
            "raw": json.loads(json.dumps(typist.raw)),
            "facts": FACTS,
            "answer": answer(form, typist.raw, {}),
            "steps": [],
        }
        for number in range(15):
            changes = typist.step()
            one["steps"].append(json.loads(json.dumps(changes)))
            wanted = answer(form, typist.raw, {})
            expected.append((form.code, number, changes, wanted, local, whole))
        sent.append(one)
    answers = [state for states in run(sent) for state in states]
    for (code, number, changes, wanted, local, whole), found in zip(expected, answers, strict=True):
        here = (code, number, changes)

        def own(state, local=local):
            return sorted((v["key"], v["text"]) for v in state["verdicts"] if v["rule"] in local)

        assert own(found) == own(wanted), here
        assert found["rejected"] == wanted["rejected"], here
        if whole:
            assert sorted(found["idle"]) == wanted["idle"], here
            assert sorted(found["required"]) == sorted(wanted["required"]), here


def test_the_servers_answer_is_the_authority_and_an_old_one_only_for_what_it_alone_knows():
    form = load().forms["J102-2"]
    siblings = {"J102-1": [{"treatment_modes": ["1"]}]}
    before = answer(form, {}, {})
    assert before["idle"] == []
    told = answer(form, {}, siblings)
    assert "landfill" not in told["idle"]
    assert "incineration" in told["idle"]
    wrong = dict(told, verdicts=[*told["verdicts"], dict(told["verdicts"][0], rule="OTHER", key="OTHER")])
    changed = [["landfill_filled_wm3", "-7"]]
    stale, after, fresh = run(
        [
            {
                "payload": form.payload(),
                "raw": {},
                "facts": FACTS,
                "answer": before,
                "steps": [changed, {"answer": wrong, "stale": True}, {"answer": wrong, "stale": False}],
            }
        ]
    )[0]
    negative = "J102-2-RNG-landfill_filled_wm3"
    assert negative in {v["rule"] for v in stale["verdicts"]}
    assert sorted(after["idle"]) == told["idle"]  # only the server sees the other form
    rules = {v["rule"] for v in after["verdicts"]}
    assert {negative, "OTHER"} <= rules  # typed after the server looked: still there
    assert sorted(fresh["required"]) == sorted(told["required"])
    assert fresh["verdicts"] == wrong["verdicts"]
    assert (fresh["errors"], fresh["missing"]) == (told["errors"] + 1, told["missing"] + 1)


TEXTS = (
    *JUNK, "0", "-0", "1.", ".5", "+7", "1,23", "12,345,678", "999999999999999", "1000000000000000",
    "0.123456789012345",
    "1 2", "\u3000 5 \u3000", "\ufeff5", "\x1c5", "\x85", "①", "²", "٣", "五", "true", "FALSE", "否", "１", "yes",
    "2017-06", "2017/6/30", "2017年6月30日", "2017-02-29", "2016-02-29", "20170630", "201706", "2017-13", "1899-01",
    "2017-6-0", "2100-12-31", "118°52′10.25″", "118°52'10.25\"", "118度52分10秒", "118.8695139", "28.5°", "0.0000125",
    "181°0′0″", "90°0′0.1″", "118°60′0″", "118°59′60″", "118°52′", "118°52''10", "a b", "ａ1ｂ", "ß", "ŉ",
    "x" * 64, "x" * 65, "x" * 129, "甲" * 2000, "甲" * 2001, "甲" * 4001, "𠮷" * 1500, "𠮷" * 2001,
    "a\r\nb", "a\tb", "\ud800",
    "１１８°５２′１０″", "0.1234567890123456", "1，2", "1、9；3", "01 02", ", ,",
)  # fmt: skip


@pytest.mark.parametrize("form", ["G101-1", "G102", "N101-1"])
def test_typed_texts_become_the_same_values(form):
    """Each text in an item of each type: the same value, or the same fault."""
    by_type = {item.type: item for item in load().forms[form].indicators.values()}
    sent, expected = [], []
    for item in by_type.values():
        for text in (*TEXTS, ["2", "1", "1", " "], ["9999", "1"], []):
            if isinstance(text, list) and item.type != "multichoice":
                continue
            sent.append(
                [{"id": item.id, "type": item.type, "codes": [choice.code for choice in item.choices]}, text]
            )
            try:
                expected.append({"value": clean_value(item, text)})
            except RejectedError as fault:
                expected.append({"fault": fault.args[0]})
    for (item, text), found, wanted in zip(sent, run({"clean": sent}), expected, strict=True):
        assert found == wanted, (item["type"], text)
        assert type(found.get("value")) is type(wanted.get("value")) or item["type"] in ("integer", "decimal")
