"""Addresses of the standards room."""

from django.urls import path

from standards.views import comparing, drafting, lenses, practices, reading, steps

app_name = "standards"
DRAFT = "<slug:code>/<str:version>/edit"
PRACTICE = "practices/<slug:practice>"
urlpatterns = [
    path("", reading.edition_list, name="edition_list"),
    # Before the editions: a standard called "practices" would be hidden by its library.
    path("practices/", practices.practice_list, name="practice_list"),
    path("practices/work/", practices.practice_work, name="practice_work"),
    path("practices/new/", practices.practice_new, name="practice_new"),
    path(f"{PRACTICE}/", practices.practice_detail, name="practice"),
    path(f"{PRACTICE}/edit/", practices.practice_change, name="practice_edit"),
    path(f"{PRACTICE}/judge/", practices.practice_judging, name="practice_judge"),
    path(f"{PRACTICE}/steps/<slug:step>/", practices.practice_stepping, name="practice_step"),
    path(f"{PRACTICE}/consent/", practices.practice_consenting, name="practice_consent"),
    path(f"{PRACTICE}/adopt/", practices.practice_adopting, name="practice_adopt"),
    path("<slug:code>/compare/<str:old>/<str:new>/", comparing.edition_compare, name="compare"),
    path("<slug:code>/<str:version>/", reading.edition_detail, name="edition"),
    path("<slug:code>/<str:version>/export/", drafting.edition_export, name="export"),
    path("<slug:code>/<str:version>/begin/", drafting.edition_begin, name="begin"),
    path("<slug:code>/<str:version>/steps/<str:name>/", steps.step, name="step"),
    path(f"{DRAFT}/", drafting.overview, name="draft"),
    path(f"{DRAFT}/import/", drafting.edition_upload, name="import"),
    path(f"{DRAFT}/head/", drafting.part_edit, {"kind": "head"}, name="head_edit"),
    path(f"{DRAFT}/head/check/", drafting.part_check, {"kind": "head"}, name="head_check"),
    path(f"{DRAFT}/sections/<str:section>/", drafting.section_edit, name="section_edit"),
    path(f"{DRAFT}/sections/<str:section>/check/", drafting.section_check, name="section_check"),
    path(f"{DRAFT}/blocks/<str:part>/", drafting.part_edit, {"kind": "block"}, name="block_edit"),
    path(f"{DRAFT}/blocks/<str:part>/check/", drafting.part_check, {"kind": "block"}, name="block_check"),
    path(f"{DRAFT}/clauses/<str:part>/", drafting.part_edit, {"kind": "clause"}, name="clause_edit"),
    path(f"{DRAFT}/clauses/<str:part>/check/", drafting.part_check, {"kind": "clause"}, name="clause_check"),
    path(f"{DRAFT}/clauses/<str:clause>/new/", drafting.criterion_new, name="criterion_new"),
    path(f"{DRAFT}/criteria/<str:part>/", drafting.part_edit, {"kind": "criterion"}, name="criterion_edit"),
    path(f"{DRAFT}/criteria/<str:part>/check/", drafting.part_check, {"kind": "criterion"}, name="criterion_check"),
    path(f"{DRAFT}/criteria/<str:part>/look/", drafting.criterion_look, name="criterion_look"),
    path(f"{DRAFT}/criteria/<str:part>/remove/", drafting.criterion_drop, name="criterion_drop"),
    path(f"{DRAFT}/criteria/<str:part>/restore/", drafting.criterion_restore, name="criterion_restore"),
    path("<slug:code>/<str:version>/lenses/", lenses.lens_list, name="lens_list"),
    path("<slug:code>/<str:version>/lenses/<str:lens>/", lenses.lens_coverage, name="lens"),
    path("<slug:code>/<str:version>/<str:criterion>/", reading.criterion_detail, name="criterion"),
]
