"""Addresses of the subject places."""

from django.urls import path

from census.places import district_views, views

urlpatterns = [
    path("regions/", views.region_browser, name="region_browser"),
    path("regions/<str:code>/branch/", views.region_branch, name="region_branch"),
    path("regions.json", views.regions_json, name="regions_json"),
    path("industries/", views.industry_browser, name="industry_browser"),
    path("industries/<str:code>/branch/", views.industry_branch, name="industry_branch"),
    path("industries.json", views.industries_json, name="industries_json"),
    path("code-lists/", views.code_lists, name="code_lists"),
    path("boundaries/<str:layer>.json", views.boundaries_json, name="boundaries_json"),
    path("districts/", district_views.district_list, name="district_list"),
    path("districts.json", district_views.districts_json, name="districts_json"),
    path("districts/new/", district_views.district_create, name="district_create"),
    path("districts/<uuid:district_id>/", district_views.district_edit, name="district_edit"),
    path("districts/<uuid:district_id>/close/", district_views.district_close, name="district_close"),
]
