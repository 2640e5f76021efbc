"""The board of findings, one finding with its history, and each step in its life."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import may, permission, require, signed_in
from accounts.models import Centre
from accounts.views.profiles import person
from audits.ageing import bucket_from
from audits.corrective import STEPS, UNFOLLOWED, possible
from audits.finding_forms import ActForm, CauseForm, ResponseForm, StepForm
from audits.finding_words import STEP_WORDS, WARNINGS, finding_refusal
from audits.followup import FindingWarning
from audits.forms import FindingForm
from audits.models import Finding, FindingKind, FindingState
from audits.selectors.findings import (
    KIND_STYLE,
    SORTS,
    STATE_STYLE,
    Wanted,
    acted_in_time,
    ageing,
    ages,
    board,
    bucket_words,
    cards,
    cause_picture,
    cause_rows,
    finding_for,
    findings_found,
    history,
    minors_beside,
    people_named,
    responses,
    turn_words,
    warnings_of,
)
from audits.selectors.narrowing import narrowed_words
from audits.services.corrective import StepFacts, finding_step, standing_of
from audits.services.errors import NotEditableError
from audits.services.findings import FindingError, finding_edit
from audits.services.proofs import Proof, proof_store
from audits.services.warnings import warning_act
from audits.storage import EvidenceRefusedError
from audits.views.engagements import form_status
from audits.views.narrowing import code_of, narrowed_of
from audits.views.registers.shared import LONGEST_KEY, key_of, query_of
from audits.words import evidence_words, status_words
from audits.workflow import EDITABLE

if TYPE_CHECKING:
    from datetime import date

    from django import forms
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User

PAGE = 50
# The field at which a refusal stands; what is not named stands above the form.
AT_FIELD = {
    "due_missing": "due",
    "due_past": "due",
    "due_too_far": "due",
    "no_words": "words",
    "no_evidence": "proofs",
    "seen_missing": "seen_on",
    "seen_ahead": "seen_on",
    "seen_before": "seen_on",
    "owner_elsewhere": "owner",
}


@signed_in
def finding_board(request: HttpRequest) -> HttpResponse:
    """All findings that the person may see: as a board by state, or as a table."""
    user, today = person(request.user), timezone.localdate()
    level = request.GET.get("level", "")
    wanted = Wanted(
        text=query_of(request),
        kind=request.GET.get("kind", ""),
        state=request.GET.get("state", ""),
        level=int(level) if level in {"0", "1", "2", "3"} else None,
        centre=key_of(request, "centre"),
        audit=key_of(request, "audit"),
        mine=bool(request.GET.get("mine")),
        age=key_of(request, "age"),
        block=code_of(request, "block"),
        audits=replace(narrowed_of(request), centre=None),
    )
    withdrawn = wanted.state == FindingState.WITHDRAWN  # has no column on the board
    sort, view = request.GET.get("sort", ""), "table" if request.GET.get("view") == "table" or withdrawn else "board"
    found = findings_found(user, wanted, today=today)
    context: dict[str, Any] = {
        "wanted": wanted,
        "view": view,
        "sort": sort if sort in SORTS else "due",
        "kinds": FindingKind.choices,
        "states": FindingState.choices,
        "levels": [(str(each), words) for each, (words, _style) in WARNINGS.items()],
        "centres": Centre.objects.visible_to(user).order_by("name").only("name"),
        "ageing": ageing(ages(found, today=today), address=_listed(request)),
        "acted": acted_in_time(user, today=today),
        "query": _query(request),
        "narrowed": _narrowed(user, wanted),
        "kept": {
            **wanted.audits.asked(),
            **({"age": wanted.age} if wanted.age is not None else {}),
            **({"block": wanted.block} if wanted.block else {}),
        },
    }
    if view == "table":
        page = Paginator(found.order_by(*SORTS.get(sort, SORTS["due"])), PAGE).get_page(request.GET.get("page"))
        context |= {"page": page, "cards": cards(page.object_list, today=today)}
    else:
        context["columns"], context["more"] = board(found, today=today)
        context["empty"] = not any(column.cards for column in context["columns"])
    return render(request, "findings/board.html", context)


def _listed(request: HttpRequest) -> str:
    """Return the address of the table with the filters of this one, for a click on the picture of ages."""
    kept = request.GET.copy()
    for name in ("view", "page", "kind", "age"):
        kept.pop(name, None)
    kept["view"] = "table"
    return f"?{kept.urlencode()}"


def _narrowed(user: User, wanted: Wanted) -> list[tuple[str, Any, str]]:
    """Return in words what is narrowed besides what the form shows."""
    found: list[tuple[str, Any, str]] = list(narrowed_words(user, wanted.audits))
    if wanted.block:
        found.append(("block", gettext("Block"), wanted.block))
    if wanted.age is not None:
        bucket = bucket_from(wanted.age)
        found.append(("age", gettext("Age"), bucket_words(*bucket) if bucket else "–"))
    return found


def _query(request: HttpRequest) -> str:
    """Return the filters of the address, for links that keep them."""
    kept = request.GET.copy()
    for name in ("view", "page"):
        kept.pop(name, None)
    return kept.urlencode()


def get_finding(user: User, finding_id: int) -> Finding:
    """Fetch a visible finding or answer 404."""
    try:
        return finding_for(user, finding_id)
    except Finding.DoesNotExist as error:
        raise Http404 from error


@signed_in
def finding_detail(request: HttpRequest, finding_id: int) -> HttpResponse:
    """One finding: what was found, what was answered, what comes next, everything that happened."""
    return _detail(request, get_finding(person(request.user), finding_id), ActForm())


def _detail(request: HttpRequest, finding: Finding, act_form: ActForm, *, status: int = 200) -> HttpResponse:
    today = timezone.localdate()
    answered = responses(finding)
    current = answered[0] if answered else None
    follows = may(request.user, "audits.follow_finding", finding)
    context = {
        "finding": finding,
        "audit": finding.audit,
        "card": cards([finding], today=today)[0],
        "steps": _offered(request, finding),
        "may_edit": _may_edit(request, finding) and current is None,
        "turn": turn_words(finding) if finding.is_nonconformity else "",
        "response": current,
        "earlier": answered[1:],
        "causes": cause_rows(current) if current else [],
        "fishbone": cause_picture(current.causes, effect=finding.statement) if current else "",
        "history": history(finding),
        "warnings": warnings_of(finding),
        "act_form": act_form,
        "may_act": follows,
        "named": people_named(finding.audit, finding.statement, finding.objective_evidence),
        "minors": minors_beside(finding) if finding.kind == FindingKind.MINOR else 0,
        "evidence": finding.evidence.order_by("pk"),
        "kind_style": KIND_STYLE.get(finding.kind, ""),
        "state_style": STATE_STYLE.get(finding.state, ""),
    }
    return render(request, "findings/detail.html", context, status=status)


def _offered(request: HttpRequest, finding: Finding) -> list[tuple[str, Any]]:
    """Return (step, words) of what this person may do next; guards are checked when it is done."""
    if finding.audit.status in UNFOLLOWED:
        return []
    within = finding.audit.status in EDITABLE
    return [
        (step.name, STEP_WORDS[step.name])
        for step in possible(finding.state, is_nonconformity=finding.is_nonconformity)
        if step.name != "fail"  # asked for in the form of "verify"
        and not (step.name == "escalate" and finding.escalated_at)
        and (within if step.name == "withdraw" else finding.kind != FindingKind.STRENGTH)
        and may(request.user, step.permission, finding)
    ]


def _may_edit(request: HttpRequest, finding: Finding) -> bool:
    audit = finding.audit
    here = finding.criterion.edition_id == audit.edition_id and finding.state == FindingState.OPEN
    return here and audit.status in EDITABLE and may(request.user, "audits.change_answer", audit)


@permission("audits.follow_finding", methods=("GET", "POST"))
def finding_step_page(request: HttpRequest, finding_id: int, step: str) -> HttpResponse:
    """Ask for what a step needs and make it; the permission is the step's own."""
    finding = get_finding(person(request.user), finding_id)
    if step not in STEPS or step == "fail":
        raise Http404
    require(request.user, STEPS[step].permission, finding)
    today = timezone.localdate()
    standing = standing_of(finding, today=today)
    form = _form(request, finding, step, latest=standing.latest or today, today=today)
    refused = False
    if form.is_valid():
        try:
            made = form.step(step) if isinstance(form, StepForm) else step
            facts = _facts(form)
            finding_step(finding_id=finding.pk, step=made, facts=facts, by=person(request.user), at=timezone.now())
        except EvidenceRefusedError as error:
            form.add_error("proofs", evidence_words(error))
        except NotEditableError as error:
            refused = True
            form.add_error(None, status_words(error.status))
        except FindingError as error:
            refused = not _say(form, error)
        else:
            messages.success(request, STEP_WORDS[made].done)
            return redirect("findings:detail", finding.pk)
    context = {
        "finding": finding,
        "audit": finding.audit,
        "form": form,
        "step": step,
        "words": STEP_WORDS[step],
        "response": next(iter(responses(finding)), None) if step != "respond" else None,
        "kind_style": KIND_STYLE.get(finding.kind, ""),
    }
    return render(request, "findings/step.html", context, status=form_status(form, refused=refused))


