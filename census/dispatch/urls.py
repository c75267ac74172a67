"""Addresses of dispatch."""

from django.urls import path

from census.dispatch import document_views as documents
from census.dispatch import views, wall

urlpatterns = [
    path("", views.dispatch_board, name="dispatch_board"),
    path("count/", views.dispatch_count, name="dispatch_count"),
    path("wall/", wall.dispatch_wall, name="dispatch_wall"),
    path("wall.json", wall.dispatch_wall_json, name="dispatch_wall_json"),
    path("rhythm/", views.dispatch_rhythm, name="dispatch_rhythm"),
    path("targets/", views.dispatch_targets, name="dispatch_targets"),
    path("targets/remove/", views.dispatch_target_remove, name="dispatch_target_remove"),
    path("documents/", documents.document_list, name="document_list"),
    path("documents/new/", documents.document_new, name="document_new"),
    path("documents/<uuid:document_id>/", documents.document_detail, name="document_detail"),
    path("documents/<uuid:document_id>/edit/", documents.document_edit, name="document_edit"),
    path("documents/<uuid:document_id>/issue/", documents.document_issue, name="document_issue"),
    path("documents/<uuid:document_id>/discard/", documents.document_discard, name="document_discard"),
    path("documents/<uuid:document_id>/close/", documents.document_close, name="document_close"),
    path("documents/<uuid:document_id>/receive/", documents.document_receive, name="document_receive"),
    path("documents/<uuid:document_id>/reply/", documents.document_reply, name="document_reply"),
    path("documents/<uuid:document_id>/decide/", documents.document_decide, name="document_decide"),
    path(
        "documents/<uuid:document_id>/paper.docx",
        documents.document_file,
        {"form": "docx"},
        name="document_docx",
    ),
    path(
        "documents/<uuid:document_id>/paper.pdf",
        documents.document_file,
        {"form": "pdf"},
        name="document_pdf",
    ),
]
