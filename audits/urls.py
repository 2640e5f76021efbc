"""Addresses of the audits room."""

from django.urls import path

from audits.views import (
    attachments,
    bulk,
    certificates,
    conflicts,
    drawer,
    engagements,
    evidence,
    evidence_files,
    evidence_pages,
    findings,
    moving,
    onsite,
    plans,
    policies,
    practices,
    programmes,
    reviews,
    samples,
    sheet,
    steps,
    syncing,
)
from audits.views.registers import credentials, facts, home, knowledge, projects

app_name = "audits"

urlpatterns = [
    path("", engagements.audit_list, name="audit_list"),
    path("new/", engagements.audit_create_page, name="audit_create"),
    path("<int:audit_id>/", engagements.audit_detail, name="audit_detail"),
    path("<int:audit_id>/facts/", engagements.facts_page, name="facts"),
    path("<int:audit_id>/facts/<slug:code>/take/", facts.fact_take, name="fact_take"),
    path("<int:audit_id>/texts/", engagements.texts_page, name="texts"),
    path("<int:audit_id>/plan/", plans.plan_page, name="plan"),
    path("<int:audit_id>/plan/days/", plans.plan_dates, name="plan_dates"),
    path("<int:audit_id>/plan/sections/", plans.plan_sections, name="plan_sections"),
    path("<int:audit_id>/plan/agenda/", plans.plan_agenda_add, name="agenda_add"),
    path("<int:audit_id>/plan/agenda/<int:line_id>/remove/", plans.plan_agenda_remove, name="agenda_remove"),
    path("<int:audit_id>/plan/team/", plans.member_add, name="member_add"),
    path("<int:audit_id>/plan/team/<int:user_id>/remove/", plans.member_remove, name="member_remove"),
    path("<int:audit_id>/conflicts/", conflicts.conflicts_page, name="conflicts"),
    path("<int:audit_id>/conflicts/<int:user_id>/clear/", conflicts.conflict_clear_page, name="conflict_clear"),
    path("<int:audit_id>/stage-1/", onsite.stage_one_page, name="stage_one"),
    path("<int:audit_id>/stage-1/concerns/", onsite.concern_add, name="concern_add"),
    path("concerns/<int:concern_id>/settle/", onsite.concern_settle_page, name="concern_settle"),
    path("<int:audit_id>/meetings/<slug:kind>/", onsite.meeting_page, name="meeting"),
    path("<int:audit_id>/market/", steps.market_page, name="market"),
    path("<int:audit_id>/market/waivers/", steps.waiver_add, name="waiver_add"),
    path("<int:audit_id>/decision/", steps.decision_page, name="decision"),
    path("<int:audit_id>/move/", moving.move_choice, name="move"),
    path("<int:audit_id>/move/<int:edition_id>/", moving.move_preview, name="move_preview"),
    path("<int:audit_id>/moves/<int:move_id>/", moving.move_record, name="move_record"),
    path("<int:audit_id>/steps/<slug:step>/", steps.step_page, name="step"),
    path("<int:audit_id>/sheet/", sheet.sheet, name="sheet"),
    path("<int:audit_id>/sheet/together/", bulk.together, name="together"),
    path("together/<int:bulk_id>/", bulk.done, name="together_done"),
    path("<int:audit_id>/samples/", samples.sample_list, name="sample_list"),
    path("answers/<int:answer_id>/samples/new/", samples.sample_new, name="sample_create"),
    path("samples/size/", samples.sample_size, name="sample_size"),
    path("samples/<int:sample_id>/", samples.sample_page, name="sample"),
    path("samples/<int:sample_id>/draw/", samples.sample_drawing, name="sample_draw"),
    path("samples/<int:sample_id>/withdraw/", samples.sample_end, name="sample_withdraw"),
    path("samples/<int:sample_id>/population/", samples.sample_population, name="sample_population"),
    path("samples/<int:sample_id>/records.csv", samples.sample_csv, name="sample_csv"),
    path("samples/records/<int:item_id>/", samples.sample_record, name="sample_record"),
    path("<int:audit_id>/sync/", syncing.sync, name="sync"),
    path("<int:audit_id>/package/", syncing.package, name="package"),
    path("answers/<int:answer_id>/save/", sheet.save, name="answer_save"),
    path("answers/<int:answer_id>/row/", sheet.row, name="answer_row"),
    path("answers/<int:answer_id>/computed/", sheet.take_computed, name="answer_take_computed"),
    path("answers/<int:answer_id>/confirm/", sheet.confirm, name="answer_confirm"),
    path("answers/<int:answer_id>/review/", reviews.review, name="answer_review"),
    path("answers/<int:answer_id>/acknowledge/", reviews.acknowledge, name="answer_acknowledge"),
    path("answers/<int:answer_id>/panel/", drawer.panel, name="answer_panel"),
    path("answers/<int:answer_id>/evidence/", evidence.evidence_upload, name="evidence_upload"),
    path("answers/<int:answer_id>/evidence/lines/", evidence.evidence_lines, name="evidence_lines"),
    path("answers/<int:answer_id>/evidence/note/", evidence.evidence_note, name="evidence_note"),
    path("answers/<int:answer_id>/evidence/choose/", evidence.evidence_choose, name="evidence_choose"),
    path(
        "answers/<int:answer_id>/evidence/<int:evidence_id>/attach/",
        evidence.evidence_attach_page,
        name="evidence_attach",
    ),
    path("answers/<int:answer_id>/evidence/<int:evidence_id>/rest/", evidence.evidence_rest_page, name="evidence_rest"),
    path(
        "answers/<int:answer_id>/evidence/<int:evidence_id>/remove/", evidence.evidence_remove, name="evidence_remove"
    ),
    path("answers/<int:answer_id>/findings/", attachments.finding_add, name="finding_add"),
    path("<int:audit_id>/evidence/", evidence_pages.evidence_list, name="evidence_list"),
    path("evidence/<int:evidence_id>/", evidence_files.evidence_file, name="evidence_file"),
    path("evidence/<int:evidence_id>/original/", evidence_files.evidence_original, name="evidence_original"),
    path("evidence/<int:evidence_id>/view/", evidence_files.evidence_view, name="evidence_view"),
    path("evidence/<int:evidence_id>/about/", evidence_pages.evidence_detail, name="evidence_detail"),
    path("evidence/<int:evidence_id>/edit/", evidence_pages.evidence_edit, name="evidence_edit"),
    path("evidence/<int:evidence_id>/replace/", evidence_pages.evidence_replace, name="evidence_replace"),
    path("evidence/<int:evidence_id>/criteria/", evidence_pages.evidence_serve, name="evidence_serve"),
    path("evidence/<int:evidence_id>/withdraw/", evidence_pages.evidence_withdraw_page, name="evidence_withdraw"),
    path("evidence/<int:evidence_id>/restore/", evidence_pages.evidence_restore_page, name="evidence_restore"),
    path("findings/<int:finding_id>/practice/", practices.practice_propose_page, name="practice_propose"),
]

