"""Addresses of quality verification."""

from django.urls import path

from review.verification import sheet_views as sheets
from review.verification import views

urlpatterns = [
    path("", views.verification_list, name="verification_list"),
    path("new/", views.verification_new, name="verification_new"),
    path("mine/", sheets.verification_mine, name="verification_mine"),
    path("<uuid:plan_id>/", views.verification_detail, name="verification_detail"),
    path("<uuid:plan_id>/edit/", views.verification_edit, name="verification_edit"),
    path("<uuid:plan_id>/preview/", views.verification_preview, name="verification_preview"),
    path("<uuid:plan_id>/draw/", views.verification_draw, name="verification_draw"),
    path("<uuid:plan_id>/frame.tsv", views.verification_frame, name="verification_frame"),
    path("<uuid:plan_id>/assign/", views.verification_assign, name="verification_assign"),
    path("<uuid:plan_id>/report/", views.verification_report, name="verification_report"),
    path("<uuid:plan_id>/report.<str:form>", views.verification_report_file, name="verification_report_file"),
    path("<uuid:plan_id>/decide/", views.verification_decide, name="verification_decide"),
    path("<uuid:plan_id>/batch/", views.verification_batch, name="verification_batch"),
    path("<uuid:plan_id>/recheck/", views.verification_recheck, name="verification_recheck"),
    path("<uuid:plan_id>/sheets.xlsx", sheets.verification_workbook, name="verification_workbook"),
    path("<uuid:plan_id>/import/", sheets.verification_import, name="verification_import"),
    path("<uuid:plan_id>/walk/", sheets.verification_walk, name="verification_walk"),
    path("<uuid:plan_id>/walk/add/", sheets.verification_walk_add, name="verification_walk_add"),
    path(
        "<uuid:plan_id>/walk/<int:entry_id>/remove/",
        sheets.verification_walk_remove,
        name="verification_walk_remove",
    ),
    path("sheets/<uuid:sheet_id>/", sheets.verification_sheet, name="verification_sheet"),
    path("sheets/<uuid:sheet_id>/save/", sheets.verification_sheet_save, name="verification_sheet_save"),
    path("sheets/<uuid:sheet_id>/sign/", sheets.verification_sheet_sign, name="verification_sheet_sign"),
    path("sheets/<uuid:sheet_id>/file/", sheets.verification_sheet_file, name="verification_sheet_file"),
    path(
        "sheets/<uuid:sheet_id>/reopen/", sheets.verification_sheet_reopen, name="verification_sheet_reopen"
    ),
    path(
        "sheets/<uuid:sheet_id>/replace/",
        sheets.verification_sheet_replace,
        name="verification_sheet_replace",
    ),
    path("sheets/<uuid:sheet_id>/print/", sheets.verification_sheet_print, name="verification_sheet_print"),
]
