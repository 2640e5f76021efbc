"""Addresses of the audits room."""

from django.urls import path

from audits.views import attachments, engagements, sheet, steps

app_name = "audits"

urlpatterns = [
    path("", engagements.audit_list, name="audit_list"),
    path("new/", engagements.audit_create_page, name="audit_create"),
    path("<int:audit_id>/", engagements.audit_detail, name="audit_detail"),
    path("<int:audit_id>/facts/", engagements.facts_page, name="facts"),
    path("<int:audit_id>/texts/", engagements.texts_page, name="texts"),
    path("<int:audit_id>/market/", steps.market_page, name="market"),
    path("<int:audit_id>/market/waivers/", steps.waiver_add, name="waiver_add"),
    path("<int:audit_id>/decision/", steps.decision_page, name="decision"),
    path("<int:audit_id>/steps/<slug:step>/", steps.step_page, name="step"),
    path("<int:audit_id>/sheet/", sheet.sheet, name="sheet"),
    path("answers/<int:answer_id>/save/", sheet.save, name="answer_save"),
    path("answers/<int:answer_id>/row/", sheet.row, name="answer_row"),
    path("answers/<int:answer_id>/panel/", sheet.panel, name="answer_panel"),
    path("answers/<int:answer_id>/evidence/", attachments.evidence_upload, name="evidence_upload"),
    path(
        "answers/<int:answer_id>/evidence/<int:evidence_id>/remove/",
        attachments.evidence_remove,
        name="evidence_remove",
    ),
    path("answers/<int:answer_id>/findings/", attachments.finding_add, name="finding_add"),
    path("evidence/<int:evidence_id>/", attachments.evidence_file, name="evidence_file"),
    path("findings/<int:finding_id>/close/", attachments.finding_close_page, name="finding_close"),
]
