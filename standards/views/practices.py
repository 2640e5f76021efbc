"""Best practices: the public library, the page of one, proposing, judging, consent, adopting, the work that waits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts.access import may, permission, public, require, signed_in
from accounts.models import Industry, User
from accounts.views.profiles import person
from standards.drafts import LANGUAGES, draft_document
from standards.editions import EditionError
from standards.fault_words import fault_words
from standards.judging import NEEDED, STEPS
from standards.library import Wanted, adoptions, judgements_for, library, library_choices, places_named, work_of
from standards.models import Edition, EditionStatus
from standards.practice_forms import (
    AdoptCriterionForm,
    AdoptGuidanceForm,
    ConsentForm,
    JudgeForm,
    PracticeForm,
    PracticeStepForm,
)
from standards.practice_words import DONE, QUESTIONS, words_for
from standards.practice_words import STEPS as STEP_WORDS
from standards.practices import Practice, PracticeStatus
from standards.rules import CONSENTING
from standards.services.adoption import practice_adopt_criterion, practice_adopt_guidance
from standards.services.errors import CodeTakenError, EditionLockedError, PracticeRefusedError, StalePartError
from standards.services.practices import (
    practice_consent,
    practice_edit,
    practice_judge,
    practice_propose,
    practice_step,
    step_refusals,
)

if TYPE_CHECKING:
    from django import forms
    from django.http import HttpRequest, HttpResponse

CONFLICT, UNPROCESSABLE = 409, 422
PAGE = 20
LONGEST_QUERY = 100
YEAR = re.compile(r"[0-9]{4}", re.ASCII)
LANGUAGE_NAMES = [("en", "English"), ("zh-hans", "简体中文"), ("zh-hant", "繁體中文")]


@public
def practice_list(request: HttpRequest) -> HttpResponse:
    """Search the public library; htmx gets the rows alone."""
    with translation.override(_language(request)):
        wanted = _wanted(request)
        page = Paginator(library(wanted), PAGE).get_page(request.GET.get("page"))
        clauses, industries, years = library_choices()
        names = dict(Industry.choices)
        context = {
            "wanted": wanted,
            "page": page,
            "clauses": clauses,
            "industries": [(code, names[Industry(code)]) for code in industries],
            "years": years,
            **_reader(request),
        }
        part = "#rows" if request.headers.get("HX-Request") else ""
        return render(request, f"standards/practices/list.html{part}", context)


@public
def practice_detail(request: HttpRequest, practice: str) -> HttpResponse:
    """Show one practice: what the public may read, and inside who judged what and what may be done now."""
    found = _get(request, practice)
    with translation.override(_language(request)):
        context = {
            "practice": found,
            "places": places_named(found, request.user),
            "adoptions": adoptions(found, request.user),
            **_reader(request),
            **(_inside(found, request.user) if isinstance(request.user, User) else {}),
        }
        return render(request, "standards/practices/detail.html", context)


@signed_in
def practice_work(request: HttpRequest) -> HttpResponse:
    """Show what waits for the person: judging, adopting, consent, and their own proposals."""
    return render(request, "standards/practices/work.html", {"work": work_of(person(request.user), CONSENTING)})


@signed_in(methods=("GET", "POST"))
def practice_new(request: HttpRequest) -> HttpResponse:
    """Propose a practice."""
    user = person(request.user)
    form = PracticeForm(request.POST if request.method == "POST" else None, user=user)
    refused = False
    if form.is_valid():
        content = form.content()
        try:
            made = practice_propose(
                standard=content.edition.code if content.edition else "",
                content=content,
                consent=form.cleaned_data["consent"],
                consent_note=form.cleaned_data["consent_note"],
                by=user,
                at=timezone.now(),
            )
        except PracticeRefusedError as error:
            refused = True
            add_refusals(form, error)
        else:
            messages.success(request, gettext("%(code)s is proposed. Two people judge it.") % {"code": made.code})
            return redirect("standards:practice", made.code)
    return render(request, "standards/practices/form.html", {"form": form}, status=_status(form, refused=refused))


@permission("standards.edit_practice", methods=("GET", "POST"))
def practice_change(request: HttpRequest, practice: str) -> HttpResponse:
    """Change what was proposed, or add the evidence that was asked for."""
    found = _get(request, practice)
    require(request.user, "standards.edit_practice", found)
    user = person(request.user)
    form = PracticeForm(request.POST if request.method == "POST" else None, user=user, practice=found)
    seen = request.POST.get("revision", "") if request.method == "POST" else str(found.revision)
    refused = False
    if form.is_valid():
        try:
            practice_edit(
                practice=found,
                content=form.content(),
                revision=int(seen) if seen.isascii() and seen.isdigit() else 0,
                by=user,
                at=timezone.now(),
            )
        except PracticeRefusedError as error:
            refused = True
            add_refusals(form, error)
        else:
            messages.success(request, gettext("The practice is saved."))
            return redirect("standards:practice", found.code)
    context = {"form": form, "practice": found, "revision": seen}
    return render(request, "standards/practices/form.html", context, status=_status(form, refused=refused))


@permission("standards.judge_practice", methods=("GET", "POST"))
def practice_judging(request: HttpRequest, practice: str) -> HttpResponse:
    """Answer the three questions, without seeing what others answered."""
    found = _get(request, practice)
    require(request.user, "standards.judge_practice", found)
    user = person(request.user)
    form = JudgeForm(request.POST if request.method == "POST" else None, initial={"revision": found.revision})
    reasons = () if form.is_bound else step_refusals(found, "judge", by=user)
    if form.is_valid():
        try:
            judged = practice_judge(
                practice=found,
                answers=form.answers(),
                revision=form.cleaned_data["revision"],
                by=user,
                at=timezone.now(),
            )
        except PracticeRefusedError as error:
            reasons = error.reasons
        else:
            messages.success(request, _judged_words(judged))
            return redirect("standards:practice", found.code)
    context = {
        "practice": found,
        "form": form,
        "problems": words_for(reasons),
        "places": places_named(found, request.user),
    }
    status = CONFLICT if reasons and form.is_bound else _status(form, refused=False)
    return render(request, "standards/practices/judge.html", context, status=status)


@signed_in(methods=("GET", "POST"))
def practice_stepping(request: HttpRequest, practice: str, step: str) -> HttpResponse:
    """Ask for more evidence, hand in again, or withdraw; which permission it takes stands in the table."""
    if step not in STEPS or not STEPS[step].offered:
        raise Http404
    found = _get(request, practice)
    require(request.user, STEPS[step].permission, found)
    user, words = person(request.user), STEP_WORDS[step]
    form = PracticeStepForm(request.POST if request.method == "POST" else None, needs_reason=words.needs_reason)
    reasons = () if form.is_bound else step_refusals(found, step, by=user)
    if form.is_valid():
        try:
            practice_step(
                practice=found, step=step, reason=form.cleaned_data.get("reason", ""), by=user, at=timezone.now()
            )
        except PracticeRefusedError as error:
            reasons = error.reasons
        else:
            messages.success(request, str(words.done))
            return redirect(
                "standards:practice_work" if step == "withdraw" else "standards:practice", *_back(found, step)
            )
    context = {"practice": found, "form": form, "words": words, "problems": words_for(reasons)}
    status = CONFLICT if reasons and form.is_bound else _status(form, refused=False)
    return render(request, "standards/practices/step.html", context, status=status)


@permission("standards.consent_practice", methods=("GET", "POST"))
def practice_consenting(request: HttpRequest, practice: str) -> HttpResponse:
    """Keep what the organisation answered."""
    found = _get(request, practice)
    require(request.user, "standards.consent_practice", found)
    form = ConsentForm(request.POST if request.method == "POST" else None)
    refused = False
    if form.is_valid():
        try:
            practice_consent(
                practice=found,
                given=form.cleaned_data["given"] == "yes",
                note=form.cleaned_data["note"],
                by=person(request.user),
                at=timezone.now(),
            )
        except PracticeRefusedError as error:
            refused = True
            add_refusals(form, error)
        else:
            messages.success(request, gettext("The answer is kept."))
            return redirect("standards:practice", found.code)
    context = {"practice": found, "form": form}
    return render(request, "standards/practices/consent.html", context, status=_status(form, refused=refused))


@permission("standards.adopt_practice", methods=("GET", "POST"))
def practice_adopting(request: HttpRequest, practice: str) -> HttpResponse:
    """Take an accepted practice into a draft: ``?edition=`` says which, ``manner`` how."""
    found = _get(request, practice)
    require(request.user, "standards.adopt_practice", found)
    drafts = list(Edition.objects.filter(code=found.standard.code, status=EditionStatus.DRAFT).order_by("-version"))
    asked = request.GET.get("edition", "")
    edition = next((each for each in drafts if each.version == asked), drafts[0] if drafts and not asked else None)
    if asked and edition is None:
        raise Http404
    context: dict[str, Any] = {"practice": found, "drafts": drafts, "edition": edition}
    problems = list(step_refusals(found, "adopt", by=person(request.user)))
    status = CONFLICT if problems and request.method == "POST" else 200
    if edition is not None and not problems:
        manner = request.POST.get("manner", "")
        document = draft_document(edition)
        made = [
            kind(request.POST if manner == kind.manner else None, practice=found, document=document)
            for kind in (AdoptCriterionForm, AdoptGuidanceForm)
        ]
        context |= {"criterion_form": made[0], "guidance_form": made[1]}
        if request.method == "POST":
            status = UNPROCESSABLE
            form = next((each for each in made if each.is_bound and each.is_valid()), None)
            if form is not None:
                taken = _adopt(form, found, edition, person(request.user))
                if taken:
                    messages.success(request, gettext("%(code)s is in the draft now.") % {"code": taken})
                    return redirect("standards:practice", found.code)
                status = CONFLICT
    context["problems"] = words_for(problems)
    return render(request, "standards/practices/adopt.html", context, status=status)


def _adopt(form: AdoptCriterionForm | AdoptGuidanceForm, practice: Practice, edition: Edition, by: User) -> str:
    """Take it in and return the criterion's code; where that is refused the form says why, and the code is empty."""
    now, typed = timezone.now(), form.cleaned_data
    try:
        if isinstance(form, AdoptCriterionForm):
            return practice_adopt_criterion(
                practice=practice,
                edition=edition,
                clause=typed["clause"],
                title=form.texts("title"),
                requirement=form.texts("requirement"),
                reason=form.texts("reason"),
                by=by,
                at=now,
            )
        practice_adopt_guidance(
            practice=practice,
            edition=edition,
            criterion=typed["criterion"],
            place=typed["place"],
            words=form.texts("words"),
            reason=form.texts("reason"),
            by=by,
            at=now,
        )
        return str(typed["criterion"])
    except PracticeRefusedError as error:
        add_refusals(form, error)
    except (EditionLockedError, StalePartError, CodeTakenError):
        form.add_error(None, gettext("The draft has changed meanwhile. Look at it, and try again."))
    except EditionError as error:
        for fault in error.faults:
            form.add_error(None, f"{fault.where}: {fault_words(fault.what)}")
    return ""


