"""How far the nonconformities of an audit have come: what the decision has to wait for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audits.corrective import PLAN_AGREED
from audits.cycle import CYCLE, add_months
from audits.models import FindingKind

if TYPE_CHECKING:
    from datetime import date

    from audits.models import Audit


@dataclass(frozen=True)
class FollowUp:
    """Counts of nonconformities. ``majors_late``: one was not verified within six months of the end of stage 2."""

    open: int
    majors_open: int
    minors_unplanned: int
    majors_late: bool


def follow_up_of(audit: Audit, *, today: date) -> FollowUp:
    """Count what is open; one query.

    A minor nonconformity is planned once its corrective action plan was accepted: a due day alone is no plan, and one
    whose action proved not effective needs a new plan.
    """
    kinds = (FindingKind.MAJOR, FindingKind.MINOR)
    rows = list(audit.findings.filter(kind__in=kinds).values_list("kind", "closed_at", "state"))
    limit = add_months(audit.onsite_to, CYCLE.verifying_majors_months)
    majors = [closed for kind, closed, _state in rows if kind == FindingKind.MAJOR]
    return FollowUp(
        open=sum(closed is None for _kind, closed, _state in rows),
        majors_open=sum(closed is None for closed in majors),
        minors_unplanned=sum(
            kind == FindingKind.MINOR and closed is None and state not in PLAN_AGREED for kind, closed, state in rows
        ),
        majors_late=any((closed.date() if closed else today) > limit for closed in majors),
    )
