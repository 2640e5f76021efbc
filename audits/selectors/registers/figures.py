"""What the registers say about a centre, under the names that editions may ask for.

A figure is offered for a fact of an edition that bears the same code; which facts there are, and what they must be,
only the edition knows. What a register cannot say is None with the reason, never 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext

from audits.levels import auditor_keys
from audits.models import AuditStatus
from audits.registers import Credential, KnowledgeIndex, Project, ProjectStatus
from audits.returns import lower_bound
from audits.selectors.registers.projects import cuts_only_cost
from standards.scoring.decimals import exact
from standards.selectors import edition_document
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from fractions import Fraction

    from accounts.models import Centre
    from audits.models import Audit


@dataclass(frozen=True)
class RegisterFigure:
    """One figure: ``value`` as a decimal string or None; ``note`` says where it comes from, or why it is not there."""

    code: str
    value: str | None
    note: str
    as_of: date


@dataclass(frozen=True)
class Offer:
    """A figure beside the fact of the same name; ``stated`` is what the audit says now, None when nothing."""

    title: str
    figure: RegisterFigure
    stated: str | None

    @property
    def differs(self) -> bool:
        """Say whether the audit states something else than the register."""
        return self.stated is not None and self.figure.value is not None and not self.agrees

    @property
    def agrees(self) -> bool:
        """Say whether both are there and equal."""
        if self.stated is None or self.figure.value is None:
            return False
        return Decimal(self.stated) == Decimal(self.figure.value)


def register_figures(centre: Centre, *, as_of: date) -> dict[str, RegisterFigure]:
    """Return every figure that the registers know, as on a day; three queries."""
    trained = _trained(centre, as_of)
    projects = list(
        Project.objects.filter(centre=centre)
        .exclude(status__in=[ProjectStatus.DRAFT, ProjectStatus.ABANDONED])
        .select_related("lead")
        .defer("problem", "learnt", "abandoned_reason")
    )
    counted = [project for project in projects if not cuts_only_cost(project)]
    day = date_format(as_of, "Y-m-d")
    figures = [
        _knowledge(centre, as_of),
        _people(
            "trained_auditors",
            trained,
            trained,
            as_of,
            gettext("Register of credentials, as on %(day)s.") % {"day": day},
        ),
        _people("auditors_with_project_filed", trained, _leads(counted, "filed_on", as_of), as_of, _projects_note(day)),
        _people(
            "auditors_with_project_closed", trained, _leads(counted, "ended_on", as_of), as_of, _projects_note(day)
        ),
        _portfolio(counted, as_of),
    ]
    return {figure.code: figure for figure in figures}


def offers(audit: Audit) -> list[Offer]:
    """Return what the registers say for the numbers that the audit's edition asks for; at most three queries.

    Figures are as on the last day on site.
    """
    facts = [fact for fact in edition_document(audit.edition).get("facts", []) if fact["type"] == "number"]
    if not facts:
        return []
    figures = register_figures(audit.centre, as_of=audit.onsite_to)
    return [
        Offer(text(fact["title"]), figures[fact["code"]], _stated(audit, fact["code"]))
        for fact in facts
        if fact["code"] in figures
    ]


def differing_facts(audit: Audit) -> list[Offer]:
    """Return what the audit states otherwise than the registers, as long as that can still be looked into.

    For the technical reviewer above all; at most three queries, none where no number is stated.
    """
    if audit.status in {AuditStatus.CLOSED, AuditStatus.CANCELLED} or not audit.facts:
        return []
    return [offer for offer in offers(audit) if offer.differs]


def _stated(audit: Audit, code: str) -> str | None:
    value = audit.facts.get(code, {}).get("value")
    return None if value in (None, "") else str(value)


def _projects_note(day: str) -> str:
    return gettext("Register of improvement projects, as on %(day)s; projects that only cut cost are left out.") % {
        "day": day
    }


def _trained(centre: Centre, as_of: date) -> set[str] | None:
    """Return the people whose training counts on the day, None when the centre keeps no register."""
    held = list(
        Credential.objects.filter(centres=centre).only(
            "holder", "holder_name", "level", "passed_on", "valid_until", "revoked_on"
        )
    )
    if not held:
        return None
    keys = auditor_keys(settings.CREDENTIAL_LEVELS)
    return {
        credential.person_key
        for credential in held
        if credential.level in keys
        and credential.passed_on <= as_of
        and (credential.valid_until is None or credential.valid_until >= as_of)
        and (credential.revoked_on is None or credential.revoked_on > as_of)
    }


def _leads(projects: Sequence[Project], since: str, as_of: date) -> set[str]:
    """Return the people who lead a project that had come so far on the day."""
    if since == "ended_on":
        projects = [project for project in projects if project.status == ProjectStatus.CLOSED]
    return {
        project.lead.person_key for project in projects if getattr(project, since) and getattr(project, since) <= as_of
    }


def _people(code: str, trained: set[str] | None, people: set[str] | None, as_of: date, note: str) -> RegisterFigure:
    """Count those of the trained auditors who are among the people."""
    if trained is None:
        empty = gettext("The register has no credential of this centre, so nothing can be said.")
        return RegisterFigure(code, None, empty, as_of)
    return RegisterFigure(code, str(len(trained & (people or set()))), note, as_of)


def _portfolio(projects: Sequence[Project], as_of: date) -> RegisterFigure:
    code = "roi_lower_bound"
    closed = [
        project
        for project in projects
        if project.status == ProjectStatus.CLOSED and project.ended_on and project.ended_on <= as_of
    ]
    if not closed:
        return RegisterFigure(code, None, gettext("No project of this centre was closed with a review yet."), as_of)
    currencies = sorted({project.currency for project in closed})
    if len(currencies) > 1:
        mixed = gettext("The closed projects are in several currencies (%(currencies)s) and cannot be added up.")
        return RegisterFigure(code, None, mixed % {"currencies": ", ".join(currencies)}, as_of)
    total: Fraction = lower_bound(project.reviewed_flows for project in closed)
    note = gettext(
        "Reviews of %(number)s closed projects at their low values, in %(currency)s, as on %(day)s; projects that only "
        "cut cost are left out."
    ) % {"number": len(closed), "currency": currencies[0], "day": date_format(as_of, "Y-m-d")}
    return RegisterFigure(code, exact(total), note, as_of)


def _knowledge(centre: Centre, as_of: date) -> RegisterFigure:
    code = "cskm"
    newest = (
        KnowledgeIndex.objects.filter(Q(centre=centre), last__lte=as_of, withdrawn_at=None)
        .only("low", "high", "first", "last", "file_sha256")
        .first()
    )
    if newest is None:
        return RegisterFigure(code, None, gettext("No list of articles of this centre was measured up to then."), as_of)
    period = {"first": date_format(newest.first, "Y-m-d"), "last": date_format(newest.last, "Y-m-d")}
    shown = {**period, "hash": newest.file_sha256[:12], "low": f"{newest.low:.1f}", "high": f"{newest.high:.1f}"}
    if newest.low == newest.high:
        note = gettext("Knowledge index of %(first)s to %(last)s, list %(hash)s.") % shown
    else:
        note = (
            gettext(
                "Knowledge index of %(first)s to %(last)s, list %(hash)s: between %(low)s and %(high)s, because parts "
                "are not known; the lower end counts."
            )
            % shown
        )
    return RegisterFigure(code, f"{newest.low.normalize():f}", note, newest.last)
