from django.urls import path

from accounting.crosscheck import views

urlpatterns = [
    path("", views.crosscheck_list, name="crosscheck_list"),
    path("gaps.xlsx", views.crosscheck_xlsx, name="crosscheck_xlsx"),
    path("explain", views.crosscheck_explain, name="crosscheck_explain"),
    path("send-back", views.crosscheck_return, name="crosscheck_return"),
]
