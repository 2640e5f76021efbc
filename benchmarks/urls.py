"""Addresses under ``/benchmarks/``."""

from django.urls import path

from benchmarks.views import centres, market

app_name = "benchmarks"
urlpatterns = [
    path("", market.market, name="market"),
    path("kpis/<slug:code>/", market.kpi, name="kpi"),
    path("centres/<int:centre_id>/", centres.centre_measurements, name="centre_measurements"),
    path("centres/<int:centre_id>/measure/", centres.measure, name="measure"),
    path("runs/<int:run_id>/", centres.run, name="run"),
]
