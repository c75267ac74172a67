"""Addresses of the water bodies."""

from django.urls import path

from sources.waters import views

urlpatterns = [
    path("", views.water_list, name="water_list"),
    path("assigned/", views.water_assigned, name="water_assigned"),
    path("load/", views.water_load, name="water_load"),
    path("template.xlsx", views.water_template, name="water_template"),
]
