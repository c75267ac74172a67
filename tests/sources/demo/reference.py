"""A tiny demo county and what it needs: the real divisions of Quzhou and all industries, from the reference files."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
from pathlib import Path

from django.db import connection

from census.people.models import Post, User
from census.places.loading import DATA
from census.places.models import CensusDistrict, Industry, Region
from sources.demo.world import Summary, load_world
from sources.objects.models import CensusObject
from sources.returns.models import Return, ReturnVersion
from sources.visits.models import Visit

KECHENG = "330802000000"  # Quzhou's first county
TODAY = dt.date(2026, 3, 1)


def load_kecheng(folder: Path, scale: float = 0.06) -> Summary:
    """The county alone, with some 740 objects of all kinds."""
    return load_world(KECHENG, seed=5, today=TODAY, scale=scale, folder=folder, say=lambda _: None)


def digest() -> dict[str, str]:
    """A fingerprint of every table that the load fills, in key order."""
    found = {}
    for model in (User, Post, CensusDistrict, CensusObject, Return, ReturnVersion, Visit):
        columns = [
            f.column for f in model._meta.concrete_fields if f.column not in {"created_at", "updated_at"}
        ]
        # keys that tables give by themselves go on counting when a transaction is rolled back
        given = {"campaign_id", "office_id"} | ({"id"} if model in {Post, ReturnVersion} else set())
        columns = [f'"{name}"' for name in columns if name not in given]
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) "
                f"FROM (SELECT {', '.join(columns)} FROM {model._meta.db_table}) t"
            )
            found[model.__name__] = cursor.fetchone()[0]
    return found


def load_quzhou() -> None:
    with gzip.open(DATA / "regions.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["code"].startswith("3308") or row["code"] in {"330000000000", "000000000000"}
        ]
    Region.objects.bulk_create(
        [
            Region(code=row["code"], parent=row["parent"], level=int(row["level"]), name=row["name"])
            for row in rows
        ]
    )
    with (DATA / "industries.csv").open(encoding="utf-8", newline="") as file:
        Industry.objects.bulk_create(
            [
                Industry(
                    code=row["code"],
                    parent=row["parent_code"],
                    level=int(row["level"]),
                    section=row["section"],
                    name_zh=row["name_zh"],
                )
                for row in csv.DictReader(file)
            ]
        )
