"""Addresses of the room census."""

from django.urls import include, path

from census.ui import views

urlpatterns = [
    path("", views.home, name="home"),
    path("language/<str:code>", views.language, name="language"),
    path("", include("census.people.urls")),
    path("places/", include("census.places.urls")),
    path("jobs/", include("census.jobs.urls")),
    path("dispatch/", include("census.dispatch.urls")),
    path("audit/", include("census.audit.urls")),
    path("views/", include("census.saved.urls")),
]
