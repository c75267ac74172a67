from django.urls import path

from accounting.tables import views

urlpatterns = [
    path("", views.table_list, name="table_list"),
    path("book.xlsx", views.table_book, name="table_book"),
    path("book/", views.table_book_start, name="table_book_start"),
    path("book/<uuid:job_id>.zip", views.table_book_file, name="table_book_file"),
    path("<str:code>/", views.table_show, name="table_show"),
    path("<str:code>/table.xlsx", views.table_xlsx, name="table_xlsx"),
    path("<str:code>/table.csv", views.table_csv, name="table_csv"),
    path("<str:code>/<str:column>/objects", views.table_cell, name="table_cell"),
]
