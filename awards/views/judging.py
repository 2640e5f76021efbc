"""What a judge does: the list of cards, one entry with its card, stepping aside, two to four entries side by side.

Nothing here names an entrant in a blind round: no address, title, file or message; nor does it tell what others gave.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import signed_in
from accounts.views.profiles import person
from audits.pictures import FORMATS
from audits.views.engagements import form_status
from awards.forms import ReasonForm, RecuseForm
from awards.selectors.judging import card_of, card_page, cards_of, seen_by_judges, side_page
from awards.services.errors import AwardError, StaleError
from awards.services.scoring import CardInput, card_abstain, card_recuse, card_save, card_submit, preference_set
from awards.views.entries import key_in
from awards.views.fetching import programme_of
from awards.views.files import handed_out
from awards.views.panels import judging_stage
from awards.words import refusal

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from awards.models import Assignment


@signed_in
def judging(request: HttpRequest, code: str) -> HttpResponse:
    """The person's own cards in a programme, stage by stage, in their own random order."""
    programme = programme_of(request, code)
    judge = programme.judges.filter(user=person(request.user), removed_at=None).first()
    if judge is None:
        raise Http404
    now = timezone.now()
    by_stage: defaultdict[int, list[Assignment]] = defaultdict(list)
    stages = {}
    for card in cards_of(person(request.user), programme):
        by_stage[card.stage_id].append(card)
        stages[card.stage_id] = card.stage
    parts = []
    for key, cards in by_stage.items():
        stage = stages[key]
        stage.programme = programme
        seen = seen_by_judges([card.entry for card in cards], stage)
        rows = [(card, seen[card.entry_id]) for card in cards]
        done = sum(card.state != "assigned" for card in cards)
        parts.append(
            {"stage": stage, "spec": stage.spec, "rows": rows, "done": done, "open": stage.state(now) == "open"}
        )
    return render(request, "awards/judging.html", {"programme": programme, "judge": judge, "parts": parts})


@signed_in
def card(request: HttpRequest, code: str) -> HttpResponse:
    """One entry on the left, the rubric on the right."""
    found = card_of(person(request.user), code)
    return _card(request, found)


def _card(request: HttpRequest, found: Assignment, *, said: str = "", status: int = 200) -> HttpResponse:
    now = timezone.now()
    stage = found.stage
    context = {
        "page": card_page(found),
        "card": found,
        "programme": stage.programme,
        "scheme": stage.programme.scheme,
        "category": stage.programme.scheme.category(found.entry.category),
        "open": stage.state(now) == "open" and stage.programme.status == "open",
        "said": said,
    }
    return render(request, "awards/card.html", context, status=status)


def _input(request: HttpRequest, found: Assignment) -> CardInput:
    """Return what the form holds. Raises ``AwardError`` bad_level for what is no level."""
    scheme = found.stage.programme.scheme
    scores = {}
    for criterion in scheme.criteria_of(found.stage.code):
        given = request.POST.get(f"level-{criterion.code}", "")
        if given and not (given.isascii() and given.isdigit() and len(given) < 4):  # noqa: PLR2004 - digits
            raise AwardError("bad_level", least=scheme.least, most=scheme.most)
        comment = request.POST.get(f"comment-{criterion.code}", "").replace("\r\n", "\n").strip()
        scores[criterion.code] = (int(given) if given else None, comment)
    texts = {name: request.POST.get(name, "").replace("\r\n", "\n").strip() for name in ("note", "feedback")}
    return CardInput(scores, **texts)


@signed_in(methods=("POST",))
def save(request: HttpRequest, code: str) -> HttpResponse:
    """Save a card. By script: JSON with the new revision, or why not (409 for another tab, 422 for what was filled in).

    Without a script: ``hand`` says whether it is handed in too, and the next card comes.
    """
    found = card_of(person(request.user), code)
    by_script = request.headers.get("Accept", "") == "application/json"
    try:
        saved = card_save(
            card_id=found.pk,
            content=_input(request, found),
            revision=key_in(request, "revision"),
            by=person(request.user),
            at=timezone.now(),
        )
        if not by_script and "hand" in request.POST:
            card_submit(card_id=found.pk, seen=key_in(request, "seen"), by=person(request.user), at=timezone.now())
    except StaleError as error:
        said = gettext("This card was saved in another window meanwhile. Nothing was overwritten: reload to see it.")
        if by_script:
            return JsonResponse({"said": said, "revision": error.current.revision}, status=409)
        return _card(request, error.current, said=said, status=409)
    except AwardError as error:
        if by_script:
            return JsonResponse({"said": refusal(error)}, status=422)
        return _card(request, card_of(person(request.user), code), said=refusal(error), status=422)
    if by_script:
        return JsonResponse({"revision": saved.revision, "said": gettext("Saved.")})
    return _onward(found)


