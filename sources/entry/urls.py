"""Addresses of filling, reading and printing forms."""

from django.urls import path

from sources.entry import moves, printing, reading, rules, views

urlpatterns = [
    path("blank/<str:form>/", printing.blank, name="entry_print_blank"),
    path("rules/<str:form>/<str:digest>/", rules.rules, name="entry_rules"),
    path("returns/<uuid:return_id>/save/", views.save, name="entry_save"),
    path("returns/<uuid:return_id>/submit/", moves.submit, name="entry_submit"),
    path("returns/<uuid:return_id>/decide/", moves.decide, name="entry_decide"),
    path("returns/<uuid:return_id>/remove/", moves.remove_sheet, name="sheet_remove"),
    path("returns/<uuid:return_id>/history/", reading.history, name="return_history"),
    path("returns/<uuid:return_id>/compare/<int:old>/<int:new>/", reading.compare, name="return_diff"),
    path("<uuid:object_id>/", reading.forms_of_object, name="object_forms"),
    path("<uuid:object_id>/open/", moves.open_forms, name="object_forms_open"),
    path("<uuid:object_id>/<str:form>/sheets/", moves.add_sheet, name="sheet_add"),
    path("<uuid:object_id>/<str:form>/<int:sheet>/", views.form_page, name="entry_form"),
    path("<uuid:object_id>/<str:form>/<int:sheet>/print/", printing.sheet, name="entry_print"),
]
