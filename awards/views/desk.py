"""The chair's desk: progress, what the scores say, deliberation, gates; and what blind judges read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import permission, require
from accounts.stepping_up import step_up
from accounts.views.profiles import person
from audits.pictures import FORMATS
from audits.views.engagements import form_status
from awards.forms import ConsensusForm
from awards.scheme import ENTRY, JUDGING
from awards.selectors.desk import WIDE, desk
from awards.selectors.judging import seen_by_judges
from awards.selectors.panels import entries_in
from awards.selectors.results import matrix_of
from awards.services.errors import AwardError
from awards.services.panels import judges_remind
from awards.services.results import consensus_record, gate_close, tie_decide
from awards.views.fetching import entry_of, programme_of
from awards.views.panels import judging_stage
from awards.words import refusal
from ledger.services import sealed_read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from awards.models import Assignment, Entry, Programme, Stage

CHAIR, CHAIR_ENTRY = "awards.chair_programme", "awards.chair_entry"


@permission(CHAIR)
def board(request: HttpRequest, code: str) -> HttpResponse:
    """The desk: one judging stage at a time, the one under way first."""
    found = programme_of(request, code)
    require(request.user, CHAIR, found)
    now = timezone.now()
    stages = [stage for stage in found.stages.all() if found.scheme.stage(stage.code).kind == JUDGING]
    for stage in stages:
        stage.programme = found
    begun = [stage for stage in stages if stage.opens_at <= now]
    chosen = next(
        (stage for stage in stages if stage.code == request.GET.get("stage")), (begun or stages)[-1 if begun else 0]
    )
    _told(request, found, stage=chosen.code)
    page = desk(chosen, at=now)
    entries = found.entries.select_related("organisation", "centre").filter(revision__gt=0)
    context = {
        "programme": found,
        "stages": [(stage, found.scheme.stage(stage.code)) for stage in stages],
        "stage": chosen,
        "spec": chosen.spec,
        "desk": page,
        "over": chosen.state(now) == "over",
        "entries": entries.order_by("category", "title"),
        "late": found.entries.filter(asked_late=True, revision=0).select_related("organisation"),
        "drafts": found.entries.filter(status="draft").count(),
        "categories": found.scheme.categories,
        "takes_entries": any(found.scheme.stage(each.code).kind == ENTRY for each in found.stages.all()),
    }
    return render(request, "awards/desk.html", context)


@permission(CHAIR, methods=("GET", "POST"))
@step_up(reading=True)
def deliberate(request: HttpRequest, code: str, stage: str, entry: str) -> HttpResponse:
    """Judges by criteria for one entry, the spread marked; what is agreed on is recorded here."""
    found = programme_of(request, code)
    require(request.user, CHAIR, found)
    row = judging_stage(found, stage)
    chosen = next((each for each in entries_in(row) if each.code == entry), None)
    if chosen is None:
        raise Http404
    form = ConsensusForm(request.POST if request.method == "POST" else None, stage=row)
    if form.is_valid():
        try:
            consensus_record(
                stage_id=row.pk, entry=chosen, **form.cleaned_data, by=person(request.user), at=timezone.now()
            )
        except AwardError as error:
            form.add_error("level", refusal(error))
        else:
            messages.success(request, gettext("Recorded. The scores themselves stay as they are."))
            return redirect("awards:deliberate", found.code, row.code, chosen.code)
    _told(request, found, stage=row.code, entry=chosen.code)
    cards = matrix_of(row, chosen)
    context = {
        "programme": found,
        "stage": row,
        "spec": row.spec,
        "entry": chosen,
        "cards": cards,
        "rows": _matrix(row, chosen, cards),
        "form": form,
    }
    return render(request, "awards/deliberate.html", context, status=form_status(form))


def _told(request: HttpRequest, programme: Programme, **what: str) -> None:
    """Record that the chair reads what judges gave, which nobody else sees before the announcement."""
    subject, by = f"award:{programme.pk}", person(request.user)
    sealed_read(action="award.scores_read", subject=subject, by=by, at=timezone.now(), payload=what)


def _matrix(stage: Stage, entry: Entry, cards: Sequence[Assignment]) -> list[dict[str, Any]]:
    """Return per criterion what each judge gave, the spread, and what was agreed on last."""
    agreed = {row.criterion: row for row in stage.consensus.filter(entry=entry).select_related("by")}
    given = [{score.criterion: score for score in card.scores.all()} for card in cards]
    rows = []
    for criterion in stage.programme.scheme.criteria_of(stage.code):
        scores = [each.get(criterion.code) for each in given]
        levels = [score.level for score in scores if score and score.level is not None]
        rows.append(
            {
                "criterion": criterion,
                "scores": scores,
                "spread": max(levels) - min(levels) if levels else None,
                "wide": bool(levels) and max(levels) - min(levels) >= WIDE,
                "agreed": agreed.get(criterion.code),
            }
        )
    return rows


@permission(CHAIR, methods=("POST",))
def tie(request: HttpRequest, code: str, stage: str) -> HttpResponse:
    """Record in which order the panel put entries that share a place."""
    found = programme_of(request, code)
    require(request.user, CHAIR, found)
    row = judging_stage(found, stage)
    order = [each.replace("\0", "") for each in request.POST.getlist("order")]
    reason = request.POST.get("reason", "")[:5000]
    try:
        tie_decide(stage_id=row.pk, order=order, reason=reason, by=person(request.user), at=timezone.now())
    except AwardError as error:
        messages.error(request, refusal(error))
    else:
        messages.success(request, gettext("Recorded. The trace shows it."))
    return redirect("awards:desk", found.code)


@permission(CHAIR, methods=("POST",))
@step_up
def gate(request: HttpRequest, code: str, stage: str) -> HttpResponse:
    """Close the gate of a stage: who goes on is fixed."""
    found = programme_of(request, code)
    require(request.user, CHAIR, found)
    row = judging_stage(found, stage)
    try:
        closed = gate_close(stage_id=row.pk, by=person(request.user), at=timezone.now())
    except AwardError as error:
        messages.error(request, refusal(error))
    else:
        messages.success(
            request, gettext("The gate is closed; entries that go on: %(number)s.") % {"number": len(closed.passed)}
        )
    return redirect("awards:desk", found.code)


@permission(CHAIR, methods=("POST",))
def remind(request: HttpRequest, code: str, stage: str) -> HttpResponse:
    """Remind the judges who have cards open."""
    found = programme_of(request, code)
    require(request.user, CHAIR, found)
    row = judging_stage(found, stage)
    try:
        number = judges_remind(stage_id=row.pk, by=person(request.user), at=timezone.now())
    except AwardError as error:
        messages.error(request, refusal(error))
    else:
        messages.success(request, gettext("Reminded: %(number)s.") % {"number": number})
    return redirect("awards:desk", found.code)


@permission(CHAIR_ENTRY)
def blind_check(request: HttpRequest, code: str) -> HttpResponse:
    """What judges of the blind round read of an entry, which names were taken out, and pictures to clear."""
    found = entry_of(request, code)
    require(request.user, CHAIR_ENTRY, found)
    programme = found.programme
    stages = [stage for stage in programme.stages.all() if programme.scheme.stage(stage.code).blind]
    if not stages or not found.revision:
        messages.info(request, gettext("There is no blind round, or nothing was handed in yet."))
        return redirect("awards:entry", found.code)
    stages[0].programme = programme
    context = {
        "entry": found,
        "seen": seen_by_judges([found], stages[0])[found.pk],
        "pictures": [
            file for file in found.files.filter(removed_at=None) if file.media_type in FORMATS and file.view_sha256
        ],
    }
    return render(request, "awards/blind_check.html", context)
