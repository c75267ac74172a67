"""Addresses of visits and evidence files."""

from django.urls import path

from sources.visits import views

urlpatterns = [
    path("files/<uuid:attachment_id>/", views.download, name="attachment_download"),
    path("<uuid:object_id>/", views.visits, name="visit_list"),
    path("<uuid:object_id>/add/", views.add, name="visit_add"),
]
