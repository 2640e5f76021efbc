"""The answer sheet: one page, and a save per answer. What stands beside it is in ``drawer.py``.

The row is a contract with the scripts of the page: ``<article class="ts-row" id="row-PK" data-answer="PK"
data-code="CODE" data-revision="N">`` holds one ``<form data-answer-form>`` with the fields level, na_reason, note and
revision. ``sheet.js`` only moves about and sets fields, firing ``input`` as a person would; whoever saves listens to
that, and fills ``#save-state`` and ``#connection`` (docs/decisions/0019).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import may, permission, require, signed_in
from accounts.views.profiles import person
from audits.models import Answer
from audits.operations import Fields
from audits.renderers import with_choices
from audits.selectors.case import as_case, audit_score, case_score
from audits.selectors.overview import tier_rows
from audits.selectors.rows import rights_on, with_surroundings
from audits.selectors.sheet import (
    answer_lightly,
    answered_lightly,
    asked_answers,
    filtered,
    sheet_answers,
    tree,
    with_levels,
)
from audits.services.answers import answer_confirm, answer_save, answer_take_computed
from audits.services.errors import ComputedLevelError, InvalidAnswerError, NotEditableError, StaleRevisionError
from audits.services.syncing import answer_input, whole
from audits.views.drawer import get_answer, render_panel
from audits.views.engagements import get_audit
from audits.views.narrowing import code_of
from audits.words import refusal_beside_computed, status_words, words_for

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from accounts.models import User
    from audits.models import Audit
    from audits.services.answers import AnswerInput

LONGEST_NUMBER = 9  # digits


@signed_in
def sheet(request: HttpRequest, audit_id: int) -> HttpResponse:
    """The whole sheet, or the rows that a filter keeps; the tree always counts all of them."""
    user = person(request.user)
    audit = get_audit(user, audit_id)
    answers = with_surroundings(audit, asked_answers(audit), user=user)
    with_choices(audit.edition, answers)
    show, text = request.GET.get("show", ""), request.GET.get("q", "").strip()[:100]
    # All rows are in the page, so that it filters and counts without a connection; here only what is shown at first.
    block = code_of(request, "block")
    shown = [row for row in answers if block in {"", row.criterion.clause.block.code}]
    kept = {row.pk for row in filtered(shown, show=show, text=text)} if show or text or block else None
    context = {
        "audit": audit,
        "tree": tree(answers),
        "kept": kept,
        **rights_on(audit, user=user),
        "confers": may(user, "audits.confer", audit),
        "tiers": tier_rows(audit, audit_score(audit, answers, today=timezone.localdate())),
        "answered": sum(row.level is not None or bool(row.na_reason) for row in answers),
        "asked": len(answers),
        "chosen": {"show": show, "q": text},
        "narrowed": [("block", gettext("Block"), block)] if block else [],
    }
    return render(request, "audits/sheet.html", context)


@permission("audits.change_answer", methods=("POST",))
def save(request: HttpRequest, answer_id: int) -> HttpResponse:
    """Save one answer and return its state and the score strip; a conflict shows both versions."""
    answer = get_answer_lightly(person(request.user), answer_id)
    require(request.user, "audits.change_answer", answer.audit)
    try:
        content, revision = _content(request), _revision(request)
        saved = answer_save(
            answer_id=answer.pk, content=content, revision=revision, by=person(request.user), at=timezone.now()
        )
    except ComputedLevelError as error:
        return _state(request, answer, status=422, problem=refusal_beside_computed(error.code, error.level))
    except InvalidAnswerError as error:
        return _state(request, answer, status=422, problem=words_for(error.code))
    except NotEditableError as error:
        return _state(request, answer, status=409, problem=status_words(error.status))
    except StaleRevisionError as error:
        return _state(request, error.current, status=409, mine=content)
    return _saved(request, answer.audit, saved)


@permission("audits.change_answer", methods=("POST",))
def take_computed(request: HttpRequest, answer_id: int) -> HttpResponse:
    """Answer with the computed level; the row comes back with the strip, or the panel with what is in the way."""
    answer = get_answer(person(request.user), answer_id)
    require(request.user, "audits.change_answer", answer.audit)
    try:
        revision, by = _revision(request), person(request.user)
        answer_take_computed(answer_id=answer.pk, note=_note(request), revision=revision, by=by, at=timezone.now())
    except InvalidAnswerError as error:
        return _in_panel(request, answer, words_for(error.code), 422)
    except NotEditableError as error:
        return _in_panel(request, answer, status_words(error.status), 409)
    except StaleRevisionError:
        return _in_panel(request, answer, words_for("answered_meanwhile"), 409)
    return _row_and_strip(request, answer)


@permission("audits.change_answer", methods=("POST",))
def confirm(request: HttpRequest, answer_id: int) -> HttpResponse:
    """Answer as in the last audit, on new evidence or a new note; the row comes back, or why not at its state."""
    answer = get_answer(person(request.user), answer_id)
    require(request.user, "audits.change_answer", answer.audit)
    try:
        revision, by = _revision(request), person(request.user)
        answer_confirm(answer_id=answer.pk, note=_note(request), revision=revision, by=by, at=timezone.now())
    except ComputedLevelError as error:
        return _at_state(request, answer, refusal_beside_computed(error.code, error.level), 422)
    except InvalidAnswerError as error:
        return _at_state(request, answer, words_for(error.code), 422)
    except NotEditableError as error:
        return _at_state(request, answer, status_words(error.status), 409)
    except StaleRevisionError:
        return _at_state(request, answer, words_for("answered_meanwhile"), 409)
    return _row_and_strip(request, answer)


def _at_state(request: HttpRequest, answer: Answer, problem: str, status: int) -> HttpResponse:
    # No revision in it: the row's form keeps its own.
    response = render(request, "audits/sheet.html#state", {"answer": answer, "problem": problem}, status=status)
    response["HX-Retarget"], response["HX-Reswap"] = f"#state-{answer.pk}", "outerHTML"
    return response


def _row_and_strip(request: HttpRequest, answer: Answer) -> HttpResponse:
    context = _row_context(request, answer.audit, answer.pk) | _strip_context(answer.audit)
    response = render(request, "audits/sheet.html#row", context)
    response.write(render(request, "audits/sheet.html#strip", context | {"out_of_band": True}).content)
    return response


def _in_panel(request: HttpRequest, answer: Answer, problem: str, status: int) -> HttpResponse:
    """Show the panel anew in its place, whatever the button would have replaced."""
    response = render_panel(request, answer, problem=problem, status=status)
    response["HX-Retarget"], response["HX-Reswap"] = f"#panel-{answer.pk}", "innerHTML"
    return response


def get_answer_lightly(user: User, answer_id: int) -> Answer:
    """Fetch only what a save needs, or answer 404; one query, with the person's own role on the team."""
    try:
        return answer_lightly(user, pk=answer_id)
    except Answer.DoesNotExist as error:
        raise Http404 from error


