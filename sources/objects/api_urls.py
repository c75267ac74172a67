"""Addresses of the register's REST API."""

from django.urls import path

from sources.objects.api import ObjectDetail, ObjectList

urlpatterns = [
    path("", ObjectList.as_view(), name="api_object_list"),
    path("<uuid:object_id>/", ObjectDetail.as_view(), name="api_object_detail"),
]
