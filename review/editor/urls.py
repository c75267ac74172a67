"""Addresses of audit rules."""

from django.urls import path

from review.editor import views, writing

urlpatterns = [
    path("", views.rule_list, name="rule_list"),
    path("retiring/", views.rule_retiring, name="rule_retiring"),
    path("new/", writing.rule_new, name="rule_new"),
    path("check/", writing.rule_check, name="rule_check"),
    path("names.json", writing.rule_names, name="rule_names"),
    path("<int:rule_id>/", views.rule_version, name="rule_version"),
    path("<int:rule_id>/edit/", writing.rule_edit, name="rule_edit"),
    path("<int:rule_id>/revise/", writing.rule_revise, name="rule_revise"),
    path("<int:rule_id>/adapt/", writing.rule_adapt, name="rule_adapt"),
    path("<int:rule_id>/discard/", writing.rule_discard, name="rule_discard"),
    path("<int:rule_id>/try/", writing.rule_try, name="rule_try"),
    path("<int:rule_id>/issue/", writing.rule_issue, name="rule_issue"),
    path("<int:rule_id>/retire/", writing.rule_retire, name="rule_retire"),
]