def _onward(found: Assignment) -> HttpResponse:
    """Go to the next card that is to do, or to the list when there is none."""
    page = card_page(found)
    if page.after:
        return redirect("awards:card", page.after)
    return redirect("awards:judging", found.stage.programme.code)


@signed_in(methods=("GET", "POST"))
def abstain(request: HttpRequest, code: str) -> HttpResponse:
    """Give no score for an entry, with a reason."""
    found = card_of(person(request.user), code)
    form = ReasonForm(request.POST if request.method == "POST" else None, button=gettext("Abstain"))
    if form.is_valid():
        try:
            card_abstain(card_id=found.pk, **form.cleaned_data, by=person(request.user), at=timezone.now())
        except AwardError as error:
            form.add_error(None, refusal(error))
        else:
            return _onward(found)
    title = f"{gettext('Abstain')}: {_label(found)}"
    context = {"form": form, "title": title, "programme": found.stage.programme}
    return render(request, "awards/form.html", context, status=form_status(form))


@signed_in(methods=("GET", "POST"))
def recuse(request: HttpRequest, code: str) -> HttpResponse:
    """Step aside from an entry for good."""
    found = card_of(person(request.user), code)
    form = RecuseForm(request.POST if request.method == "POST" else None, button=gettext("Step aside"))
    if form.is_valid():
        try:
            card_recuse(card_id=found.pk, **form.cleaned_data, by=person(request.user), at=timezone.now())
        except AwardError as error:
            form.add_error(None, refusal(error))
        else:
            messages.success(request, gettext("You stepped aside. What you gave is kept and not counted."))
            return redirect("awards:judging", found.stage.programme.code)
    context = {
        "form": form,
        "title": f"{gettext('Step aside')}: {_label(found)}",
        "lead": gettext("The entry leaves your list. Another judge takes it over."),
        "programme": found.stage.programme,
    }
    return render(request, "awards/form.html", context, status=form_status(form))


def _label(found: Assignment) -> str:
    """Return how a judge knows the entry: its blind code, or its title where the round is not blind."""
    return found.entry.blind_code if found.stage.spec.blind else found.entry.title


@signed_in
def file(request: HttpRequest, code: str, file: str) -> HttpResponseBase:
    """Hand a file to a judge: in a blind round only a cleared picture, encoded anew, under a neutral name."""
    found = card_of(person(request.user), code)
    seen = seen_by_judges([found.entry], found.stage)[found.entry_id]
    shown = next((each for part in seen.parts for each in part.files if each.code == file and each.code), None)
    row = found.entry.files.filter(code=file).first()
    if shown is None or row is None:
        raise Http404
    sha256 = row.view_sha256 if row.media_type in FORMATS else row.sha256
    return handed_out(sha256, row.media_type, shown.name, inline=shown.picture)


@signed_in
def compare(request: HttpRequest, code: str, stage: str) -> HttpResponse:
    """Two to four of the person's own entries side by side."""
    programme = programme_of(request, code)
    row = judging_stage(programme, stage)
    page = side_page(person(request.user), row, request.GET.getlist("card"))
    if not page.others:
        raise Http404
    context = {"programme": programme, "stage": row, "spec": row.spec, "page": page}
    return render(request, "awards/compare.html", context)


@signed_in(methods=("POST",))
def prefer(request: HttpRequest, code: str) -> HttpResponse:
    """Keep which of two own entries is better in a criterion."""
    one = card_of(person(request.user), code)
    other = card_of(person(request.user), request.POST.get("other", "").replace("\0", ""))
    criterion, better = request.POST.get("criterion", ""), request.POST.get("better", "")
    try:
        preference_set(
            one=one, other=other, criterion=criterion, better=better, by=person(request.user), at=timezone.now()
        )
    except AwardError as error:
        return HttpResponse(refusal(error), status=422, content_type="text/plain; charset=utf-8")
    pair = {"left": one, "right": other, "said": better}
    context = {"pair": pair, "criterion": criterion, "blind": one.stage.spec.blind}
    return render(request, "awards/compare.html#pair", context)