def add_refusals(form: forms.Form, error: PracticeRefusedError) -> None:
    """Show at the form why a service refused."""
    for words in words_for(error.reasons):
        form.add_error(None, words)


def _get(request: HttpRequest, code: str) -> Practice:
    rows = Practice.objects.visible_to(request.user).select_related("standard__owner", "organisation", "proposed_by")
    return get_object_or_404(rows.prefetch_related("places", "adoptions"), code=code)


def _inside(practice: Practice, user: User) -> dict[str, Any]:
    """Return what those whom it concerns see: history, judgements, evidence, what they may do."""
    judges = may(user, "standards.judge_practice", practice)
    concerned = practice.proposed_by_id == user.pk or (practice.organisation_id or 0) in user.organisations_as()
    if not (judges or concerned):
        return {}
    judgements, count = judgements_for(practice, user)
    refused = step_refusals(practice, "judge", by=user) if judges else ()
    offered = [
        (name, STEP_WORDS[name])
        for name, step in STEPS.items()
        if step.offered and may(user, step.permission, practice) and not step_refusals(practice, name, by=user)
    ]
    editable = practice.status == PracticeStatus.MORE_EVIDENCE or (
        practice.status == PracticeStatus.PROPOSED and not count
    )
    return {
        "inside": True,
        "judges": judges,
        "judgements": [
            (
                each,
                [(words.label, getattr(each, key), getattr(each, f"{key}_reason")) for key, words in QUESTIONS.items()],
            )
            for each in judgements
        ],
        "judged_count": count,
        "needed": NEEDED,
        "may_judge": judges and not refused,
        "judge_refusals": words_for(refused) if judges and practice.status == PracticeStatus.PROPOSED else [],
        "offered": offered,
        "may_edit": editable and may(user, "standards.edit_practice", practice),
        "may_consent": may(user, "standards.consent_practice", practice),
        "may_adopt": practice.status in STEPS["adopt"].sources and may(user, "standards.adopt_practice", practice),
        "history": [(each, DONE.get(each.name, each.name)) for each in practice.steps.select_related("by")],
    }


