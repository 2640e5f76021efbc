"""Addresses of the reports room; ``lens_urlpatterns`` belong to one audit, ``verify_urlpatterns`` are public."""

from django.urls import path

from reports.views import (
    awards,
    batches,
    checking,
    dashboards,
    documents,
    exports,
    house,
    ledger,
    lenses,
    register,
    schedules,
    summary,
    verification,
    webhooks,
)

app_name = "reports"

urlpatterns = [
    path("", exports.export_list, name="export_list"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("dashboard/", dashboards.dashboard, name="dashboard"),
    path("dashboard/<slug:chart>.<slug:kind>", dashboards.dashboard_file, name="dashboard_file"),
    path("scheme/", dashboards.scheme, name="scheme"),
    path("scheme/<slug:chart>.<slug:kind>", dashboards.scheme_file, name="scheme_file"),
    path("organisations/<int:organisation_id>/register/", register.listing, name="listing"),
    path("organisations/<int:organisation_id>/webhooks/", webhooks.webhook_list, name="webhooks"),
    path("organisations/<int:organisation_id>/webhooks/new/", webhooks.webhook_new, name="webhook_create"),
    path("webhooks/<int:webhook_id>/", webhooks.webhook_detail, name="webhook"),
    path("webhooks/<int:webhook_id>/test/", webhooks.webhook_try, name="webhook_test"),
    path("webhooks/<int:webhook_id>/switch/", webhooks.webhook_turn, name="webhook_switch"),
    path("webhooks/<int:webhook_id>/remove/", webhooks.webhook_end, name="webhook_remove"),
    path("webhooks/<int:webhook_id>/<uuid:delivery_id>/again/", webhooks.webhook_again, name="webhook_again"),
    path("audits/<int:audit_id>/request/", exports.export_ask, name="export_request"),
    path("audits/<int:audit_id>/page/", summary.report_whole, name="page"),
    path("audits/<int:audit_id>/certificate/", exports.certificate_ask, name="certificate_request"),
    path("audits/<int:audit_id>/preview/", summary.preview, name="preview"),
    path("batches/", batches.batch_list, name="batch_list"),
    path("batches/new/", batches.batch_new, name="batch_new"),
    path("batches/<uuid:batch_id>/", batches.batch_detail, name="batch_detail"),
    path("batches/<uuid:batch_id>/cancel/", batches.batch_stop, name="batch_cancel"),
    path("batches/<uuid:batch_id>/retry/", batches.batch_again, name="batch_retry"),
    path("batches/<uuid:batch_id>/download/", batches.batch_download, name="batch_download"),
    path("look/", house.house_list, name="house_list"),
    path("look/<int:organisation_id>/", house.house_edit, name="house"),
    path("look/<int:organisation_id>/preview/", house.house_preview, name="house_preview"),
    path("monthly/", schedules.schedule_list, name="schedule_list"),
    path("monthly/<int:schedule_id>/pause/", schedules.schedule_rest, name="schedule_pause"),
    path("monthly/<int:schedule_id>/remove/", schedules.schedule_end, name="schedule_remove"),
    path("audits/<int:audit_id>/documents/", documents.audit_documents, name="audit_documents"),
    path("documents/", documents.document_list, name="document_list"),
    path("documents/<slug:code>/request/", documents.document_ask, name="document_request"),
    path("exports/<uuid:export_id>/", exports.export_detail, name="export_detail"),
    path("exports/<uuid:export_id>/cancel/", exports.export_stop, name="export_cancel"),
    path("exports/<uuid:export_id>/retry/", exports.export_again, name="export_retry"),
    path("exports/<uuid:export_id>/download/", exports.export_download, name="export_download"),
]

lens_urlpatterns = [
    path("<int:audit_id>/lenses/", lenses.audit_lenses, name="audit_lenses"),
    path("<int:audit_id>/lenses/<str:lens>/", lenses.audit_lens, name="audit_lens"),
    path("<int:audit_id>/lenses/<str:lens>/export/", lenses.lens_export, name="lens_export"),
]

# Included under ``/awards/``, with a name space of their own.
award_urlpatterns = [
    path("entries/<slug:code>/certificate.pdf", awards.award_certificate, name="certificate"),
    path("entries/<slug:code>/plaque.pdf", awards.award_plaque, name="plaque"),
    path("<slug:code>/results/signed.json", awards.results_signed, name="results_signed"),
    path("<slug:code>/results/sign/", awards.results_sign_now, name="results_sign"),
]

verify_urlpatterns = [
    path("register/", register.register, name="register"),
    path("register/<slug:chart>.<slug:kind>", register.register_file, name="register_file"),
    path("verify/", verification.verify_form, name="verify_form"),
    path("verify/file/", checking.check_file, name="verify_file"),
    path("verify/issuer.pem", checking.issuer_certificate, name="verify_issuer"),
    path("verify/key.json", checking.issuer_key, name="verify_key"),
    path("verify/<str:code>.json", verification.verify_json, name="verify_json"),
    path("verify/<str:code>.jwt", verification.verify_credential, name="verify_credential"),
    path("verify/<str:code>/", verification.verify, name="verify"),
]
