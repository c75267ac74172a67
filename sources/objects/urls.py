"""Addresses of the register."""

from django.urls import path

from sources.objects import edit_views, sheet_views, views

urlpatterns = [
    path("", views.register_list, name="register_list"),
    path("counts/", views.register_counts, name="register_counts"),
    path("new/", edit_views.register_create, name="register_create"),
    path("check/", edit_views.register_check, name="register_check"),
    path("assign/", edit_views.register_assign, name="register_assign"),
    path("export/", sheet_views.register_export, name="register_export"),
    path("export/<uuid:job_id>/", sheet_views.register_export_file, name="register_export_file"),
    path("import/", sheet_views.register_import, name="register_import"),
    path("import/template.xlsx", sheet_views.register_template, name="register_template"),
    path("import/<uuid:job_id>/", sheet_views.register_import_job, name="register_import_job"),
    path(
        "import/<uuid:job_id>/confirm/", sheet_views.register_import_confirm, name="register_import_confirm"
    ),
    path(
        "import/<uuid:job_id>/report.xlsx", sheet_views.register_import_report, name="register_import_report"
    ),
    path("<uuid:object_id>/", views.register_detail, name="register_detail"),
    path("<uuid:object_id>/edit/", edit_views.register_edit, name="register_edit"),
    path("<uuid:object_id>/close/", edit_views.register_close, name="register_close"),
    path("<uuid:object_id>/remove/", edit_views.register_remove, name="register_remove"),
    path("<uuid:object_id>/restore/", edit_views.register_restore, name="register_restore"),
]
