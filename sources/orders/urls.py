"""Addresses of unlock orders."""

from django.urls import path

from sources.orders import views

urlpatterns = [
    path("", views.unlock_list, name="unlock_list"),
    path("ask/", views.unlock_ask, name="unlock_ask"),
    path("<uuid:order_id>/", views.unlock_detail, name="unlock_detail"),
    path("<uuid:order_id>/decide/", views.unlock_decide, name="unlock_decide"),
]
