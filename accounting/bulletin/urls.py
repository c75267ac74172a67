from django.urls import path

from accounting.bulletin import views

urlpatterns = [
    path("", views.report_list, name="report_list"),
    path("new/", views.report_new, name="report_new"),
    path("reference/", views.report_reference, name="report_reference"),
    path("reference/<str:language>.<str:form>", views.report_reference_file, name="report_reference_file"),
    path("<uuid:pk>/", views.report_show, name="report_show"),
    path("<uuid:pk>/words/", views.report_words, name="report_words"),
    path("<uuid:pk>/redraw", views.report_redraw_now, name="report_redraw"),
    path("<uuid:pk>/clear", views.report_clear_now, name="report_clear"),
    path("<uuid:pk>/check", views.report_check_now, name="report_check"),
    path("<uuid:pk>/approve", views.report_approve_now, name="report_approve"),
    path("<uuid:pk>/send-back", views.report_send_back_now, name="report_send_back"),
    path("<uuid:pk>/publish", views.report_publish_now, name="report_publish"),
    path("<uuid:pk>/discard", views.report_discard_now, name="report_discard"),
    path("<uuid:pk>/<str:language>.<str:form>", views.report_file, name="report_file"),
]
