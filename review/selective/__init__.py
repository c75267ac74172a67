"""Selective editing: which doubtful objects matter for the published totals, and in which order to look at them."""
