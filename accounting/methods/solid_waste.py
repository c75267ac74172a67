"""Solid and hazardous waste ledgers. Source: methods-industrial 5.7, forms G104-1 and G104-2.

Use and disposal of earlier years' stock are kept apart from this year's waste. Quantities in t.
"""

from .registry import Input, method


@method(
    "solid_waste.general",
    inputs={
        "recovered": Input("t"),
        "recovered_prior": Input("t", default=0.0),
        "disposed": Input("t"),
        "disposed_prior": Input("t", default=0.0),
        "stored": Input("t"),
        "dumped": Input("t"),
    },
    outputs={"generated": "t", "handled": "t"},
    formula="generated = (recovered − recovered_prior) + (disposed − disposed_prior) + stored + dumped",
    source="environmental statistics balance of general industrial solid waste",
)
def general(*, recovered, recovered_prior, disposed, disposed_prior, stored, dumped):
    """Waste of this year (t) that the ledger accounts for, and how much of it was used or disposed of."""
    handled = (recovered - recovered_prior) + (disposed - disposed_prior)
    return {"generated": handled + stored + dumped, "handled": handled}


@method(
    "solid_waste.hazardous",
    inputs={
        "opening_stock": Input("t"),
        "generated": Input("t"),
        "received": Input("t", default=0.0),
        "sent": Input("t", default=0.0),
        "recovered": Input("t", default=0.0),
        "disposed": Input("t", default=0.0),
        "dumped": Input("t", default=0.0),
    },
    outputs={"closing_stock": "t"},
    formula="closing_stock = opening_stock + generated + received − sent − recovered − disposed − dumped",
    source="hazardous waste ledger, form G104-2",
)
def hazardous(*, opening_stock, generated, received, sent, recovered, disposed, dumped):
    """Closing stock (t) that the ledger of the year accounts for."""
    return {"closing_stock": opening_stock + generated + received - sent - recovered - disposed - dumped}
