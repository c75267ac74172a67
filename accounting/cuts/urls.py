from django.urls import path

from accounting.cuts import compare_views, views

urlpatterns = [
    path("", views.cut_list, name="cut_list"),
    path("new/", views.cut_new, name="cut_new"),
    path("<uuid:pk>/", views.cut_show, name="cut_show"),
    path("<uuid:pk>/start", views.cut_start_now, name="cut_start"),
    path("<uuid:pk>/check", views.cut_check_now, name="cut_check"),
    path("<uuid:pk>/approve", views.cut_approve_now, name="cut_approve"),
    path("<uuid:pk>/send-back", views.cut_send_back_now, name="cut_send_back"),
    path("<uuid:pk>/compare/<uuid:other>/", compare_views.cut_compare, name="cut_compare"),
    path(
        "<uuid:pk>/compare/<uuid:other>/changes/<str:region>/", compare_views.cut_changes, name="cut_changes"
    ),
    path(
        "<uuid:pk>/compare/<uuid:other>/<str:code>/<str:column>",
        compare_views.cut_explain,
        name="cut_explain",
    ),
]
