"""Addresses of the subject audit."""

from django.urls import path

from census.audit import views

urlpatterns = [
    path("", views.audit_list, name="audit_list"),
    path("export/<str:kind>/", views.audit_export, name="audit_export"),
]
