"""What pages show of evidence. Of what is confidential only the title, to those who may not open it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import F, Prefetch, Q, Sum

from audits.models import Answer, Evidence, EvidenceKind, EvidenceUse, EvidenceVersion
from audits.pieces import SOON
from audits.storage import opened

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from django.db.models import QuerySet

    from accounts.models import User
    from audits.models import Audit
    from audits.pieces import Content

SORTS = {
    "-uploaded_at": ("-uploaded_at", "-pk"),
    "uploaded_at": ("uploaded_at", "pk"),
    "title": ("title", "pk"),
    "kind": ("kind", "title", "pk"),
    "valid_until": (F("valid_until").asc(nulls_last=True), "pk"),
}
STATES = ("unused", "expired", "soon", "confidential", "older", "withdrawn")
LONGEST_TEXT = 200_000  # bytes of a text that is shown in the page
MOST_CHOICES = 30


def room_left(audit: Audit) -> int:
    """Return how many bytes of evidence the conducting organisation may still store; two queries."""
    pieces = Evidence.objects.filter(audit__conductor=audit.conductor_id, audit__disposal=None).aggregate(
        total=Sum("size")
    )["total"]
    former = EvidenceVersion.objects.filter(
        evidence__audit__conductor=audit.conductor_id, evidence__audit__disposal=None
    )
    used = (pieces or 0) + (former.aggregate(total=Sum("size"))["total"] or 0)
    return int(settings.EVIDENCE_QUOTA_BYTES) - used


def evidence_for(user: User, evidence_id: int) -> Evidence:
    """Fetch a piece that the person may open, with audit and team; two queries. Raises ``Evidence.DoesNotExist``."""
    return (
        Evidence.objects.visible_to(user)
        .select_related("audit__centre", "audit__auditee", "audit__conductor", "audit__edition", "uploaded_by")
        .defer("audit__edition__document", "audit__result", "audit__market", "audit__facts")
        .prefetch_related("audit__team")
        .get(pk=evidence_id)
    )


def lines_of(answer: Answer, *, opens: bool, today: date) -> list[EvidenceUse]:
    """Return what an answer rests on, the first attached first; one query."""
    uses = answer.evidence_uses.select_related("evidence__uploaded_by").order_by("pk")
    found = list(uses)
    for use in found:
        marked([use.evidence], opens=opens, today=today)
    return found


def marked(pieces: Iterable[Evidence], *, opens: bool, today: date) -> list[Evidence]:
    """Return the pieces, each with whether it is ``sealed`` to the reader and how its ``holds`` stands; no query."""
    found = list(pieces)
    for piece in found:
        piece.sealed = piece.confidential and not opens  # type: ignore[attr-defined] # read by the templates
        piece.holds = piece.validity(today)  # type: ignore[attr-defined] # likewise
    return found


def evidence_of(
    audit: Audit, *, opens: bool, today: date, text: str = "", kind: str = "", state: str = "", sort: str = ""
) -> QuerySet[Evidence]:
    """Return an audit's evidence as the filters ask, with the criteria each piece serves; two queries.

    Unknown filters and sorts are ignored. Nothing but the title is searched, filtered or told of what is confidential
    where the reader may not open it.
    """
    pieces: QuerySet[Evidence] = audit.evidence.select_related("uploaded_by").prefetch_related(
        Prefetch("uses", _uses())
    )
    if kind in EvidenceKind.values:
        pieces = _open(pieces, opens).filter(kind=kind)
    if state in STATES:
        pieces = _in_state(pieces, state, opens=opens, today=today)
    if state != "withdrawn":
        pieces = pieces.filter(withdrawn_at=None)
    if text:
        content = Q(filename__icontains=text) | Q(sha256__istartswith=text)
        pieces = pieces.filter(Q(title__icontains=text) | (content if opens else content & Q(confidential=False)))
    chosen = SORTS.get(sort, SORTS["-uploaded_at"])
    return pieces.order_by(
        *(chosen if opens else [each for each in chosen if each in {"title", "pk", "-pk"}] or ["pk"])
    )


def _open(pieces: QuerySet[Evidence], opens: bool) -> QuerySet[Evidence]:
    return pieces if opens else pieces.filter(confidential=False)


def _in_state(pieces: QuerySet[Evidence], state: str, *, opens: bool, today: date) -> QuerySet[Evidence]:
    if state == "unused":
        return pieces.filter(uses=None)
    if state == "confidential":
        return pieces.filter(confidential=True)
    if state == "withdrawn":
        return pieces.exclude(withdrawn_at=None)
    if state == "older":
        return _open(pieces, opens).filter(uses__version__lt=F("version")).distinct()
    soon = today + timedelta(days=SOON)
    span = {"valid_until__lt": today} if state == "expired" else {"valid_until__range": (today, soon)}
    return _open(pieces, opens).filter(**span)


def _uses() -> QuerySet[EvidenceUse]:
    return (
        EvidenceUse.objects.select_related("answer__criterion__edition")
        .only(
            *("evidence_id", "version", "answer__audit_id", "answer__level", "answer__na_reason"),
            *("answer__criterion__code", "answer__criterion__title", "answer__criterion__position"),
            "answer__criterion__edition__version",
        )
        .order_by("answer__criterion__position", "pk")
    )


def uses_of(evidence: Evidence) -> list[EvidenceUse]:
    """Return which criteria a piece serves, in order; one query."""
    return list(_uses().filter(evidence=evidence))


def versions_of(evidence: Evidence, today: date) -> list[dict[str, Any]]:
    """Return all versions of a piece, the newest first, each with the codes of the answers that rest on it."""
    former = list(evidence.former_versions.select_related("uploaded_by").order_by("-number"))
    codes: dict[int, list[str]] = {}
    for use in uses_of(evidence):
        codes.setdefault(use.version, []).append(use.answer.criterion.code)
    numbered: list[tuple[int, Content]] = [(evidence.version, evidence), *((each.number, each) for each in former)]
    return [
        {"number": number, "content": each, "codes": codes.get(number, []), "holds": each.validity(today)}
        for number, each in numbered
    ]


def choices_for(answer: Answer, *, opens: bool, today: date, text: str = "") -> list[Evidence]:
    """Return pieces of the audit that this answer does not rest on yet, the newest first; two queries."""
    pieces = evidence_of(answer.audit, opens=opens, today=today, text=text)
    return marked(pieces.exclude(uses__answer=answer)[:MOST_CHOICES], opens=opens, today=today)


def criteria_beside(evidence: Evidence, text: str = "") -> list[Answer]:
    """Return the answers of the audit's present edition that do not rest on the piece yet, in order; one query."""
    audit = evidence.audit
    rows = (
        audit.current_answers.exclude(evidence_uses__evidence=evidence)
        .select_related("criterion")
        .only("audit_id", "criterion__code", "criterion__title", "criterion__position")
        .order_by("criterion__position")
    )
    needle = text.casefold()
    return [row for row in rows if needle in " ".join([row.criterion.code, *row.criterion.title.values()]).casefold()]


def text_of(content: Content) -> str:
    """Return a written piece to be read in the page, cut where it is very long; nothing where the file is not whole."""
    try:
        with opened(content.sha256) as source:
            return source.read(LONGEST_TEXT).decode("utf-8-sig", errors="replace")
    except OSError:
        return ""
