"""The evidence of one criterion, as its panel shows it: what the answer rests on, and ways to add to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.shortcuts import render
from django.utils import timezone

from accounts.access import may
from audits.evidence_forms import EvidenceForm, NoteForm
from audits.selectors.evidence import lines_of, room_left
from audits.storage import ACCEPTED
from audits.workflow import EDITABLE

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from audits.models import Answer


def section_context(
    request: HttpRequest, answer: Answer, *, form: EvidenceForm | None = None, note: NoteForm | None = None
) -> dict[str, Any]:
    """Return what ``audits/drawer/evidence.html`` shows; three queries where files can be added, else one."""
    audit = answer.audit
    current = answer.criterion.edition_id == audit.edition_id
    adds = current and audit.status in EDITABLE and may(request.user, "audits.change_answer", audit)
    opens = may(request.user, "audits.open_sealed", audit)
    return {
        "answer": answer,
        "lines": lines_of(answer, opens=opens, today=timezone.localdate()),
        "adds_evidence": adds,
        "evidence_form": form or EvidenceForm(auto_id=f"evidence-{answer.pk}-%s"),
        "note_form": note or NoteForm(auto_id=f"note-{answer.pk}-%s"),
        "room_left": max(room_left(audit), 0) if adds else 0,
        "most_bytes": settings.EVIDENCE_MAX_BYTES,
        "types": ",".join(f".{name}" for name in ACCEPTED),
    }


def render_lines(
    request: HttpRequest, answer: Answer, *, problem: str = "", undo: Any = None, status: int = 200
) -> HttpResponse:
    """Render what the answer rests on, alone: nothing that somebody is typing beside it is lost."""
    context = {**section_context(request, answer), "evidence_problem": problem, "undo": undo}
    return render(request, "audits/drawer/evidence.html#changed", context, status=status)
