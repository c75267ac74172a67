"""A small named world: petrol stations of two counties, one of which sells a thousand times too much."""

from __future__ import annotations

from review.statistics.peers import MIN_PEERS
from sources.returns.models import Return
from tests.factories import make_regions
from tests.review import world

STATIONS = MIN_PEERS + 6


def make_stations() -> list[Return]:
    """Returns in turn of two counties; the last one, of the first county, has its petrol in kilograms."""
    make_regions()
    made = []
    for number in range(STATIONS):
        region = "330802005001" if number % 2 else "330803001001"
        obj = world.make_object(kind="petrol_station", region=region, industry="5265")
        sales = 1500 + 10 * number
        made.append(
            world.make_return(
                obj,
                "Y102",
                gasoline_tank_volume_m3=30,
                gasoline_sales_t=sales * (1000 if number == STATIONS - 1 else 1),
                diesel_tank_volume_m3=30,
                diesel_sales_t=sales - 5,
            )
        )
    return made
