"""Answering several criteria together: choose, look at what it would do, confirm, undo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from accounts.access import permission, require
from accounts.views.profiles import person
from audits.answer_forms import TogetherForm
from audits.answering import AnswerBulk
from audits.models import Audit
from audits.selectors.bulk import Together
from audits.services.bulk import answers_bulk_preview, answers_bulk_save, answers_bulk_undo
from audits.services.errors import BulkRefusedError, ComputedLevelError, InvalidAnswerError, NotEditableError
from audits.views.engagements import get_audit
from audits.words import refusal_beside_computed, status_words, words_for
from audits.workflow import EDITABLE
from standards.selectors import edition_spec

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

LONGEST_NUMBER = 9  # digits


@permission("audits.change_answer", methods=("GET", "POST"))
def together(request: HttpRequest, audit_id: int) -> HttpResponse:
    """Preview by GET what these answers would become; POST does exactly what the preview showed."""
    audit = get_audit(person(request.user), audit_id)
    require(request.user, "audits.change_answer", audit)
    sent = request.POST if request.method == "POST" else request.GET
    form = TogetherForm(sent if "choice" in sent else None, levels=_levels(audit))
    context: dict[str, Any] = {"audit": audit, "form": form, "chosen": _chosen(sent.getlist("answer"))}
    status = 200
    if audit.status not in EDITABLE:
        context["problem"], status = status_words(audit.status), 409
    elif form.is_bound and not form.is_valid():
        status = 422
    elif form.is_bound and context["chosen"]:
        return _planned(request, audit, context, Together(**form.wanted()))
    return render(request, "audits/together.html", context, status=status)


def _planned(request: HttpRequest, audit: Audit, context: dict[str, Any], wanted: Together) -> HttpResponse:
    """Show the plan, or do it; where it is not as it was shown, show what it is now."""
    status = 200
    try:
        context["plan"] = answers_bulk_preview(audit=audit, answer_ids=context["chosen"], wanted=wanted)
        if request.method == "POST":
            return _save(request, audit, context["chosen"], wanted)
    except NotEditableError as error:
        context["problem"], status = status_words(error.status), 409
    except ComputedLevelError as error:
        context["problem"], status = refusal_beside_computed(error.code, error.level), 422
    except (BulkRefusedError, InvalidAnswerError) as error:
        context["problem"], status = words_for(error.code), 409 if error.code == "plan_changed" else 422
    return render(request, "audits/together.html", context, status=status)


def _save(request: HttpRequest, audit: Audit, chosen: list[int], wanted: Together) -> HttpResponse:
    bulk = answers_bulk_save(
        audit_id=audit.pk,
        answer_ids=chosen,
        wanted=wanted,
        fingerprint=request.POST.get("fingerprint", ""),
        by=person(request.user),
        at=timezone.now(),
    )
    return redirect("audits:together_done", bulk.pk)


@permission("audits.change_answer", methods=("GET", "POST"))
def done(request: HttpRequest, bulk_id: int) -> HttpResponse:
    """What was answered together, with the way back: POST undoes it while nobody has saved any of it since."""
    visible = Audit.objects.visible_to(person(request.user))
    bulk = AnswerBulk.objects.filter(audit__in=visible, pk=bulk_id).select_related("by", "undone_by").first()
    if bulk is None:
        raise Http404
    audit = get_audit(person(request.user), bulk.audit_id)
    require(request.user, "audits.change_answer", audit)
    context: dict[str, Any] = {
        "audit": audit,
        "bulk": bulk,
        "rows": [row for row in bulk.plan["rows"] if row["what"] == "set"],
    }
    if request.method != "POST":
        return render(request, "audits/together_done.html", context)
    try:
        answers_bulk_undo(bulk_id=bulk.pk, by=person(request.user), at=timezone.now())
    except NotEditableError as error:
        context["problem"] = status_words(error.status)
    except ComputedLevelError as error:
        context["problem"] = refusal_beside_computed(error.code, error.level)
    except BulkRefusedError as error:
        context["problem"] = words_for(error.code)
    else:
        messages.success(request, gettext("The answers are as they were before."))
        return redirect("audits:together_done", bulk.pk)
    return render(request, "audits/together_done.html", context, status=409)


def _chosen(values: list[str]) -> list[int]:
    """Read which answers are meant; what is no number is left out."""
    return [
        int(each) for each in dict.fromkeys(values) if each.isascii() and each.isdigit() and len(each) <= LONGEST_NUMBER
    ]


def _levels(audit: Audit) -> list[int]:
    """Return every level that some criterion of the edition has, lowest first."""
    return sorted({level for row in edition_spec(audit.edition).rows for level in row.levels})