def _form(request: HttpRequest, finding: Finding, step: str, *, latest: date, today: date) -> ResponseForm | StepForm:
    posted, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    if step != "respond":
        return StepForm(posted, files, step=step, latest=latest, today=today)
    return ResponseForm(posted, finding=finding, latest=latest, initial=_before(finding))


def _before(finding: Finding) -> dict[str, Any]:
    """Return the last response as what a better one begins with."""
    last = finding.responses.order_by("-pk").first()
    if last is None:
        return {"owner": finding.owner_id}
    names = ("correction", "method", "root_cause", "action", "due")
    known = {name: getattr(last, name) for name in names} | {"owner": last.owner_id}
    if isinstance(last.causes, dict):
        return known | {code: "\n".join(lines) for code, lines in last.causes.items()}
    return known | {f"why_{place}": why for place, why in enumerate(last.causes, start=1)}


def _facts(form: ResponseForm | StepForm) -> StepFacts:
    """Return what the service takes; files are stored first. Raises ``EvidenceRefusedError``."""
    if isinstance(form, ResponseForm):
        return StepFacts(response=form.facts())
    proofs: list[Proof] = [
        proof_store(upload.file, filename=upload.name) for upload in form.cleaned_data.get("proofs") or ()
    ]
    return form.facts(tuple(proofs))


