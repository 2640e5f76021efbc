"""The life of an improvement project: draft, filed, running, closed with a review by somebody else, or abandoned."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from audits.registers import Credential, Project, ProjectStatus
from audits.returns import BENEFITS, INVESTMENT, LAST_YEAR, Flow
from audits.services.registers.errors import RegisterError, StaleEntryError
from ledger.services import ledger_append

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import date, datetime
    from decimal import Decimal

    from accounts.models import Centre, User

MOST_FLOWS = 200
OPEN = frozenset({ProjectStatus.DRAFT, ProjectStatus.FILED, ProjectStatus.RUNNING})


@dataclass(frozen=True)
class ProjectFacts:
    """What a project promises; ``flows`` are the plan. Amounts in ``currency``, ``rate`` in per cent a year."""

    lead: Credential
    title: str
    problem: str
    measure: str
    unit: str
    baseline: Decimal
    baseline_from: date
    baseline_to: date
    target: Decimal
    customer_words: str
    customer_figure: Decimal | None
    customer_unit: str
    starts_on: date
    ends_on: date
    currency: str
    rate: Decimal
    flows: tuple[Flow, ...]

    def columns(self) -> dict[str, Any]:
        """Return what the row keeps."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "flows"}
        return {**values, "plan": flows_stored(self.flows)}


@dataclass(frozen=True)
class Review:
    """What came of a project, by somebody who neither led nor filed it."""

    flows: tuple[Flow, ...]
    reached: Decimal
    customer_words: str
    customer_figure: Decimal | None
    learnt: str


def flows_stored(flows: Sequence[Flow]) -> list[dict[str, Any]]:
    """Return flows as they are kept: amounts as plain decimal strings, in the order of years and kinds."""
    order = (INVESTMENT, *BENEFITS)
    ordered = sorted(flows, key=lambda flow: (flow.year, order.index(flow.kind)))
    return [
        {name: value if isinstance(value, (int, str)) else f"{value:f}" for name, value in asdict(flow).items()}
        for flow in ordered
    ]


@transaction.atomic
def project_create(*, centre: Centre, facts: ProjectFacts, by: User, at: datetime) -> Project:
    """Draft a project. Raises ``RegisterError`` with the field it is about."""
    _require_sound(centre.organisation_id, facts)
    project = Project.objects.create(centre=centre, **facts.columns(), created_at=at, created_by=by)
    _record("drafted", project, by, at, _content(project))
    return project


@transaction.atomic
def project_update(*, project_id: int, revision: int, facts: ProjectFacts, by: User, at: datetime) -> Project:
    """Change a draft that the person saw at this revision. Raises ``RegisterError``, ``StaleEntryError``."""
    project = _locked(project_id, revision, within={ProjectStatus.DRAFT})
    _require_sound(project.centre.organisation_id, facts)
    for name, value in facts.columns().items():
        setattr(project, name, value)
    return _saved(project, "changed", by, at, _content(project))


@transaction.atomic
def project_file(*, project_id: int, revision: int, by: User, at: datetime) -> Project:
    """Freeze the plan. The lead's credential must hold, and the plan have an investment and a benefit."""
    project = _locked(project_id, revision, within={ProjectStatus.DRAFT})
    today = timezone.localdate(at)
    lead = project.lead
    if lead.revoked_on or (lead.valid_until and lead.valid_until < today):
        raise RegisterError("lead_not_valid")
    kinds = {flow["kind"] for flow in project.plan}
    if INVESTMENT not in kinds or not kinds & set(BENEFITS):
        raise RegisterError("plan_incomplete")
    project.status, project.filed_on, project.filed_by = ProjectStatus.FILED, today, by
    return _saved(project, "filed", by, at, _content(project))


@transaction.atomic
def project_reopen(*, project_id: int, revision: int, by: User, at: datetime) -> Project:
    """Take a filed project back to the draft; it is filed no longer."""
    project = _locked(project_id, revision, within={ProjectStatus.FILED})
    project.status, project.filed_on, project.filed_by = ProjectStatus.DRAFT, None, None
    return _saved(project, "reopened", by, at, {})


@transaction.atomic
def project_start(*, project_id: int, revision: int, by: User, at: datetime) -> Project:
    """Say that work has begun; from here on the plan stays as it was filed."""
    project = _locked(project_id, revision, within={ProjectStatus.FILED})
    project.status, project.running_since = ProjectStatus.RUNNING, timezone.localdate(at)
    return _saved(project, "started", by, at, {})


