from django.urls import path

from accounting.factors import views

urlpatterns = [
    path("", views.factor_list, name="factor_list"),
    path("editions/", views.edition_compare, name="edition_compare"),
    path("<int:pk>/", views.factor_show, name="factor_show"),
]
