"""Addresses of joint review sessions."""

from django.urls import path

from review.sessions import views

urlpatterns = [
    path("", views.session_list, name="session_list"),
    path("new/", views.session_new, name="session_new"),
    path("<uuid:session_id>/", views.session_detail, name="session_detail"),
    path("<uuid:session_id>/edit/", views.session_edit, name="session_edit"),
    path("<uuid:session_id>/minutes.<str:form>", views.session_minutes, name="session_minutes"),
    path("<uuid:session_id>/<str:act>/", views.session_act, name="session_act"),
    path("items/<int:item_id>/decide/", views.item_decide, name="session_decide"),
    path("items/<int:item_id>/opinion/", views.item_opine, name="session_opine"),
]
