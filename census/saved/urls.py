"""Addresses of saved views."""

from django.urls import path

from census.saved import views

urlpatterns = [
    path("save/", views.view_save, name="view_save"),
    path("<uuid:view_id>/delete/", views.view_delete, name="view_delete"),
]
