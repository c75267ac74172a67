from django.urls import path

from accounting.comparing import views

urlpatterns = [
    path("of/<uuid:pk>/", views.comparison_new, name="comparison_new"),
    path("<uuid:pk>/", views.comparison_show, name="comparison_show"),
    path("<uuid:pk>/start", views.comparison_start, name="comparison_start"),
    path("<uuid:pk>/objects/", views.comparison_objects, name="comparison_objects"),
    path("<uuid:pk>/comparison.xlsx", views.comparison_xlsx, name="comparison_xlsx"),
]
