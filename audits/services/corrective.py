"""The steps in the life of a finding; the table is ``audits.corrective``."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.services import notice_send
from audits.corrective import ANSWER, EITHER, STEPS, UNFOLLOWED, Standing, agreed_due, last_day, refusals
from audits.finding_words import STEP_KIND
from audits.followup import FindingResponse, FindingStep
from audits.models import AuditStatus, Finding, FindingKind, FindingState
from audits.selectors.policies import policies_of
from audits.selectors.supervision import AUDIT_MANAGER, MANAGER, OWNER, SUPERVISOR, supervision, together
from audits.services.errors import NotEditableError
from audits.services.findings import FindingError
from audits.services.locking import audit_lock, subject_of
from audits.services.proofs import Proof, proofs_keep
from audits.services.results import result_refresh
from audits.workflow import EDITABLE
from ledger.services import ledger_append

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from accounts.models import User

# These change what the gates count: whether it is closed, and when it is due.
COUNTED = frozenset({"accept", "fail", "close", "settle", "reopen"})


@dataclass(frozen=True)
class ResponseFacts:
    """What a response says; ``causes`` as in ``FindingResponse``."""

    correction: str
    method: str
    causes: Any
    root_cause: str
    action: str
    owner: User | None
    due: date | None

    def missing(self) -> int:
        """Count the parts that are empty; the due day has a guard of its own."""
        texts = (self.correction, self.root_cause, self.action)
        return sum(not text.strip() for text in texts) + (not self.causes) + (self.owner is None)


@dataclass(frozen=True)
class StepFacts:
    """What comes with a step: words, files, and what only some steps have.

    ``due`` is the new day of a finding that opens again; ``how`` and ``seen_on`` are about verification.
    """

    words: str = ""
    due: date | None = None
    how: str = ""
    seen_on: date | None = None
    proofs: tuple[Proof, ...] = field(default=())
    response: ResponseFacts | None = None


def last_response(finding: Finding) -> FindingResponse | None:
    """Return the response that counts, with its owner; one query."""
    return finding.responses.select_related("owner", "by").order_by("-pk").first()


@transaction.atomic
def finding_step(*, finding_id: int, step: str, facts: StepFacts, by: User, at: datetime) -> Finding:
    """Make one step: rows, history, ledger and notices in one transaction.

    Raises ``FindingError`` with every guard that refused, and ``NotEditableError`` where the engagement is not one in
    which findings are followed up. Two people at once: one wins, the other is told wrong_state.
    """
    audit = audit_lock(Finding.everything.values_list("audit", flat=True).get(pk=finding_id))
    if audit.status in UNFOLLOWED:
        raise NotEditableError(audit.status)
    rows = Finding.everything.select_for_update(of=("self",)).select_related("criterion", "owner")
    finding = rows.get(pk=finding_id)
    finding.audit = audit
    response, source = last_response(finding), finding.state
    standing = _standing(finding, response, step, facts, by=by, at=at)
    if codes := refusals(step, state=finding.state, standing=standing):
        raise FindingError(*codes, latest=standing.latest)
    if step == "respond" and facts.response:
        response = _respond(finding, facts.response, by=by, at=at)
    _change(finding, step, facts, response, by=by, at=at)
    finding.save()
    made = _record(finding, step, source, facts, response, by=by, at=at)
    if step != "escalate":
        finding.warnings.filter(acted_at=None).update(acted_at=at, acted_by=by)
    _tell(finding, step, by=by, at=at)
    payload = {"number": finding.number, "from": source, "to": finding.state, **_payload(made, facts)}
    ledger_append(action=f"finding.{step}", subject=subject_of(audit), by=by, at=at, payload=payload)
    if step in COUNTED and audit.result is not None and audit.status != AuditStatus.CLOSED:
        result_refresh(audit=audit, by=by, at=at)
    return finding


def standing_of(finding: Finding, *, today: date) -> Standing:
    """Return what is known before a step: grading, escalation and the last day that a response may name."""
    policy = policies_of([finding.audit.conductor_id])[finding.audit.conductor_id]
    since = timezone.localdate(finding.reopened_at or finding.raised_at)
    return Standing(
        actor=0,
        is_nonconformity=finding.is_nonconformity,
        closes_alone=finding.kind == FindingKind.OPPORTUNITY,
        owner=finding.owner_id,
        is_escalated=finding.escalated_at is not None,
        is_submitted=finding.audit.status not in EDITABLE,
        today=today,
        latest=last_day(since, policy.most_days(finding.kind), today),
    )


def _standing(
    finding: Finding, response: FindingResponse | None, step: str, facts: StepFacts, *, by: User, at: datetime
) -> Standing:
    today = timezone.localdate(at)
    known = standing_of(finding, today=today)
    if step in {"fail", "reopen"}:  # the clock starts anew
        policy = policies_of([finding.audit.conductor_id])[finding.audit.conductor_id]
        known = replace(known, latest=last_day(today, policy.most_days(finding.kind), today))
    new = facts.response
    due = {"respond": new.due if new else None, "accept": response.due if response else None}.get(step, facts.due)
    done = finding.steps.filter(step="implement").order_by("-pk").first() if step in {"verify", "fail"} else None
    return replace(
        known,
        actor=by.pk,
        responder=response.by_id if response else None,
        has_words=bool(facts.words.strip()) and (step not in {"verify", "fail"} or bool(facts.how.strip())),
        has_evidence=bool(facts.proofs),
        missing=new.missing() if new else 1,
        due=due,
        seen_on=facts.seen_on,
        done_on=timezone.localdate(done.at) if done else None,
    )


def _respond(finding: Finding, new: ResponseFacts, *, by: User, at: datetime) -> FindingResponse:
    """Keep the response, and whose action it is."""
    if new.owner is None or not new.owner.is_active or not new.owner.has_role(finding.audit.auditee_id):
        raise FindingError("owner_elsewhere")
    finding.owner = new.owner
    return FindingResponse.objects.create(
        finding=finding, **{name: getattr(new, name) for name in new.__dataclass_fields__}, by=by, at=at
    )


def _change(
    finding: Finding, step: str, facts: StepFacts, response: FindingResponse | None, *, by: User, at: datetime
) -> None:
    """Set what the step changes on the finding itself; the caller saves."""
    finding.state = STEPS[step].target or finding.state
    finding.revision += 1
    if step == "accept" and response is not None:
        finding.due = agreed_due(finding.due, response.due, timezone.localdate(response.at))
    if step in {"fail", "reopen"}:
        finding.due, finding.reopened, finding.reopened_at = facts.due, finding.reopened + 1, at
        finding.closed_at, finding.closed_by, finding.closing_note = None, None, ""
    if finding.state == FindingState.CLOSED:
        finding.closed_at, finding.closed_by, finding.closing_note = at, by, facts.words
    if step == "escalate":
        finding.escalated_at = at
    if step in {"verify", "fail", "reopen", "withdraw"}:
        finding.escalated_at = None


def _record(
    finding: Finding,
    step: str,
    source: str,
    facts: StepFacts,
    response: FindingResponse | None,
    *,
    by: User,
    at: datetime,
) -> FindingStep:
    about = {"how": facts.how, "seen_on": facts.seen_on, "due": facts.due}
    data = {name: value if isinstance(value, str) else value.isoformat() for name, value in about.items() if value}
    made = FindingStep.objects.create(
        finding=finding,
        step=step,
        source=source,
        target=finding.state,
        words=facts.words,
        data=data,
        response=response,
        by=by,
        at=at,
    )
    made.evidence.set(proofs_keep(finding.audit, facts.proofs, by=by, at=at))
    return made


def _payload(made: FindingStep, facts: StepFacts) -> dict[str, Any]:
    """Return what the ledger keeps of a step besides its states."""
    said: dict[str, Any] = {"words": made.words, **made.data, "evidence": [each.stored.sha256 for each in facts.proofs]}
    if facts.response:
        new = {**facts.response.__dict__}
        owner, due = facts.response.owner, facts.response.due
        said["response"] = {**new, "owner": owner.pk if owner else None, "due": due.isoformat() if due else None}
    return said


def notice_params(finding: Finding, **more: Any) -> dict[str, Any]:
    """Return what a notice about a finding says; audit and centre are loaded."""
    return {
        "kind": finding.kind,
        "number": finding.number,
        "reference": finding.audit.reference,
        "centre": finding.audit.centre.name,
        "due": finding.due.isoformat() if finding.due else None,
        **more,
    }


def _tell(finding: Finding, step: str, *, by: User, at: datetime) -> None:
    """Tell the other side; whoever made the step knows."""
    auditee = finding.audit.auditee_id
    told = supervision([finding], policies_of([auditee]))[finding.pk]
    permission = STEPS[step].permission
    everybody = (OWNER, MANAGER, SUPERVISOR, AUDIT_MANAGER)
    roles = everybody if permission == EITHER else (AUDIT_MANAGER,) if permission == ANSWER else (OWNER, MANAGER)
    _send(finding, together(told, *roles), step, by=by, at=at)
    if step == "respond" and finding.owner_id != by.pk:
        _send(finding, [finding.owner] if finding.owner else [], "own", by=by, at=at)


def _send(finding: Finding, people: Iterable[User], step: str, *, by: User, at: datetime) -> None:
    for person in people:
        if person.pk == by.pk:
            continue
        notice_send(
            to=person,
            kind=STEP_KIND,
            params=notice_params(finding, step=step),
            url=reverse("findings:detail", args=[finding.pk]),
            at=at,
            mail_soon=True,
        )
