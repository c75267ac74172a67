"""Addresses of the room accounting."""

from django.urls import include, path

urlpatterns = [
    path("factors/", include("accounting.factors.urls")),
    path("preview/", include("accounting.preview.urls")),
    path("methods/", include("accounting.crosscheck.urls")),
    path("changes/", include("accounting.changes.urls")),
    path("runs/", include("accounting.runs.urls")),
    path("comparisons/", include("accounting.comparing.urls")),
    path("tables/", include("accounting.tables.urls")),
    path("analysis/", include("accounting.analysis.urls")),
    path("cuts/", include("accounting.cuts.urls")),
    path("publication/", include("accounting.publication.urls")),
    path("reports/", include("accounting.bulletin.urls")),
    path("map/", include("accounting.maps.urls")),
]
