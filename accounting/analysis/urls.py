from django.urls import path

from accounting.analysis import views

urlpatterns = [
    path("", views.analysis_page, name="analysis_page"),
    path("ranking/", views.analysis_ranking, name="analysis_ranking"),
    path("analysis.xlsx", views.analysis_xlsx, name="analysis_xlsx"),
]
