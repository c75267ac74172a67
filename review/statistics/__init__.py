"""Statistics that find what rules cannot: pure detectors over the filled forms of a county or a city.

Every detector takes :class:`~review.statistics.columns.Columns` and returns :class:`~review.statistics.doubts.Doubt`
rows. No Django, no database. What may be changed without a programmer stands in the yaml files beside the code.
"""
