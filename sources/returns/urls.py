"""Addresses of the work queue."""

from django.urls import path

from sources.returns import views

urlpatterns = [
    path("", views.work_list, name="work_list"),
    path("decide/", views.work_decide, name="work_decide"),
]
