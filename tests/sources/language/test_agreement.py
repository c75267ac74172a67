"""All checks of the forms and of the audit catalogue: record, columns and a real Chromium say the same, truth by truth.

``make bench ARGS=agreement`` does the same on 100,000 records.
"""

from collections import Counter

from tests.support.agreement import InBrowser, by_columns, by_record, counties, disagreements


def test_three_evaluators_agree(chromium):
    browser, signs, records = InBrowser(chromium), Counter(), 0
    for county in counties(seed=11, records=2000):
        expected = by_record(county)
        assert list(disagreements(expected, by_columns(county))) == []
        assert list(disagreements(expected, browser(county))) == []
        signs.update("".join(text for texts in expected.values() for text in texts))
        records += county.records
    browser.close()
    assert records >= 2000
    assert min(signs[sign] for sign in "012") > signs.total() * 0.01  # false, unknown and true all occur


def test_a_difference_would_be_seen():
    (county,) = counties(seed=3, records=1)
    expected = by_record(county)
    code = next(iter(expected))
    flipped = {"0": "1", "1": "2", "2": "0"}
    other = [text[:-1] + flipped[text[-1]] if text else text for text in expected[code]]
    found = list(disagreements(expected, {**expected, code: other}))
    assert len(found) == sum(map(bool, expected[code])) > 0
    assert found[0].endswith(f": 1 of {len(expected[code][0])}")
