"""Addresses under ``/benchmarks/``."""

from django.urls import path

from benchmarks.views import centres, jobs, kpis, market, planning, pool, records, releases, standing

app_name = "benchmarks"
urlpatterns = [
    path("", market.market, name="market"),
    path("kpis/", kpis.kpi_list, name="kpi_list"),
    path("kpis/<slug:code>/", kpis.kpi, name="kpi"),
    path("centres/<int:centre_id>/", standing.centre, name="centre_measurements"),
    path("centres/<int:centre_id>/analysis/", standing.analysis, name="centre_analysis"),
    path("organisations/<int:organisation_id>/centres/", standing.organisation_sites, name="organisation_sites"),
    path("planning/", planning.planning, name="planning"),
    path("centres/<int:centre_id>/planning/", planning.centre_planning, name="centre_planning"),
    path("centres/<int:centre_id>/measure/", centres.measure, name="measure"),
    path("centres/<int:centre_id>/records/", records.waiting, name="records"),
    path("centres/<int:centre_id>/records/fetch/", records.fetch, name="records_fetch"),
    path("centres/<int:centre_id>/records/quality/", records.quality, name="records_quality"),
    path("records/<int:upload_id>/", records.mapping, name="records_mapping"),
    path("records/<int:upload_id>/remove/", records.remove, name="records_remove"),
    path("records/<int:upload_id>/mapping.yaml", records.mapping_file, name="records_mapping_file"),
    path("records/jobs/<uuid:job_id>/", jobs.job_detail, name="records_job"),
    path("records/jobs/<uuid:job_id>/cancel/", jobs.job_stop, name="records_job_stop"),
    path("records/jobs/<uuid:job_id>/again/", jobs.job_again, name="records_job_again"),
    path("mappings/<int:mapping_id>.yaml", records.saved_mapping, name="saved_mapping"),
    path("releases/", releases.release_list, name="release_list"),
    path("releases/new/", releases.release_new, name="release_new"),
    path("releases/compare/", releases.release_compare, name="release_compare"),
    path("releases/<slug:code>/", releases.release, name="release"),
    path("releases/<slug:code>/<slug:name>/", releases.step, name="release_step"),
    path("pool/", pool.pool_home, name="pool"),
    path("pool/publish/", pool.publish, name="pool_publish"),
    path("pool/centres/<int:centre_id>/", pool.pool_place, name="pool_place"),
    path("pool/centres/<int:centre_id>/join/", pool.join, name="pool_join"),
    path("pool/centres/<int:centre_id>/leave/", pool.leave, name="pool_leave"),
    path("runs/<int:run_id>/", centres.run, name="run"),
]
