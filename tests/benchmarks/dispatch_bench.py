"""The progress board and the wall over counters of 3.6 million objects, and what counting costs the work itself.

Generated, not counted: every real township holds its share of 3.6 million objects and 17 million forms, by every
measure; 60 days of counties and above and 2 of townships. Printed: p50 and p95 of whole pages (middleware, session,
policies, template) at every level, as the web role; how long folding takes after work all over the country and the
roll-over of a day; and the price of the triggers: forms moved in bulk and one by one, with them and without.

    make bench ARGS=dispatch
"""

from __future__ import annotations

import statistics
import sys
import time

from tests.benchmarks.support import own_database

DAYS, TOWNSHIP_DAYS = 60, 2
OBJECTS, FORMS = 3_600_000, 17_000_000
ROUNDS = 20
FORMS_APPROVED = 4000
PLACES = {  # a post at each level, and what it looks at
    "nation": ("nation_officer", "000000000000"),
    "province": ("province_officer", "370000000000"),
    "city": ("city_officer", "370100000000"),
    "county": ("county_officer", "370102000000"),
}


def main() -> None:
    with own_database("dispatch", "load_reference"):
        from django.conf import settings
        from django.core.cache import cache

        settings.ALLOWED_HOSTS = ["*"]
        cache.clear()
        campaign = _generate()
        _counting()
        _triggers(campaign)
        settings.SWITCH_TO_WEB_ROLE = True
        _pages()


# the sums of every level from the counts of townships, on many days; a place lacks a little more each day before today
_SNAPSHOTS = """
INSERT INTO census_snapshot (campaign_id, parent, region, measure, day, total, done, synthetic)
SELECT {campaign}, parent, region, measure, %s::date - ago, total, greatest(0, done - ago * total / 100), true
FROM (SELECT rpad(left(region, {upper}), 12, '0') AS parent, rpad(left(region, {lower}), 12, '0') AS region, measure,
             sum(total) AS total, sum(done) AS done
      FROM census_progresscount GROUP BY 1, 2, 3) AS sums
CROSS JOIN generate_series(0, {days}) AS ago
"""


def _generate() -> object:
    from django.db import connection
    from django.utils import timezone

    from census.calendar.models import Campaign
    from census.dispatch.measures import measures
    from census.places.models import Region

    start = time.perf_counter()
    campaign = Campaign.objects.create(
        code="bench", name_zh="普查", name_en="Census", reference_date="2017-12-31", synthetic=True
    )
    townships = Region.objects.filter(level=4).count()
    with connection.cursor() as cursor:
        for measure in measures():
            whole = OBJECTS if measure.unit_zh == "家" else FORMS
            cursor.execute(
                "INSERT INTO census_progresscount (region, measure, total, done) "
                "SELECT code, %s, n, (n * (50 + abs(hashtext(code || %s)) %% 50)) / 100 FROM (SELECT code, "
                "%s / 2 + abs(hashtext(code)) %% %s AS n FROM census_region WHERE level = 4) AS one",
                [measure.code, measure.code, whole // townships, whole // townships],
            )
        for upper, lower, days in ((0, 2, DAYS), (2, 4, DAYS), (4, 6, DAYS), (6, 9, TOWNSHIP_DAYS)):
            cursor.execute(
                _SNAPSHOTS.format(campaign=campaign.pk, upper=upper, lower=lower, days=days - 1),
                [timezone.localdate()],
            )
        cursor.execute("ANALYZE census_snapshot")
        cursor.execute("ANALYZE census_progresscount")
        cursor.execute("SELECT sum(total) FROM census_progresscount WHERE measure = 'inventory.decided'")
        (objects,) = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM census_snapshot")
        (rows,) = cursor.fetchone()
    print(
        f"{townships:,} townships, {objects:,} objects, {rows:,} snapshot rows generated "
        f"in {time.perf_counter() - start:.0f} s"
    )
    return campaign


def _counting() -> None:
    """Folding after a busy minute: 50,000 changes all over the country; then the first fold of a day."""
    from django.db import connection
    from django.utils import timezone

    from census.dispatch.counting import fold
    from census.dispatch.models import Snapshot

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO census_progressdelta (region, measure, total, done) SELECT code, 'survey.submitted', 0, 1 "
            "FROM (SELECT code FROM census_region WHERE level = 4 ORDER BY hashtext(code) LIMIT 10000) AS one, "
            "generate_series(1, 5)"
        )
    start = time.perf_counter()
    changed = fold()
    print(f"fold of 50,000 changes in {changed:,} townships: {time.perf_counter() - start:.2f} s")
    Snapshot.objects.filter(day=timezone.localdate()).delete()
    start = time.perf_counter()
    fold()
    made = Snapshot.objects.filter(day=timezone.localdate()).count()
    print(f"first fold of a day: {made:,} rows in {time.perf_counter() - start:.1f} s")


def _triggers(campaign: object) -> None:
    """Forms moved one step in statements of 500, with the triggers and without, twice each in turn."""
    from django.db import connection

    from census.dispatch.models import ProgressDelta
    from sources.objects.models import CensusObject
    from sources.returns.models import Return

    village = "370102001001"
    objects = CensusObject.objects.bulk_create(
        CensusObject(
            campaign=campaign,
            kind="enterprise",
            category="industrial",
            code=f"B{n:09}",
            name="-",
            region=village,
        )
        for n in range(FORMS_APPROVED)
    )
    returns = Return.objects.bulk_create(
        Return(
            campaign=campaign,
            object=obj,
            form="G102",
            form_version="x",
            region=village,
            category="industrial",
            values={f"item_{n}": n for n in range(40)},
        )
        for obj in objects
    )
    ids = [row.pk for row in returns]
    for words in ("with triggers", "without triggers", "with triggers", "without triggers"):
        verb = "ENABLE" if words.startswith("with ") else "DISABLE"
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE sources_return {verb} TRIGGER tally_changed")
        start = time.perf_counter()
        for at in range(0, len(ids), 500):
            Return.objects.filter(pk__in=ids[at : at + 500]).update(state=f"{words[:4]}_{at % 2}"[:16])
        bulk = time.perf_counter() - start
        start = time.perf_counter()
        for one in ids[:1000]:
            Return.objects.filter(pk=one).update(errors=1)
        single = time.perf_counter() - start
        print(f"{words}: {len(ids) / bulk:,.0f} rows/s in bulk, {single:.2f} ms a single update")
    ProgressDelta.objects.all().delete()


def _pages() -> None:
    from tests.factories import make_person
    from tests.support.requests import signed_in

    clients = {}
    for level, (kind, region) in PLACES.items():
        clients[level] = signed_in(make_person(kind, region).username)
    asked = {
        "board": "/dispatch/?measure=review.county",
        "wall figures": "/dispatch/wall.json?measure=review.county",
    }
    times: dict[str, list[float]] = {}
    for _round in range(ROUNDS):
        for level, client in clients.items():
            for name, address in asked.items():
                start = time.perf_counter()
                answer = client.get(address)
                took = (time.perf_counter() - start) * 1000
                if answer.status_code != 200 or b"Nothing has been counted" in answer.content:
                    sys.exit(f"{level} {name}: {answer.status_code}, or no figures")
                times.setdefault(f"{name}, {level}", []).append(took)
    for name, values in times.items():
        ranked = sorted(values)
        p95 = ranked[round(0.95 * (len(ranked) - 1))]
        print(f"{name:24} p50 {statistics.median(ranked):6.0f} ms   p95 {p95:6.0f} ms   (aim 1,000)")


if __name__ == "__main__":
    main()
