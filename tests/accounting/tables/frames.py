"""Facts for tests, shaped as the queries give them."""

import pandas as pd


def lines(**amounts: float) -> pd.DataFrame:
    """COD lines of industry: region code=kg discharged; generated is twice as much."""
    return pd.DataFrame(
        [
            {"region": code, "category": "industrial", "source": "industrial", "subject": "", "medium": "water",
             "pollutant": "COD", "industry": "22", "method": "coefficient", "by": None, "generated": 2 * kg,
             "removed": kg, "discharged": kg}
            for code, kg in amounts.items()
        ]
    )  # fmt: skip
