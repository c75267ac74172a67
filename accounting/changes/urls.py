from django.urls import path

from accounting.changes import views

urlpatterns = [
    path("", views.change_list, name="change_list"),
    path("new/", views.change_new, name="change_new"),
    path("editions/new/", views.edition_new, name="edition_new"),
    path("handbook.xlsx", views.handbook_template, name="handbook_template"),
    path("template.xlsx", views.change_template, name="change_template"),
    path("library.xlsx", views.library_xlsx, name="library_xlsx"),
    path("factor/<int:pk>/", views.factor_propose, name="factor_propose"),
    path("<uuid:pk>/", views.change_show, name="change_show"),
    path("<uuid:pk>/file", views.change_file, name="change_file"),
    path("<uuid:pk>/handbook/", views.change_handbook, name="change_handbook"),
    path("<uuid:pk>/handbook/take", views.change_take, name="change_take"),
    path("<uuid:pk>/handbook/rows.xlsx", views.change_waiting, name="change_waiting"),
    path("<uuid:pk>/report.xlsx", views.change_report, name="change_report"),
    path("<uuid:pk>/drop", views.change_drop, name="change_drop"),
    path("<uuid:pk>/try", views.change_try, name="change_try"),
    path("<uuid:pk>/send-back", views.change_send_back, name="change_send_back"),
    path("<uuid:pk>/<slug:move>", views.change_move, name="change_move"),
]
