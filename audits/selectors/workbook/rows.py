"""How everything that a workbook holds stands on the server now, row by row; a constant number of queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef
from django.utils.translation import get_language

from accounts.access import may
from audits.followup import FindingResponse
from audits.models import EvidenceUse, FindingState
from audits.samples import SampleItem
from audits.selectors.case import asked_codes
from audits.workbook.comparing import Now
from audits.workbook.layout import BETWEEN, NO, NOT_APPLICABLE, YES
from audits.workflow import EDITABLE
from standards.selectors import edition_document
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from accounts.models import User
    from audits.models import Audit
    from standards.models import Edition

REMEMBERED = 16  # editions and languages
Rows = dict[str, dict[str, Now]]


def rows_now(audit: Audit, user: User) -> Rows:
    """Return every row by sheet and id, as the person may see it; eight queries at most.

    Answers are those that are asked of this centre on the audit's present edition. Of evidence that is sealed to the
    person nothing is there.
    """
    locked = "" if audit.status in EDITABLE else "locked_status"
    uses = _uses(audit)
    return {
        "Answers": _answers(audit, user, locked, Counter(answer for _piece, answer, _code in uses)),
        "Evidence": _evidence(audit, user, locked, uses),
        "Samples": _samples(audit, locked),
        "Findings": _findings(audit, locked),
    }


def criteria_of(audit: Audit) -> dict[str, dict[str, Any]]:
    """Return the criteria that are asked of this centre by code, as the edition's document has them; no query."""
    asked = asked_codes(audit)
    return {each["code"]: each for each in _document_criteria(audit.edition) if each["code"] in asked}


def _document_criteria(edition: Edition) -> Iterator[dict[str, Any]]:
    blocks = edition_document(edition)["blocks"]
    return (each for block in blocks for clause in block["clauses"] for each in clause["criteria"])


def _uses(audit: Audit) -> list[tuple[int, int, str]]:
    """Return (piece, answer, code) of what the answers of the present edition rest on."""
    found = EvidenceUse.objects.filter(answer__audit=audit, answer__criterion__edition=audit.edition_id)
    return list(
        found.order_by("answer__criterion__position").values_list("evidence_id", "answer_id", "answer__criterion__code")
    )


def _answers(audit: Audit, user: User, locked: str, pieces: Counter[int]) -> dict[str, Now]:
    criteria, words = asked_codes(audit), _words(audit.edition)
    rows = audit.current_answers.order_by("criterion__position").values_list(
        "pk", "criterion__code", "level", "na_reason", "note", "revision", "answered_by"
    )
    found = {}
    for key, code, level, na_reason, note, revision, by in rows:
        if code not in criteria:
            continue
        value = NOT_APPLICABLE if na_reason else "" if level is None else str(level)
        shown = {**words[code], "evidence": str(pieces[key])}
        values = {"level": value, "na_reason": na_reason, "note": note}
        found[code] = Now(revision, values, shown, locked, own=by == user.pk)
    return found


_worded: dict[tuple[str, str], dict[str, dict[str, str]]] = {}


def _words(edition: Edition) -> dict[str, dict[str, str]]:
    """Return what is shown of each criterion in the reader's language; made once per process, edition and language."""
    key = (edition.sha256, get_language() or "")
    if key not in _worded:
        if len(_worded) >= REMEMBERED:
            _worded.pop(next(iter(_worded)), None)
        _worded[key] = {
            each["code"]: {
                "code": each["code"],
                "title": text(each["title"]),
                "requirement": text(each["requirement"]),
                "anchors": "\n".join(f"{level}: {text(words)}" for level, words in (each.get("anchors") or {}).items()),
            }
            for each in _document_criteria(edition)
        }
    return _worded[key]


def _evidence(audit: Audit, user: User, locked: str, uses: Iterable[tuple[int, int, str]]) -> dict[str, Now]:
    codes: dict[int, list[str]] = defaultdict(list)
    for served, _answer, code in uses:
        codes[served].append(code)
    pieces = audit.evidence.filter(withdrawn_at=None)
    if not may(user, "audits.open_sealed", audit):
        pieces = pieces.filter(confidential=False)
    found = {}
    for piece in pieces.select_related("uploaded_by").order_by("pk"):
        values = {
            "title": piece.title,
            "kind": piece.kind,
            "criteria": BETWEEN.join(codes[piece.pk]),
            "valid_until": piece.valid_until.isoformat() if piece.valid_until else "",
            "confidential": YES if piece.confidential else NO,
        }
        shown = {
            "filename": piece.filename,
            "sha256": piece.sha256,
            "version": str(piece.version),
            "uploaded_at": piece.uploaded_at.isoformat(timespec="seconds"),
            "uploaded_by": str(piece.uploaded_by),
        }
        found[f"E{piece.pk}"] = Now(piece.version, values, shown, locked)
    return found


def _samples(audit: Audit, locked: str) -> dict[str, Now]:
    codes: dict[int, list[str]] = defaultdict(list)
    serving = audit.samples.filter(answers__criterion__edition=audit.edition_id)
    pairs = serving.order_by("answers__criterion__position").values_list("pk", "answers__criterion__code")
    for key, code in pairs:
        codes[key].append(code)
    items = SampleItem.objects.filter(sample__audit=audit, sample__withdrawn_at=None).select_related("sample")
    found = {}
    for item in items.order_by("sample__number", "position"):
        sample = item.sample
        shown = {
            "sample": str(sample.number),
            "about": sample.title,
            "criteria": BETWEEN.join(codes[sample.pk]),
            "record": item.record,
        }
        found[f"S{sample.number}.{item.position}"] = Now(
            item.revision, {"result": item.result, "note": item.note}, shown, locked
        )
    return found


def _findings(audit: Audit, locked: str) -> dict[str, Now]:
    answered = Exists(FindingResponse.objects.filter(finding=OuterRef("pk")))
    rows = audit.findings.select_related("criterion").only(
        *("number", "kind", "statement", "objective_evidence", "due", "revision", "state", "audit_id"),
        *("criterion__code", "criterion__edition_id"),
    )
    found = {}
    found_rows: Iterable[Any] = rows.annotate(is_answered=answered).order_by("number")
    for row in found_rows:
        values = {
            "criterion": row.criterion.code,
            "kind": row.kind,
            "statement": row.statement,
            "objective_evidence": row.objective_evidence,
            "due": row.due.isoformat() if row.due else "",
        }
        why = locked
        if not why and row.criterion.edition_id != audit.edition_id:
            why = "locked_edition"
        if not why and (row.state != FindingState.OPEN or row.is_answered):
            why = "locked_answered"
        found[f"F{row.number}"] = Now(row.revision, values, {"state": row.state}, why)
    return found