def _judged_words(practice: Practice) -> str:
    words = {
        PracticeStatus.ACCEPTED: gettext("Your judgement is kept. Two people said yes to everything: accepted."),
        PracticeStatus.DECLINED: gettext("Your judgement is kept. The practice is declined."),
        PracticeStatus.MORE_EVIDENCE: gettext("Your judgement is kept. The judges differ: more evidence is asked for."),
    }
    return words.get(PracticeStatus(practice.status), gettext("Your judgement is kept. Another judge is waited for."))


def _back(practice: Practice, step: str) -> tuple[str, ...]:
    return () if step == "withdraw" else (practice.code,)


def _status(form: forms.Form, *, refused: bool) -> int:
    if refused:
        return CONFLICT
    return UNPROCESSABLE if form.is_bound and not form.is_valid() else 200


def _wanted(request: HttpRequest) -> Wanted:
    """Read what is looked for; what is no industry or year narrows nothing."""
    asked = {
        name: request.GET.get(name, "").replace("\0", "").strip()
        for name in ("q", "clause", "industry", "year", "sort")
    }
    return Wanted(
        query=" ".join(asked["q"].split())[:LONGEST_QUERY],
        clause=asked["clause"][:20],
        industry=asked["industry"] if asked["industry"] in Industry.values else "",
        year=int(asked["year"]) if YEAR.fullmatch(asked["year"]) else None,
        sort=asked["sort"] if asked["sort"] == "old" else "",
    )


def _language(request: HttpRequest) -> str:
    """Return the reader's language; without an account it can be chosen in the address."""
    asked = request.GET.get("lang", "")
    own = not request.user.is_authenticated and asked in LANGUAGES
    return asked if own else translation.get_language()


def _reader(request: HttpRequest) -> dict[str, Any]:
    """Return how a reader without an account changes the language, and keeps it from page to page."""
    if request.user.is_authenticated:
        return {}
    asked = request.GET.get("lang", "")
    return {"languages": LANGUAGE_NAMES, "lang": asked if asked in LANGUAGES else ""}
