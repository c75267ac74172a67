"""Root of all addresses. Each room has its own ``urls.py``; names are unique over the whole product."""

from django.urls import include, path

from census.conf import views

urlpatterns = [
    path("healthz", views.health, name="health"),
    path("api/schema", views.Schema.as_view(), name="api_schema"),
    path("", include("census.urls")),
    path("", include("sources.urls")),
    path("review/", include("review.urls")),
    path("accounting/", include("accounting.urls")),
]

handler400 = "census.conf.views.bad_request"
handler403 = "census.conf.views.forbidden"
handler404 = "census.conf.views.not_found"
handler500 = "census.conf.views.server_error"
