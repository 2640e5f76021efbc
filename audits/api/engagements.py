"""Routes: audits, and one of them with its score."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema

from accounts.api.access import Token, caller
from accounts.api.pages import Asked, Key, Page, Text, page_of
from accounts.api.problems import gives
from accounts.api.routes import Named, named
from accounts.models import Scope
from audits.models import Audit, AuditKind, AuditStatus
from audits.selectors.case import audit_score
from audits.selectors.sheet import answers_alone, audit_for, audits_for, search
from standards.scoring.result import result_to_json
from standards.selectors import edition_spec

router = Router(tags=["audits"])


class EditionRef(Schema):
    """The edition that is asked, by its name and by the hash of its content."""

    code: str
    version: str
    sha256: str


class AuditOut(Schema):
    """An engagement: one centre, one edition, one result. `result_sha256` is empty until it is submitted."""

    id: int
    reference: str
    kind: str
    purpose: str
    status: str
    centre: Named
    auditee: Named
    conductor: Named
    edition: EditionRef
    scope: str
    onsite_from: date
    onsite_to: date
    created_at: datetime
    submitted_at: datetime | None
    closed_at: datetime | None
    result_sha256: str


class RangeOut(Schema):
    """A score, exact, as text; an interval as long as criteria are unanswered."""

    low: str
    high: str


class BlockScore(RangeOut):
    """The points of a block."""

    max: str
    percent_low: str
    percent_high: str


class GateOut(Schema):
    """A gate: what it saw, what it wanted, and which criteria, findings or KPIs it rests on."""

    gate: str
    state: str
    seen: str
    wanted: str
    because: list[str]


class TierScore(Schema):
    """A tier; `attained` is null as long as a gate is open."""

    total: RangeOut
    blocks: dict[str, BlockScore]
    gates: list[GateOut]
    attained: bool | None


class ScoreOut(Schema):
    """The score as it stands, or as it was frozen at submission; `tier` is the highest one attained."""

    tiers: dict[str, TierScore]
    tier: str | None


class MemberOut(Schema):
    """Somebody on the audit team."""

    person: Named
    role: str


class AuditDetail(AuditOut):
    """An engagement with its texts, team, progress and score."""

    objectives: str
    summary: str
    not_covered: str
    team: list[MemberOut]
    criteria_asked: int
    criteria_answered: int
    score: ScoreOut


class AuditsAsked(Asked):
    """Filters of the list of audits; `q` looks in reference, centre and organisation."""

    q: Text = ""
    status: AuditStatus | None = None
    kind: AuditKind | None = None
    centre: Key | None = None


@router.get(
    "/audits", auth=Token(Scope.AUDITS), response=gives(Page[AuditOut], 422), url_name="audits", summary="Audits"
)
def audit_list(request: HttpRequest, asked: Query[AuditsAsked]) -> Page[AuditOut]:
    """Return the audits that the caller may see."""
    found, text = audits_for(caller(request)), asked.q.strip()
    found = search(found, text) if text else found
    found = found.filter(status=asked.status.value) if asked.status else found
    found = found.filter(kind=asked.kind.value) if asked.kind else found
    found = found.filter(centre=asked.centre) if asked.centre else found
    return page_of(found, asked, lambda audit: AuditOut(**_facts(audit)))


@router.get(
    "/audits/{int:audit_id}",
    auth=Token(Scope.AUDITS),
    response=gives(AuditDetail, 404),
    url_name="audit",
    summary="An audit with its score",
)
def audit_one(request: HttpRequest, audit_id: int) -> AuditDetail:
    """Return one audit with its score."""
    found = audit_for(caller(request), audit_id)
    answers = answers_alone(found)
    result = audit_score(found, answers, today=timezone.localdate())
    return AuditDetail(
        **_facts(found),
        objectives=found.objectives,
        summary=found.summary,
        not_covered=found.not_covered,
        team=[
            MemberOut(person=Named(id=each.user_id, name=str(each.user)), role=each.role) for each in found.team.all()
        ],
        criteria_asked=len(answers),
        criteria_answered=sum(row.level is not None or bool(row.na_reason) for row in answers),
        score=ScoreOut.model_validate(result_to_json(edition_spec(found.edition), result, ())),
    )


def _facts(audit: Audit) -> dict[str, Any]:
    edition = audit.edition
    return {
        "id": audit.pk,
        "reference": audit.reference,
        "kind": audit.kind,
        "purpose": audit.purpose,
        "status": audit.status,
        "centre": named(audit.centre),
        "auditee": named(audit.auditee),
        "conductor": named(audit.conductor),
        "edition": EditionRef(code=edition.code, version=edition.version, sha256=audit.edition_sha256),
        "scope": audit.scope,
        "onsite_from": audit.onsite_from,
        "onsite_to": audit.onsite_to,
        "created_at": audit.created_at,
        "submitted_at": audit.submitted_at,
        "closed_at": audit.closed_at,
        "result_sha256": audit.result_sha256,
    }
