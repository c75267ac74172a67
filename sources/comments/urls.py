"""Addresses of comments on forms."""

from django.urls import path

from sources.comments import views

urlpatterns = [
    path("", views.comment_list, name="comment_list"),
    path("returns/<uuid:return_id>/", views.comment_begin, name="comment_begin"),
    path("<uuid:thread_id>/", views.comment_say, name="comment_say"),
]