def _say(form: forms.BaseForm, error: FindingError) -> bool:
    """Put each refusal where it belongs; say whether all of them can be mended in the form."""
    for code in error.codes:
        words = finding_refusal(code)
        if code == "due_too_far" and error.latest:
            words = gettext("At the latest %(day)s.") % {"day": error.latest.isoformat()}
        place = AT_FIELD.get(code)
        form.add_error(place if place in form.fields else None, words)
    return all(AT_FIELD.get(code) in form.fields for code in error.codes)


@signed_in(methods=("POST",))
def cause_preview(request: HttpRequest) -> HttpResponse:
    """Draw the fishbone of what is being typed; nothing is kept."""
    form = CauseForm(request.POST)
    form.is_valid()
    causes = {name: value for name, value in form.cleaned_data.items() if isinstance(value, list) and value}
    svg = cause_picture(causes, effect=request.POST.get("effect", "")[:500])
    return render(request, "findings/preview.html#picture", {"fishbone": svg})


@permission("audits.change_answer", methods=("GET", "POST"))
def finding_change(request: HttpRequest, finding_id: int) -> HttpResponse:
    """Change what a finding says, while the team is at work and nobody has answered."""
    finding = get_finding(person(request.user), finding_id)
    require(request.user, "audits.change_answer", finding.audit)
    linked = set(finding.evidence.values_list("pk", flat=True))
    form = FindingForm(
        request.POST if request.method == "POST" else None,
        initial={
            name: getattr(finding, name) for name in ("kind", "statement", "objective_evidence", "due", "revision")
        },
    )
    refused = False
    if form.is_valid():
        try:
            change_from(form, finding, request)
        except NotEditableError as error:
            refused = True
            form.add_error(None, status_words(error.status))
        except FindingError as error:
            refused = not _say(form, error)
        else:
            messages.success(request, gettext("The finding is changed."))
            return redirect("findings:detail", finding.pk)
    pieces = (
        finding.audit.evidence.filter(answers__criterion=finding.criterion_id, withdrawn_at=None)
        .distinct()
        .order_by("pk")
    )
    chosen = set(keys_of(request, "evidence")) if request.method == "POST" else linked
    context = {
        "finding": finding,
        "audit": finding.audit,
        "form": form,
        "pieces": [(piece, piece.pk in chosen) for piece in pieces],
    }
    return render(request, "findings/edit.html", context, status=form_status(form, refused=refused))


def change_from(form: FindingForm, finding: Finding, request: HttpRequest) -> None:
    """Change the finding to what a valid form says."""
    data = form.cleaned_data
    finding_edit(
        finding_id=finding.pk,
        kind=data["kind"],
        statement=data["statement"],
        objective_evidence=data["objective_evidence"],
        due=data["due"],
        evidence=keys_of(request, "evidence"),
        revision=data["revision"] if data["revision"] is not None else -1,
        by=person(request.user),
        at=timezone.now(),
    )


def keys_of(request: HttpRequest, name: str) -> list[int]:
    """Return the whole numbers that were posted under a name; what is none is left out."""
    values = request.POST.getlist(name)[:200]
    return [int(value) for value in values if value.isascii() and value.isdigit() and len(value) <= LONGEST_KEY]


@permission("audits.follow_finding", methods=("POST",))
def warning_acted(request: HttpRequest, finding_id: int, warning_id: int) -> HttpResponse:
    """Say that a warning is acted upon, and how."""
    finding = get_finding(person(request.user), finding_id)
    if not FindingWarning.objects.filter(pk=warning_id, finding=finding).exists():
        raise Http404
    require(request.user, "audits.follow_finding", finding)
    form = ActForm(request.POST)
    if not form.is_valid():
        return _detail(request, finding, form, status=422)
    try:
        note = form.cleaned_data["note"]
        warning_act(warning_id=warning_id, note=note, by=person(request.user), at=timezone.now())
    except FindingError as error:
        form.add_error(None, finding_refusal(*error.codes))
        return _detail(request, finding, form, status=409)
    messages.success(request, gettext("It is recorded that somebody is acting on the warning."))
    return redirect("findings:detail", finding.pk)