# Included under ``/findings/``, with a name space of their own.
finding_urlpatterns = [
    path("", findings.finding_board, name="board"),
    path("cause/", findings.cause_preview, name="cause_preview"),
    path("settings/", policies.settings_list, name="settings"),
    path("settings/<int:organisation_id>/", policies.policy_page, name="policy"),
    path("clock/", policies.clock_list, name="clocks"),
    path("clock/<int:centre_id>/", policies.clock_page, name="clock"),
    path("<int:finding_id>/", findings.finding_detail, name="detail"),
    path("<int:finding_id>/edit/", findings.finding_change, name="edit"),
    path("<int:finding_id>/steps/<slug:step>/", findings.finding_step_page, name="step"),
    path("<int:finding_id>/warnings/<int:warning_id>/", findings.warning_acted, name="acted"),
]

# Included under ``/certificates/`` and ``/programmes/``, each with a name space of its own.
certificate_urlpatterns = [
    path("", certificates.certificate_list, name="list"),
    path("<int:certificate_id>/", certificates.certificate_detail, name="detail"),
    path("<int:certificate_id>/steps/<slug:step>/", certificates.certificate_step_page, name="step"),
]
programme_urlpatterns = [
    path("", programmes.programme_list, name="list"),
    path("new/", programmes.programme_add, name="create"),
    path("<int:programme_id>/", programmes.programme_detail, name="detail"),
    path("<int:programme_id>/edit/", programmes.programme_edit, name="edit"),
    path("<int:programme_id>/lines/<int:line_id>/remove/", programmes.programme_line_remove, name="line_remove"),
]

# Included under ``/registers/``, with a name space of their own.
register_urlpatterns = [
    path("", home.home, name="home"),
    path("centres/<int:centre_id>/", home.centre, name="centre"),
    path("centres/<int:centre_id>/knowledge/", knowledge.knowledge_history, name="knowledge_history"),
    path("centres/<int:centre_id>/knowledge/new/", knowledge.knowledge_add, name="knowledge_create"),
    path("centres/<int:centre_id>/projects/new/", projects.project_add, name="project_create"),
    path("knowledge/<int:index_id>/", knowledge.knowledge_detail, name="knowledge_detail"),
    path("knowledge/<int:index_id>/withdraw/", knowledge.knowledge_end, name="knowledge_withdraw"),
    path("projects/", projects.project_list, name="project_list"),
    path("projects/<int:project_id>/", projects.project_detail, name="project_detail"),
    path("projects/<int:project_id>/edit/", projects.project_edit, name="project_update"),
    path("projects/<int:project_id>/steps/<slug:step>/", projects.project_step, name="project_step"),
    path("projects/<int:project_id>/review/", projects.project_review, name="project_review"),
    path("projects/<int:project_id>/abandon/", projects.project_end, name="project_abandon"),
    path("credentials/", credentials.credential_list, name="credential_list"),
    path(
        "organisations/<int:organisation_id>/credentials/new/", credentials.credential_create, name="credential_create"
    ),
    path("credentials/<int:credential_id>/", credentials.credential_detail, name="credential_detail"),
    path("credentials/<int:credential_id>/edit/", credentials.credential_edit, name="credential_update"),
    path("credentials/<int:credential_id>/revoke/", credentials.credential_end, name="credential_revoke"),
    path("credentials/<int:credential_id>/file/", credentials.credential_file, name="credential_file"),
]
