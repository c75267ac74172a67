"""Mobile sources with a place of their own: petrol stations (Y102), oil depots (Y101), oil carriers (Y103)."""

from __future__ import annotations

import numpy as np

from sources.demo import names
from sources.demo.columns import Sheets, Table, only, sheets
from sources.demo.draw import spread, within
from sources.demo.register import Batch, World, header


def _name(batch: Batch, word: str) -> None:
    batch.name = np.array(
        [f"{batch.county.short}{brand}{word}{names.MARK}" for brand in names.brands(batch.draw, len(batch))],
        dtype=object,
    )


def petrol_stations(world: World) -> list[Sheets]:
    batch = world.batches["petrol_station"]
    draw, size = batch.draw, len(batch)
    _name(batch, "加油站")
    batch.industry = np.full(size, "5265", dtype=object)
    petrol = np.round(draw.around(size, 2600, 0.7, low=120, high=18_000), 2)
    diesel = np.round(petrol * draw.between(size, 0.2, 0.9), 2)
    stage = draw.pick(size, {"4": 9, "2": 1})
    return [
        sheets(
            "Y102",
            np.arange(size),
            header(batch, "Y102")
            | {
                "station_name": batch.name,
                "operating_status": "1",
                "gasoline_tank_volume_m3": np.where(
                    petrol > 3000, draw.pick(size, [90, 120, 150]), draw.pick(size, [30, 60, 90])
                ),
                "gasoline_sales_t": petrol,
                "recovery_stage": stage,
                "has_emission_unit": (stage == "4") & draw.chance(size, 0.2),
                "has_online_monitoring": draw.chance(size, 0.08),
                "retrofit_completed": [f"{year}-11" for year in draw.whole(size, 2013, 2016).tolist()],
                "diesel_tank_volume_m3": draw.pick(size, [30, 50, 60]).astype(float),
                "diesel_sales_t": diesel,
            },
        )
    ]


def oil_depots(world: World) -> list[Sheets]:
    batch = world.batches["oil_depot"]
    draw, size = batch.draw, len(batch)
    _name(batch, "储油库")
    sheet = spread(draw.whole(size, 2, 5))
    rows = len(sheet)
    oil = np.where(within(sheet) % 2 == 1, "2", "3").astype(object)
    volume = draw.pick(rows, [500, 1000, 2000, 3000, 5000]).astype(float)
    turnover = np.round(volume * draw.between(rows, 5, 25), 2)
    load = spread(np.full(size, 2))
    kind = np.where(within(load) == 1, "2", "3").astype(object)
    moved = np.array(
        [
            turnover[(sheet == depot) & (oil == code)].sum()
            for depot, code in zip(load.tolist(), kind.tolist(), strict=True)
        ]
    )
    return [
        sheets(
            "Y101",
            np.arange(size),
            header(batch, "Y101") | {"depot_name": batch.name, "operating_status": "1"},
            {
                "tanks": Table(
                    sheet,
                    {
                        "oil_type": oil,
                        "tank_code": [f"T{n:02d}" for n in within(sheet).tolist()],
                        "tank_volume_m3": volume,
                        "tank_type": np.where(oil == "2", "2", "1"),
                        "turnover_ta": turnover,
                    },
                ),
                "loading": Table(
                    load,
                    {
                        "load_oil_type": kind,
                        "load_amount_t": np.floor(moved * 98) / 100,
                        "loading_mode": "2",
                        "has_vapor_unit": kind == "2",
                        "vapor_method": only(kind == "2", draw.pick(len(load), ["1", "3", "6"])),
                        "vapor_efficiency_pct": np.where(
                            kind == "2", draw.between(len(load), 95, 98), np.nan
                        ),
                        "has_online_monitoring": False,
                        "retrofit_completed": only(kind == "2", "2014-12"),
                    },
                ),
            },
        )
    ]


def oil_carriers(world: World) -> list[Sheets]:
    batch = world.batches["oil_carrier"]
    draw, size = batch.draw, len(batch)
    _name(batch, "油品运输有限公司")
    trucks, tankers = draw.whole(size, 2, 18), draw.whole(size, 1, 15)
    recovering = np.floor(trucks * draw.between(size, 0.8, 1.0))
    return [
        sheets(
            "Y103",
            np.arange(size),
            header(batch, "Y103")
            | {
                "gasoline_truck_count": trucks,
                "gasoline_truck_volume_m3": trucks * draw.between(size, 18, 42),
                "gasoline_transport_t": trucks * draw.around(size, 4500, 0.4, high=20_000),
                "gasoline_recovery_count": recovering,
                "gasoline_tested_count": np.floor(recovering * draw.between(size, 0.7, 1.0)),
                "diesel_truck_count": tankers,
                "diesel_truck_volume_m3": tankers * draw.between(size, 18, 42),
                "diesel_transport_t": tankers * draw.around(size, 4500, 0.4, high=20_000),
            },
        )
    ]
