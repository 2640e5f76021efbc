"""Addresses of the standards room."""

from django.urls import path

from standards import views

app_name = "standards"
urlpatterns = [
    path("", views.edition_list, name="edition_list"),
    path("<slug:code>/<str:version>/", views.edition_detail, name="edition"),
    path("<slug:code>/<str:version>/<str:criterion>/", views.criterion_detail, name="criterion"),
]
