"""Addresses of the reports room; ``lens_urlpatterns`` belong to one audit, ``verify_urlpatterns`` are public."""

from django.urls import path

from reports.views import awards, checking, dashboards, exports, lenses, register, summary, verification

app_name = "reports"

urlpatterns = [
    path("", exports.export_list, name="export_list"),
    path("dashboard/", dashboards.dashboard, name="dashboard"),
    path("dashboard/<slug:chart>.<slug:kind>", dashboards.dashboard_file, name="dashboard_file"),
    path("scheme/", dashboards.scheme, name="scheme"),
    path("scheme/<slug:chart>.<slug:kind>", dashboards.scheme_file, name="scheme_file"),
    path("organisations/<int:organisation_id>/register/", register.listing, name="listing"),
    path("audits/<int:audit_id>/request/", exports.export_ask, name="export_request"),
    path("audits/<int:audit_id>/certificate/", exports.certificate_ask, name="certificate_request"),
    path("audits/<int:audit_id>/preview/", summary.preview, name="preview"),
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
    path("<slug:code>/results/signed.json", awards.results_signed, name="results_signed"),
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