def _content(request: HttpRequest) -> AnswerInput:
    """Read the posted answer. Raises ``InvalidAnswerError``."""
    reason = request.POST.get("na_reason", "").replace("\r\n", "\n").strip()
    return answer_input(Fields(level=request.POST.get("level", ""), na_reason=reason, note=_note(request)))


def _note(request: HttpRequest) -> str:
    """Read the note. Browsers send line ends as CRLF; one form is kept so that the same text is the same answer."""
    return request.POST.get("note", "").replace("\r\n", "\n").strip()


def _revision(request: HttpRequest) -> int:
    """Read on which revision the answer was made: without it a save could overwrite what nobody has seen."""
    return whole(request.POST.get("revision", ""), "bad_revision")


def _state(
    request: HttpRequest, answer: Answer, *, status: int, problem: str = "", mine: AnswerInput | None = None
) -> HttpResponse:
    # The form keeps the revision that it was made on: only who has seen both versions may go on from the stored one.
    held = request.POST.get("revision", "")[: LONGEST_NUMBER + 1] or "-"
    context = {"answer": answer, "problem": problem, "mine": mine, "held_revision": held}
    return render(request, "audits/sheet.html#state", context, status=status)


def _saved(request: HttpRequest, audit: Audit, saved: Answer) -> HttpResponse:
    """Return the saved state of the row and, out of band, the strip with the new scores."""
    context = {"answer": saved, "held_revision": saved.revision, **_strip_context(audit), "out_of_band": True}
    return render(request, "audits/sheet.html#saved", context)


def strip_html(request: HttpRequest, audit: Audit) -> str:
    """Render the strip with the scores as they are now."""
    return render(request, "audits/sheet.html#strip", _strip_context(audit)).content.decode()


def _strip_context(audit: Audit) -> dict[str, Any]:
    """Return what the strip with the scores shows; two queries."""
    answers = answered_lightly(audit)
    case = as_case(answers)
    return {
        "audit": audit,
        "tiers": tier_rows(audit, case_score(audit, case, today=timezone.localdate())),
        "answered": len(case),
        "asked": len(answers),
    }


@signed_in
def row(request: HttpRequest, answer_id: int) -> HttpResponse:
    """One row anew, as it is stored: what "take theirs" shows."""
    audit = get_answer(person(request.user), answer_id).audit
    return render(request, "audits/sheet.html#row", _row_context(request, audit, answer_id))


def _row_context(request: HttpRequest, audit: Audit, answer_id: int) -> dict[str, Any]:
    """Return what a row shows, or answer 404."""
    user = person(request.user)
    found = with_surroundings(audit, with_levels(audit, sheet_answers(audit).filter(pk=answer_id)), user=user)
    if not found:  # of an edition that the audit has left: no row of the sheet any more
        raise Http404
    (answer,) = found
    with_choices(audit.edition, found)
    return {"answer": answer, "kept": None, **rights_on(audit, user=user)}
