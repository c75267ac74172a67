"""The map's points at 270,000 and 3.6 million objects: how long an answer takes at each zoom, beside grouping in SQL.

Synthetic points, clustered around 3,000 centres; stored as the sets of one province or of all counties. Under the web
role's policies, without the HTTP part. A cold answer also reads the sets into memory.

    make bench ARGS=map
"""

from __future__ import annotations

import time

from tests.benchmarks.support import own_database

SIZES = [(270_000, 140), (3_600_000, 2_850)]  # points, counties
REPEATS = 15


def main() -> None:
    with own_database("map"):
        print(
            f"{'points':>10} {'zoom':<28} {'cold ms':>8} {'p50 ms':>7} {'p95 ms':>7} {'answer kB':>9} {'SQL ms':>7}"
        )
        for points, counties in SIZES:
            _measure(points, counties)


def _measure(total: int, units: int) -> None:
    import orjson
    from django.db import connection, transaction

    from accounting.maps import queries
    from accounting.maps.queries import Wanted, map_points
    from census.access.scope import Scope, enter
    from census.conf.databases import WEB_ROLE

    centres = _fill(total, units)
    system = Scope.system()
    lon, lat = centres[0]
    windows = {
        "whole": Wanted(box=(73.0, 18.0, 135.0, 54.0)),
        "whole, one kind, industry 22": Wanted(
            box=(73.0, 18.0, 135.0, 54.0), kinds=("enterprise",), divisions=(22,)
        ),
        "whole, by COD": Wanted(box=(73.0, 18.0, 135.0, 54.0), amount=("water", "COD")),
        "a province": Wanted(box=(lon - 3, lat - 2, lon + 3, lat + 2)),
        "a county": Wanted(box=(lon - 0.3, lat - 0.2, lon + 0.3, lat + 0.2)),
        "a street": Wanted(box=(lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01)),
    }
    for name, wanted in windows.items():
        queries._kept.found.clear()
        times = []
        for _ in range(REPEATS + 1):
            began = time.perf_counter()
            with enter(system), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL ROLE {WEB_ROLE}")
                answer = orjson.dumps(
                    map_points(system, "000000000000", wanted), option=orjson.OPT_SERIALIZE_NUMPY
                )
            times.append((time.perf_counter() - began) * 1e3)
        cold, *warm = times
        warm.sort()
        print(
            f"{total:>10,} {name:<28} {cold:>8.0f} {warm[len(warm) // 2]:>7.0f} {warm[int(len(warm) * 0.95)]:>7.0f} "
            f"{len(answer) / 1e3:>9.0f} {_plain(wanted.box):>7.0f}",
            flush=True,
        )


def _plain(box: tuple[float, float, float, float]) -> float:
    """ms of counting the same points in the same number of cells by SQL over a plain table."""
    from django.db import connection

    west, south, east, north = box
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT floor((lon - %s) / %s), floor((lat - %s) / %s), count(*) FROM bench_points
               WHERE lon BETWEEN %s AND %s AND lat BETWEEN %s AND %s GROUP BY 1, 2""",
            [west, (east - west) / 150, south, (north - south) / 100, west, east, south, north],
        )
        cursor.fetchall()
    return (time.perf_counter() - began) * 1e3


def _fill(total: int, units: int) -> list[tuple[float, float]]:
    """Sets of *units* synthetic counties, and the same places as rows of a plain table."""
    import io

    import numpy as np
    from django.db import connection

    from accounting.maps.models import AMOUNTS, PointSet
    from accounting.maps.points import Points, pack
    from census.access.posts import CATEGORIES

    random = np.random.default_rng(1)
    PointSet.objects.all().delete()
    centres = np.column_stack([random.uniform(80, 125, units), random.uniform(22, 48, units)])
    each = total // units // len(CATEGORIES)
    rows, text = [], io.StringIO()
    for unit, (lon, lat) in enumerate(centres):
        for category in CATEGORIES:
            points = Points(
                random.normal(lon, 0.15, each).astype("f4"),
                random.normal(lat, 0.12, each).astype("f4"),
                np.zeros(each, "u1"),
                random.integers(6, 47, each, dtype="u1"),
                random.integers(1, 5, each, dtype="u1"),
            )
            amounts = np.where(
                random.random((len(AMOUNTS), each)) < 0.4,
                random.lognormal(5, 2, (len(AMOUNTS), each)),
                np.nan,
            )
            rows.append(
                PointSet(
                    region=f"{110000 + unit:06d}000000",
                    category=category,
                    kinds=["enterprise"],
                    points=each,
                    places=pack(points),
                    ids=random.bytes(16 * each),
                    amounts=amounts.astype("<f4").tobytes(),
                )
            )
            np.savetxt(text, np.column_stack([points.lon, points.lat]), fmt="%.5f", delimiter="\t")
        if len(rows) >= 500:
            PointSet.objects.bulk_create(rows)
            rows = []
    PointSet.objects.bulk_create(rows)
    text.seek(0)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_points")
        cursor.execute("CREATE TABLE bench_points (lon real, lat real)")
        cursor.copy_expert("COPY bench_points FROM STDIN", text)
        cursor.execute("ANALYZE bench_points, accounting_pointset")
    return [(float(lon), float(lat)) for lon, lat in centres]


if __name__ == "__main__":
    main()
