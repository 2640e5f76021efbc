"""Addresses of the awards room. What names an entry or a card in them is random."""

from django.urls import path

from awards.views import entries, files, judging, panels, programmes

app_name = "awards"

urlpatterns = [
    path("", programmes.home, name="home"),
    path("new/", programmes.programme_create, name="create"),
    path("entries/<str:code>/", entries.entry, name="entry"),
    path("entries/<str:code>/names/", entries.names, name="names"),
    path("entries/<str:code>/submit/", entries.submit, name="submit"),
    path("entries/<str:code>/withdraw/", entries.withdraw, name="withdraw"),
    path("entries/<str:code>/late/", entries.allow_late, name="late"),
    path("entries/<str:code>/late/ask/", entries.ask_late, name="ask_late"),
    path("entries/<str:code>/receipts/<int:number>/", entries.receipt, name="receipt"),
    path("entries/<str:code>/asks/<str:ask>/", entries.answer, name="answer"),
    path("entries/<str:code>/asks/<str:ask>/files/", files.upload, name="upload"),
    path("entries/<str:code>/asks/<str:ask>/references/", entries.refer, name="refer"),
    path("entries/<str:code>/references/<int:reference>/remove/", entries.unrefer, name="unrefer"),
    path("entries/<str:code>/files/<str:file>/", files.file, name="file"),
    path("entries/<str:code>/files/<str:file>/remove/", files.remove, name="file_remove"),
    path("entries/<str:code>/files/<str:file>/clear/", files.clear, name="file_clear"),
    path("cards/<str:code>/", judging.card, name="card"),
    path("cards/<str:code>/save/", judging.save, name="card_save"),
    path("cards/<str:code>/abstain/", judging.abstain, name="abstain"),
    path("cards/<str:code>/recuse/", judging.recuse, name="recuse"),
    path("cards/<str:code>/prefer/", judging.prefer, name="prefer"),
    path("cards/<str:code>/files/<str:file>/", judging.file, name="card_file"),
    path("<str:code>/", programmes.programme, name="programme"),
    path("<str:code>/method/", programmes.declare, name="declare"),
    path("<str:code>/open/", programmes.open_programme, name="open"),
    path("<str:code>/merge/", programmes.merge, name="merge"),
    path("<str:code>/stages/<str:stage>/", programmes.stage_edit, name="stage_edit"),
    path("<str:code>/enter/", entries.enter, name="enter"),
    path("<str:code>/enter/check/", entries.eligible, name="eligible"),
    path("<str:code>/panel/", panels.panel, name="panel"),
    path("<str:code>/panel/ties/", panels.tie, name="tie"),
    path("<str:code>/panel/<str:key>/remove/", panels.remove, name="judge_remove"),
    path("<str:code>/assign/<str:stage>/", panels.assign, name="assign"),
    path("<str:code>/judging/", judging.judging, name="judging"),
    path("<str:code>/judging/conflicts/", panels.declare, name="declare_conflicts"),
    path("<str:code>/judging/<str:stage>/compare/", judging.compare, name="compare"),
]
