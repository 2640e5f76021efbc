"""Addresses under ``/benchmarks/``."""

from django.urls import path

from benchmarks import views

app_name = "benchmarks"
urlpatterns = [
    path("", views.market, name="market"),
    path("kpis/<slug:code>/", views.kpi, name="kpi"),
    path("centres/<int:centre_id>/", views.centre_measurements, name="centre_measurements"),
    path("centres/<int:centre_id>/measure/", views.measure, name="measure"),
    path("runs/<int:run_id>/", views.run, name="run"),
]
