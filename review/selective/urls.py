"""Addresses of selective editing."""

from django.urls import path

from review.selective import views

urlpatterns = [
    path("", views.selective_queue, name="selective_queue"),
    path("run/", views.selective_run, name="selective_run"),
    path("batch/", views.selective_to_batch, name="selective_to_batch"),
    path("digits/", views.digit_tests, name="digit_tests"),
    path("methods/", views.selective_methods, name="selective_methods"),
    path("<int:score_id>/", views.selective_object, name="selective_object"),
]
