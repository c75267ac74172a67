"""Addresses of the room sources."""

from django.urls import include, path

urlpatterns = [
    path("register/", include("sources.objects.urls")),
    path("api/objects/", include("sources.objects.api_urls")),
    path("entry/", include("sources.entry.urls")),
    path("comments/", include("sources.comments.urls")),
    path("unlocking/", include("sources.orders.urls")),
    path("returns/", include("sources.returns.urls")),
    path("visits/", include("sources.visits.urls")),
    path("references/", include("sources.references.urls")),
    path("waters/", include("sources.waters.urls")),
]
