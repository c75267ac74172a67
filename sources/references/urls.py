"""Addresses of outside figures."""

from django.urls import path

from sources.references import views

urlpatterns = [
    path("", views.reference_list, name="reference_list"),
    path("load/", views.reference_load, name="reference_load"),
    path("template.xlsx", views.reference_template, name="reference_template"),
]
