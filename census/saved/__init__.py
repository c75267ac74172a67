"""Saved views: the filters, order and grouping of a list under a name, for one person or the whole office."""
