"""An entry as its team works on it: begin, write, hand in, withdraw; and the receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import may, permission, require, signed_in
from accounts.views.profiles import person
from audits.views.engagements import form_status
from awards.forms import EnterForm, LateForm, NamesForm, ReasonForm
from awards.scheme import EVIDENCE
from awards.selectors.eligibility import eligibility
from awards.selectors.entering import entry_page, referable_audits, referable_evidence
from awards.selectors.results import winners_of
from awards.selectors.years import history_of
from awards.services.entries import answer_save, entry_begin, names_save, reference_add, reference_remove
from awards.services.errors import AwardError, StaleError
from awards.services.submitting import entry_submit, entry_withdraw, late_allow, late_ask
from awards.views.fetching import entry_of, programme_of
from awards.words import division_words, refusal

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from awards.models import Entry

WRITE, SEND, CHAIR = "awards.write_entry", "awards.send_entry", "awards.chair_entry"
LONGEST_KEY = 18


def key_in(request: HttpRequest, name: str) -> int:
    """Return a whole number from a form, 0 where there is none that a database could hold."""
    given = request.POST.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= LONGEST_KEY else 0


@permission("awards.add_entry", methods=("GET", "POST"))
def enter(request: HttpRequest, code: str) -> HttpResponse:
    """Begin an entry; whether one may is answered while the form is filled."""
    programme = programme_of(request, code)
    require(request.user, "awards.add_entry")
    form = EnterForm(request.POST if request.method == "POST" else None, user=person(request.user), programme=programme)
    if form.is_valid():
        try:
            entry = entry_begin(
                programme_id=programme.pk, **form.cleaned_data, by=person(request.user), at=timezone.now()
            )
        except AwardError as error:
            form.add_error(None, refusal(error))
        else:
            return redirect("awards:entry", entry.code)
    context = {"form": form, "programme": programme}
    return render(request, "awards/enter.html", context, status=form_status(form))


@permission("awards.add_entry", methods=("POST",))
def eligible(request: HttpRequest, code: str) -> HttpResponse:
    """Answer at once whether this organisation may enter this category, with the reasons."""
    programme = programme_of(request, code)
    require(request.user, "awards.add_entry")
    form = EnterForm(request.POST, user=person(request.user), programme=programme)
    form.is_valid()
    given = form.cleaned_data
    answers = []
    if given.get("organisation") and given.get("category") and "centre" in given:
        today = timezone.localdate(timezone=programme.zone)
        answers = eligibility(programme, given["organisation"], given["centre"], given["category"], today=today)
    return render(request, "awards/enter.html#answers", {"answers": answers})


@signed_in
def entry(request: HttpRequest, code: str) -> HttpResponse:
    """One entry, for its team and for the chair once it was handed in."""
    return render(request, "awards/entry.html", _context(request, entry_of(request, code)))


def _context(request: HttpRequest, found: Entry) -> dict[str, object]:
    page = entry_page(found, at=timezone.now())
    chairs = may(request.user, CHAIR, found)
    own = person(request.user).has_role(found.organisation_id)
    asks_evidence = page.open is not None and any(row.ask.kind == EVIDENCE for row in page.open.rows)
    return {
        "entry": found,
        "page": page,
        "own": own,
        "writes": may(request.user, WRITE, found) and page.open is not None,
        "sends": may(request.user, SEND, found),
        "chairs": chairs,
        "won": [each for each in winners_of(found.programme) if each.entry["code"] == found.code] if own else [],
        "announced": found.programme.is_public(timezone.now()),
        "public": found.programme.edition_id is not None and found.programme.is_public(timezone.now()),
        "category": found.programme.scheme.category(found.category),
        "division": division_words(found.division),
        "versions": found.versions.select_related("submitted_by").order_by("-number"),
        "history": history_of(found, at=timezone.now()) if own else [],
        "audits": referable_audits(found) if own and asks_evidence else [],
        "pieces": referable_evidence(found) if own and asks_evidence else [],
        "names_form": NamesForm(entry=found),
    }


@permission(WRITE, methods=("POST",))
def answer(request: HttpRequest, code: str, ask: str) -> HttpResponse:
    """Save one ask: the row comes back; somebody else's words beside one's own where both wrote."""
    found = entry_of(request, code)
    require(request.user, WRITE, found)
    text, unit = request.POST.get("text", "").replace("\r\n", "\n"), request.POST.get("unit", "").strip()
    extra: dict[str, object] = {"saved": True}
    status = 200
    try:
        answer_save(
            entry_id=found.pk,
            ask=ask,
            text=text,
            unit=unit,
            revision=key_in(request, "revision"),
            by=person(request.user),
            at=timezone.now(),
        )
    except StaleError as error:
        extra, status = {"theirs": error.current, "mine": text, "said": refusal(error)}, 409
    except AwardError as error:
        extra, status = {"mine": text, "said": refusal(error)}, 422
    page = entry_page(found, at=timezone.now())
    row = next((row for part in page.parts for row in part.rows if row.ask.code == ask), None)
    if row is None:
        raise Http404
    context = {
        "entry": found,
        "row": row,
        "page": page,
        "writes": True,
        "sends": may(request.user, SEND, found),
        "versions": found.versions.select_related("submitted_by").order_by("-number"),
        **extra,
    }
    # What is still missing, and the way to hand in, come along.
    return render(request, "awards/answered.html", context, status=status)


@permission(WRITE, methods=("POST",))
def names(request: HttpRequest, code: str) -> HttpResponse:
    """Save the title and what judges must not read."""
    found = entry_of(request, code)
    require(request.user, WRITE, found)
    form = NamesForm(request.POST, entry=found)
    if form.is_valid():
        try:
            names_save(entry_id=found.pk, **form.cleaned_data, by=person(request.user), at=timezone.now())
        except AwardError as error:
            form.add_error(None, refusal(error))
        else:
            messages.success(request, gettext("Saved."))
            return redirect("awards:entry", found.code)
    context = {**_context(request, found), "names_form": form}
    return render(request, "awards/entry.html", context, status=form_status(form))


@permission(WRITE, methods=("POST",))
def refer(request: HttpRequest, code: str, ask: str) -> HttpResponse:
    """Refer to an own audit, or to a piece of its evidence (``audit`` or ``audit:evidence``)."""
    found = entry_of(request, code)
    require(request.user, WRITE, found)
    audit, _colon, piece = request.POST.get("what", "").partition(":")
    numbers = [
        int(each) if each.isascii() and each.isdigit() and len(each) <= LONGEST_KEY else 0 for each in (audit, piece)
    ]
    try:
        reference_add(
            entry_id=found.pk,
            ask=ask,
            audit_id=numbers[0],
            evidence_id=numbers[1] or None,
            by=person(request.user),
            at=timezone.now(),
        )
    except AwardError as error:
        messages.error(request, refusal(error))
    return redirect("awards:entry", found.code)


@permission(WRITE, methods=("POST",))
def unrefer(request: HttpRequest, code: str, reference: int) -> HttpResponse:
    """Take a reference back."""
    found = entry_of(request, code)
    require(request.user, WRITE, found)
    try:
        reference_remove(entry_id=found.pk, reference_id=reference, by=person(request.user), at=timezone.now())
    except AwardError as error:
        messages.error(request, refusal(error))
    return redirect("awards:entry", found.code)


@permission(SEND, methods=("POST",))
def submit(request: HttpRequest, code: str) -> HttpResponse:
    """Hand in; the receipt is the answer."""
    found = entry_of(request, code)
    require(request.user, SEND, found)
    try:
        version = entry_submit(entry_id=found.pk, by=person(request.user), at=timezone.now())
    except AwardError as error:
        messages.error(request, refusal(error))
        return redirect("awards:entry", found.code)
    messages.success(request, gettext("Handed in. This is your receipt."))
    return redirect("awards:receipt", found.code, version.number)


@signed_in
def receipt(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The receipt of a version: what was handed in, when, by whom, and its hash."""
    found = entry_of(request, code)
    version = found.versions.select_related("submitted_by").filter(number=number).first()
    if version is None:
        raise Http404
    context = {"entry": found, "version": version, "zone": entry_page(found, at=timezone.now()).zone}
    return render(request, "awards/receipt.html", context)


