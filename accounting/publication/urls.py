from django.urls import path

from accounting.publication import views

urlpatterns = [
    path("new/<uuid:cut>/", views.publication_new, name="publication_new"),
    path("release/<uuid:cut>/", views.publication_release_all, name="publication_release_all"),
    path("<uuid:pk>/", views.publication_show, name="publication_show"),
    path("<uuid:pk>/release", views.publication_release, name="publication_release"),
    path("<uuid:pk>/audit.xlsx", views.publication_audit, name="publication_audit"),
    path("<uuid:pk>/table.xlsx", views.publication_xlsx, name="publication_xlsx"),
]
