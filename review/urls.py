"""Addresses of the room review."""

from django.urls import include, path

from review.findings import views as findings
from review.ladder import views as ladder
from review.problems.views import batches, desk, panel, rates, reminders

urlpatterns = [
    path("findings/", findings.finding_list, name="finding_list"),
    path("findings/run/", findings.finding_run, name="finding_run"),
    path("findings/explain/", findings.finding_explain, name="finding_explain"),
    path("rules/", include("review.editor.urls")),
    path("ladder/", ladder.review_ladder, name="review_ladder"),
    path("desk/", desk.problem_desk, name="problem_desk"),
    path("desk/count/", desk.problem_count, name="problem_count"),
    path("checks/", desk.problem_checks, name="problem_checks"),
    path("problems/move/", panel.problem_move, name="problem_move"),
    path("problems/<int:problem_id>/", panel.problem_panel, name="problem_panel"),
    path("problems/<int:problem_id>/note/", panel.note_add, name="problem_note"),
    path("problems/<int:problem_id>/call/", panel.call_add, name="problem_call"),
    path("reminders/", reminders.reminder_list, name="reminder_list"),
    path("reminders/read/", reminders.reminder_read, name="reminder_read"),
    path("rates/", rates.problem_rates, name="problem_rates"),
    path("rates.xlsx", rates.problem_rates_xlsx, name="problem_rates_xlsx"),
    path("batches/", batches.batch_list, name="batch_list"),
    path("batches/new/", batches.batch_new, name="batch_new"),
    path("batches/template.xlsx", batches.batch_template, name="batch_template"),
    path("batches/jobs/<uuid:job_id>/", batches.batch_job, name="batch_job"),
    path("batches/<uuid:batch_id>/", batches.batch_detail, name="batch_detail"),
    path("batches/<uuid:batch_id>/edit/", batches.batch_edit, name="batch_edit"),
    path("batches/<uuid:batch_id>/count/", batches.batch_count, name="batch_count"),
    path("batches/<uuid:batch_id>/add/", batches.batch_add, name="batch_add"),
    path("batches/<uuid:batch_id>/row/", batches.batch_row, name="batch_row"),
    path("batches/<uuid:batch_id>/import/", batches.batch_import, name="batch_import"),
    path("batches/<uuid:batch_id>/remove/", batches.batch_remove, name="batch_remove"),
    path("batches/<uuid:batch_id>/issue/", batches.batch_issue, name="batch_issue"),
    path("batches/<uuid:batch_id>/discard/", batches.batch_discard, name="batch_discard"),
    path("batches/<uuid:batch_id>/export.xlsx", batches.batch_export, name="batch_export"),
    path("batches/<uuid:batch_id>/answers/", batches.batch_answers, name="batch_answers"),
    path("sessions/", include("review.sessions.urls")),
    path("selective/", include("review.selective.urls")),
    path("verification/", include("review.verification.urls")),
]
