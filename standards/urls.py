"""Addresses of the standards room."""

from django.urls import path

from standards.views import comparing, reading

app_name = "standards"
urlpatterns = [
    path("", reading.edition_list, name="edition_list"),
    path("<slug:code>/compare/<str:old>/<str:new>/", comparing.edition_compare, name="compare"),
    path("<slug:code>/<str:version>/", reading.edition_detail, name="edition"),
    path("<slug:code>/<str:version>/<str:criterion>/", reading.criterion_detail, name="criterion"),
]
