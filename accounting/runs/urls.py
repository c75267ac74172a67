from django.urls import path

from accounting.runs import views

urlpatterns = [
    path("", views.run_list, name="run_list"),
    path("new/", views.run_new, name="run_new"),
    path("<uuid:pk>/", views.run_show, name="run_show"),
    path("<uuid:pk>/start", views.run_start_now, name="run_start"),
    path("<uuid:pk>/update", views.run_update_now, name="run_update"),
    path("<uuid:pk>/cancel", views.run_cancel_now, name="run_cancel"),
    path("<uuid:pk>/gaps/", views.gap_list, name="gap_list"),
    path("<uuid:pk>/gaps.xlsx", views.gap_xlsx, name="gap_xlsx"),
    path("factor/<int:pk>/", views.factor_usage, name="factor_usage"),
    path("objects/<uuid:object_id>/", views.object_account, name="object_account"),
    path("objects/<uuid:object_id>/account.xlsx", views.object_account_xlsx, name="object_account_xlsx"),
]
