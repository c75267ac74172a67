from django.urls import path

from accounting.preview import views

urlpatterns = [path("<uuid:object_id>/", views.preview_panel, name="preview_panel")]
