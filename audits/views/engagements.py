"""The list of audits, planning one, and the overview of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import may, permission, require, signed_in
from accounts.models import Role
from accounts.views.profiles import person
from audits.engagements import ProgrammeLine
from audits.forms import LONGEST_KEY, FactsForm, PlanForm, TextsForm, take_theirs
from audits.models import Audit, AuditKind, AuditPurpose, AuditStatus, Certificate, TeamRole
from audits.selectors.activity import newest
from audits.selectors.case import CHANNELS, audit_score
from audits.selectors.moving import moves_of
from audits.selectors.narrowing import narrowed_words
from audits.selectors.overview import gate_rows, market_rows, tier_rows
from audits.selectors.registers.figures import differing_facts, offers
from audits.selectors.route import steps_ahead, steps_done, stops
from audits.selectors.sheet import asked_answers, audit_for, audits_for, findings_of, search, status_counts
from audits.services.calibration import BEFORE
from audits.services.engagement import audit_create, audit_facts_save, audit_texts_save
from audits.services.errors import NotEditableError, PlanError, StaleTextsError
from audits.views.narrowing import narrowed_of
from audits.words import status_words, words_for
from audits.workflow import EDITABLE, INITIAL, PLANNABLE
from standards.selectors import edition_document

if TYPE_CHECKING:
    from django.forms import BaseForm
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User

PAGE = 50
NEWEST = 5  # things that happened, on the page of an audit
MANAGERS = (Role.ADMINISTRATOR, Role.AUDIT_MANAGER)
SORTS = {
    "-onsite_from": ("-onsite_from", "-pk"),
    "onsite_from": ("onsite_from", "pk"),
    "reference": ("reference",),
    "centre": ("centre__name", "-pk"),
    "status": ("status", "-pk"),
}


def get_audit(user: User, audit_id: int) -> Audit:
    """Fetch a visible audit or answer 404."""
    try:
        return audit_for(user, audit_id)
    except Audit.DoesNotExist as error:
        raise Http404 from error


def form_status(form: BaseForm, *, refused: bool = False) -> int:
    """Return the status of a page with a form: 409 when the state forbids it, 422 for what was filled in, else 200."""
    return 409 if refused else 422 if form.errors else 200


@signed_in
def audit_list(request: HttpRequest) -> HttpResponse:
    """All audits that the person may see, with search, filters and sorting."""
    status, kind = request.GET.get("status", ""), request.GET.get("kind", "")
    text, sort = request.GET.get("q", "").strip()[:100].replace("\x00", ""), request.GET.get("sort", "")
    audits = audits_for(person(request.user))
    if text:
        audits = search(audits, text)
    if status in AuditStatus.values:
        audits = audits.filter(status=status)
    if kind in AuditKind.values:
        audits = audits.filter(kind=kind)
    wanted = narrowed_of(request)
    audits = audits.filter(wanted.condition())
    page = Paginator(audits.order_by(*SORTS.get(sort, SORTS["-onsite_from"])), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "statuses": AuditStatus.choices,
        "kinds": AuditKind.choices,
        "counts": status_counts(person(request.user)),
        "chosen": {"status": status, "kind": kind, "q": text, "sort": sort},
        "narrowed": narrowed_words(person(request.user), wanted),
        "kept": wanted.asked(),
        "may_plan": may(request.user, "audits.add_audit"),
    }
    return render(request, "audits/audit_list.html", context)


def _number(request: HttpRequest, name: str) -> int | None:
    """Return a number of the address that a database can hold."""
    given = request.GET.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= LONGEST_KEY else None


def _line(request: HttpRequest) -> ProgrammeLine | None:
    """Return the line of a programme from which an audit is to be made."""
    wanted, managed = _number(request, "line"), person(request.user).organisations_as(*MANAGERS)
    if wanted is None:
        return None
    return ProgrammeLine.objects.filter(pk=wanted, programme__organisation__in=managed, audit=None).first()


def _proposed(request: HttpRequest) -> dict[str, object]:
    """Return what the address proposes for a new audit: a line of a programme, or a certificate and what is due."""
    line = _line(request)
    if line is not None:
        certificate = Certificate.objects.filter(audit__centre=line.centre_id, status="active").first()
        return {
            "centre": line.centre_id,
            "kind": line.kind,
            "purpose": line.purpose,
            "conductor": line.programme.organisation_id,
            "of_certificate": certificate.pk if certificate and line.purpose != AuditPurpose.INITIAL else None,
        }
    certificate_id = _number(request, "certificate")
    kind = {"kind": AuditKind.CERTIFICATION} if certificate_id else {}
    return {
        "centre": _number(request, "centre"),
        "of_certificate": certificate_id,
        "purpose": request.GET.get("purpose", ""),
        **kind,
    }


@permission("audits.add_audit", methods=("GET", "POST"))
def audit_create_page(request: HttpRequest) -> HttpResponse:
    """Plan an engagement."""
    require(request.user, "audits.add_audit")
    posted = request.POST if request.method == "POST" else None
    form = PlanForm(posted, user=person(request.user), initial=_proposed(request))
    line = _line(request)
    if form.is_valid():
        data = form.cleaned_data
        team = [(data["leader"], TeamRole.LEADER), *((user, TeamRole.AUDITOR) for user in data["auditors"])]
        try:
            audit = audit_create(
                **{name: data[name] for name in PlanForm.Meta.fields},
                conductor=data["conductor"],
                team=team,
                programme_line=line,
                by=person(request.user),
                at=timezone.now(),
            )
        except PlanError as error:
            form.add_error("purpose" if error.code == "already_certified" else None, words_for(error.code))
        else:
            messages.success(
                request,
                gettext(
                    "The audit is drafted. Once everybody on the team has declared their interests, confirm the plan."
                ),
            )
            return redirect("audits:audit_detail", audit.pk)
    return render(request, "audits/audit_form.html", {"form": form}, status=form_status(form))


@signed_in
def audit_detail(request: HttpRequest, audit_id: int) -> HttpResponse:
    """One engagement: where it stands, what comes next, gates, market, findings, people."""
    audit = get_audit(person(request.user), audit_id)
    answers = asked_answers(audit)
    result = audit_score(audit, answers, today=timezone.localdate())
    done = steps_done(audit)
    context = {
        "audit": audit,
        "tiers": tier_rows(audit, result),
        "gates": gate_rows(audit, result),
        "market": market_rows(audit),
        "differing": differing_facts(audit),
        "findings": findings_of(audit),
        "stops": stops(audit, done),
        "done": done,
        "steps": steps_ahead(audit, user=person(request.user), at=timezone.now()),
        "may_see_conflicts": may(request.user, "audits.view_conflicts", audit),
        "may_calibrate": audit.status not in BEFORE and may(request.user, "audits.plan_audit", audit),
        "has_stage_1": audit.route == INITIAL,
        "editable": audit.status in EDITABLE and may(request.user, "audits.change_answer", audit),
        "moves": moves_of(audit),
        "may_move": audit.status in PLANNABLE and may(request.user, "audits.move_audit", audit),
        "may_export": may(request.user, "audits.export_audit", audit),
        "newest": newest(audit, NEWEST) if may(request.user, "audits.confer", audit) else None,
        "may_propose": may(request.user, "audits.propose_practice", audit),
        "answered": sum(row.level is not None or bool(row.na_reason) for row in answers),
        "asked": len(answers),
    }
    return render(request, "audits/audit_detail.html", context)


def _revision(request: HttpRequest) -> int | None:
    """Return the revision that the page showed."""
    given = request.POST.get("revision", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= LONGEST_KEY else None


@permission("audits.change_answer", methods=("GET", "POST"))
def facts_page(request: HttpRequest, audit_id: int) -> HttpResponse:
    """The facts that the gates of the edition ask for."""
    audit = get_audit(person(request.user), audit_id)
    require(request.user, "audits.change_answer", audit)
    declared = edition_document(audit.edition).get("facts", [])
    # The channels come from the centre; a list without choices offers nothing to tick.
    facts = [fact for fact in declared if fact["code"] != CHANNELS and (fact["type"] != "list" or fact["choices"])]
    form = FactsForm(
        request.POST if request.method == "POST" else None,
        facts=facts,
        stored=audit.facts,
        revision=audit.facts_revision,
    )
    theirs: list[tuple[str, str]] = []
    refused = False
    if form.is_valid():
        try:
            audit_facts_save(
                audit_id=audit.pk,
                facts=form.facts(),
                revision=_revision(request),
                by=person(request.user),
                at=timezone.now(),
            )
        except NotEditableError as error:
            refused = True
            form.add_error(None, status_words(error.status))
        except StaleTextsError as error:
            refused = True
            form.add_error(None, words_for("saved_meanwhile"))
            stored = {code: fact.get("value") for code, fact in error.current.items()}
            theirs = take_theirs(form, stored, error.revision)
        else:
            messages.success(request, gettext("The facts are saved."))
            return redirect("audits:audit_detail", audit.pk)
    context = {
        "audit": audit,
        "form": form,
        "theirs": theirs,
        "offers": offers(audit),
        "editable": audit.status in EDITABLE,
    }
    return render(request, "audits/facts.html", context, status=form_status(form, refused=refused))


@permission("audits.change_answer", methods=("GET", "POST"))
def texts_page(request: HttpRequest, audit_id: int) -> HttpResponse:
    """Scope, objectives, executive summary and what was not covered."""
    audit = get_audit(person(request.user), audit_id)
    require(request.user, "audits.change_answer", audit)
    form = TextsForm(request.POST if request.method == "POST" else None, instance=audit)
    theirs: list[tuple[str, str]] = []
    refused = False
    if form.is_valid():
        try:
            audit_texts_save(
                audit_id=audit.pk,
                texts=form.cleaned_data,
                revision=_revision(request),
                by=person(request.user),
                at=timezone.now(),
            )
        except NotEditableError as error:
            refused = True
            form.add_error(None, status_words(error.status))
        except StaleTextsError as error:
            refused = True
            form.add_error(None, words_for("saved_meanwhile"))
            theirs = take_theirs(form, error.current, error.revision)
        else:
            messages.success(request, gettext("The texts are saved."))
            return redirect("audits:audit_detail", audit.pk)
    context = {
        "audit": audit,
        "form": form,
        "theirs": theirs,
        "title": gettext("Texts of the report"),
    }
    return render(request, "audits/texts.html", context, status=form_status(form, refused=refused))