@transaction.atomic
def project_close(*, project_id: int, revision: int, review: Review, by: User, at: datetime) -> Project:
    """Close a project with a review after its end, by somebody who neither led nor filed it.

    Raises ``RegisterError`` (reviewer_involved, not_ended, or what is wrong with the flows), ``StaleEntryError``.
    """
    project = _locked(project_id, revision, within={ProjectStatus.RUNNING})
    today = timezone.localdate(at)
    if by.pk in {project.lead.holder_id, project.filed_by_id}:
        raise RegisterError("reviewer_involved")
    if today < project.ends_on:
        raise RegisterError("not_ended")
    _require_flows(review.flows)
    if not any(flow.kind == INVESTMENT for flow in review.flows):
        raise RegisterError("plan_incomplete")
    project.actual = flows_stored(review.flows)
    project.reached, project.learnt = review.reached, review.learnt
    project.review_customer_words, project.review_customer_figure = review.customer_words, review.customer_figure
    project.status, project.ended_on, project.ended_by = ProjectStatus.CLOSED, today, by
    return _saved(project, "closed", by, at, {"actual": project.actual, "reached": f"{review.reached:f}"})


@transaction.atomic
def project_abandon(*, project_id: int, revision: int, reason: str, by: User, at: datetime) -> Project:
    """End a project without a result, with a reason; it stays in the register."""
    project = _locked(project_id, revision, within=OPEN)
    project.status, project.abandoned_reason = ProjectStatus.ABANDONED, reason
    project.ended_on, project.ended_by = timezone.localdate(at), by
    return _saved(project, "abandoned", by, at, {"reason": reason})


def _locked(project_id: int, revision: int, *, within: AbstractSet[str]) -> Project:
    project = Project.objects.select_for_update(of=("self",)).select_related("lead", "centre").get(pk=project_id)
    if project.revision != revision:
        raise StaleEntryError(project.revision)
    if project.status not in within:
        raise RegisterError("project_wrong_status")
    return project


def _require_sound(organisation_id: int, facts: ProjectFacts) -> None:
    if facts.lead.organisation_id != organisation_id:
        raise RegisterError("lead_elsewhere", "lead")
    if facts.baseline_to < facts.baseline_from:
        raise RegisterError("dates_reversed", "baseline_to")
    if facts.ends_on < facts.starts_on:
        raise RegisterError("dates_reversed", "ends_on")
    if bool(facts.customer_words) != (facts.customer_figure is not None):
        raise RegisterError("customer_value_halved", "customer_figure" if facts.customer_words else "customer_words")
    _require_flows(facts.flows)


def _require_flows(flows: Sequence[Flow]) -> None:
    """Refuse what a form would have located already: kinds, years, order, and two rows for the same thing."""
    if len(flows) > MOST_FLOWS:
        raise RegisterError("too_many_flows")
    if len({(flow.kind, flow.year) for flow in flows}) != len(flows):
        raise RegisterError("flow_twice")
    for flow in flows:
        known = flow.kind in (INVESTMENT, *BENEFITS) and 0 <= flow.year <= LAST_YEAR
        if not known or not 0 <= flow.low <= flow.expected <= flow.high:
            raise RegisterError("bad_flow")
        if flow.kind == INVESTMENT and flow.low != flow.high:
            raise RegisterError("bad_flow")


def _content(project: Project) -> dict[str, Any]:
    names = ("title", "measure", "unit", "currency", "customer_words", "customer_unit", "plan")
    numbers = ("baseline", "target", "rate", "customer_figure")
    days = ("starts_on", "ends_on", "baseline_from", "baseline_to")
    return {
        "centre": project.centre_id,
        "lead": project.lead_id,
        **{name: getattr(project, name) for name in names},
        **{name: None if getattr(project, name) is None else f"{getattr(project, name):f}" for name in numbers},
        **{name: getattr(project, name).isoformat() for name in days},
    }


def _saved(project: Project, what: str, by: User, at: datetime, payload: Mapping[str, Any]) -> Project:
    project.revision += 1
    project.save()
    _record(what, project, by, at, payload)
    return project


def _record(what: str, project: Project, by: User, at: datetime, payload: Mapping[str, Any]) -> None:
    ledger_append(action=f"project.{what}", subject=f"project:{project.pk}", by=by, at=at, payload=payload)