@permission(SEND, methods=("GET", "POST"))
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Withdraw an entry, with a reason."""
    found = entry_of(request, code)
    require(request.user, SEND, found)
    form = ReasonForm(request.POST if request.method == "POST" else None, button=gettext("Withdraw the entry"))
    if form.is_valid():
        try:
            entry_withdraw(entry_id=found.pk, **form.cleaned_data, by=person(request.user), at=timezone.now())
        except AwardError as error:
            form.add_error(None, refusal(error))
        else:
            messages.success(request, gettext("The entry is withdrawn. What was handed in is kept."))
            return redirect("awards:entry", found.code)
    context = {"form": form, "title": gettext("Withdraw the entry"), "programme": found.programme, "entry": found}
    return render(request, "awards/form.html", context, status=form_status(form))


@permission(SEND, methods=("POST",))
def ask_late(request: HttpRequest, code: str) -> HttpResponse:
    """Ask the chair to take the entry after the deadline."""
    found = entry_of(request, code)
    require(request.user, SEND, found)
    try:
        late_ask(entry_id=found.pk, by=person(request.user), at=timezone.now())
    except AwardError as error:
        messages.error(request, refusal(error))
    else:
        messages.success(request, gettext("The chair sees that you ask for more time."))
    return redirect("awards:entry", found.code)


@permission(CHAIR, methods=("GET", "POST"))
def allow_late(request: HttpRequest, code: str) -> HttpResponse:
    """Let an entry be handed in late, as the chair."""
    found = entry_of(request, code)
    require(request.user, CHAIR, found)
    with timezone.override(found.programme.zone):
        form = LateForm(request.POST if request.method == "POST" else None, button=gettext("Let it be handed in"))
        if form.is_valid():
            try:
                late_allow(entry_id=found.pk, **form.cleaned_data, by=person(request.user), at=timezone.now())
            except AwardError as error:
                form.add_error("until", refusal(error))
            else:
                messages.success(request, gettext("The entrant may hand in until then."))
                return redirect("awards:entry", found.code)
        context = {
            "form": form,
            "title": gettext("Let an entry be handed in late"),
            "programme": found.programme,
            "entry": found,
            "zone": found.programme.time_zone,
        }
        return render(request, "awards/form.html", context, status=form_status(form))
