"""Addresses of the subject people."""

from django.urls import path, re_path

from census.people import account_views, office_views, views
from census.people.delegation import views as delegation

urlpatterns = [
    path("sign-in/", account_views.sign_in, name="sign_in"),
    path("sign-out/", account_views.sign_out, name="sign_out"),
    path("password/", account_views.password_change, name="password_change"),
    path("rights/", account_views.rights, name="rights"),
    path("posts/<int:post_id>/choose/", account_views.post_choose, name="post_choose"),
    path("people/", views.people_list, name="people_list"),
    path("people/new/", views.person_create, name="person_create"),
    path("people/<int:user_id>/", views.person_detail, name="person_detail"),
    path("people/<int:user_id>/edit/", views.person_edit, name="person_edit"),
    re_path(
        r"^people/(?P<user_id>[0-9]+)/(?P<act>activate|deactivate|unlock|reset)/$",
        views.person_act,
        name="person_act",
    ),
    path("people/<int:user_id>/posts/new/", views.post_grant, name="post_grant"),
    path("posts/<int:post_id>/", views.post_change, name="post_change"),
    path("posts/<int:post_id>/end/", views.post_end, name="post_end"),
    path("delegations/", delegation.delegation_list, name="delegation_list"),
    path("posts/<int:post_id>/delegate/", delegation.delegation_new, name="delegation_new"),
    path("delegations/<int:delegation_id>/end/", delegation.delegation_end, name="delegation_end"),
    path("offices/", office_views.office_list, name="office_list"),
    path("offices/new/", office_views.office_create, name="office_create"),
    path("offices/<int:office_id>/", office_views.office_edit, name="office_edit"),
]
