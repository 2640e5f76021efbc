"""From an audit's rows to how the work was done; at most seven queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from audits.models import NONCONFORMITIES, Finding
from audits.selectors.samples import samples_of
from reports import fieldwork as work

if TYPE_CHECKING:
    from audits.models import Audit


def fieldwork_of(audit: Audit) -> work.Fieldwork:
    """Return how the work on an audit was done, in the active language; ``stage_one`` and ``previous`` are loaded."""
    return work.Fieldwork(
        purpose=audit.purpose,
        remote_methods=audit.remote_methods,
        conclusion=audit.conclusion,
        rounds=audit.stage_2_round,
        stage_one=_stage_one(audit),
        meetings=tuple(
            work.MeetingEntry(each.kind, each.round, each.held_at, each.attendance, each.notes)
            for each in audit.meetings.all()
        ),
        agenda=tuple(
            work.Session(each.day, each.begins, each.ends, each.what, each.with_whom, each.mode)
            for each in audit.agenda.all()
        ),
        samples=tuple(map(_sample, samples_of(audit))),
        former=_former(audit),
    )


def correction_of(finding: Finding) -> work.Correction | None:
    """Return where a nonconformity stands, with the last response; responses are prefetched."""
    if not finding.is_nonconformity:
        return None
    response = next(reversed(finding.responses.all()), None)
    return work.Correction(
        state=finding.state,
        correction=response.correction if response else "",
        root_cause=response.root_cause if response else "",
        action=response.action if response else "",
        action_due=response.due if response else None,
    )


def _stage_one(audit: Audit) -> work.StageOneEntry | None:
    stage = getattr(audit, "stage_one", None)
    if stage is None:
        return None
    concerns = tuple(
        (each.clause, each.statement, each.settled_note if each.settled_at else "") for each in audit.concerns.all()
    )
    return work.StageOneEntry(stage.held_on, stage.readiness, stage.notes, concerns)


def _sample(sample: Any) -> work.SampleEntry:
    return work.SampleEntry(
        number=sample.number,
        title=sample.title,
        method=sample.method,
        criteria=tuple(answer.criterion.code for answer in sample.answers.all()),
        population=sample.population_size,
        population_sha256=sample.population_sha256,
        seed=sample.seed,
        picked=sample.picked,
        looked_at=sample.looked_at,
        failed=sample.failed,
        why=sample.why,
        says=tuple(message.words(_) for message in sample.conclusion.says),
        warns=tuple(message.words(_) for message in sample.conclusion.warns),
        holds=sample.conclusion.holds,
        withdrawn=sample.withdrawn_reason if sample.withdrawn_at else "",
    )


def _former(audit: Audit) -> work.Former | None:
    """Return the nonconformities of the audit before: one query."""
    if audit.previous is None:
        return None
    rows = Finding.objects.filter(audit=audit.previous_id, kind__in=NONCONFORMITIES).order_by("number")
    return work.Former(
        audit.previous.reference,
        tuple(
            work.FormerFinding(
                each.number,
                each.kind,
                each.criterion.code,
                each.statement,
                each.state,
                each.closed_at,
                each.closing_note,
            )
            for each in rows.select_related("criterion").only(
                "number", "kind", "statement", "state", "closed_at", "closing_note", "criterion__code"
            )
        ),
    )
