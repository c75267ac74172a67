from django.urls import path

from accounting.maps import views, waters

urlpatterns = [
    path("", views.map_page, name="map_page"),
    path("shapes.json", views.map_shapes, name="map_shapes"),
    path("values.json", views.map_values, name="map_values"),
    path("points.json", views.map_points, name="map_points"),
    path("districts.json", views.map_districts, name="map_districts"),
    path("districts/<uuid:pk>/", views.map_district, name="map_district"),
    path("find.json", views.map_find, name="map_find"),
    path("objects/<uuid:pk>/", views.map_card, name="map_card"),
    path("objects/<uuid:pk>/water.json", waters.map_water, name="map_water"),
]
