"""Who may do what with an audit, as django-rules predicates. Objects are fetched through ``visible_to`` before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rules

from accounts.models import Organisation, Role, User
from accounts.rules import CENTRE_EDITORS
from audits.models import ASSESSING, Audit, AuditKind, Finding, TeamRole

if TYPE_CHECKING:
    from audits.engagements import AuditProgramme


def team_role(user: User, audit: Audit) -> str | None:
    """Return the person's role on the team; no query when ``known_roles`` says it or ``audit.team`` was prefetched."""
    known: dict[int, str | None] = getattr(audit, "known_roles", {})
    if user.pk in known:
        return known[user.pk]
    return next((member.role for member in audit.team.all() if member.user_id == user.pk), None)


@rules.predicate
def is_member(user: User, audit: Audit) -> bool:
    """Belongs to the auditee or the conducting organisation, in any role."""
    return bool(user.organisations_as() & {audit.auditee_id, audit.conductor_id})


@rules.predicate
def is_on_team(user: User, audit: Audit) -> bool:
    """Is on the audit team, also as an observer."""
    return team_role(user, audit) is not None


@rules.predicate
def is_assessing(user: User, audit: Audit) -> bool:
    """Is on the audit team and may write, for as long as they belong to the conducting organisation."""
    belongs = user.has_role(audit.conductor_id)
    return belongs and team_role(user, audit) in ASSESSING


@rules.predicate
def is_leader(user: User, audit: Audit) -> bool:
    """Leads the audit team, for as long as they belong to the conducting organisation."""
    return user.has_role(audit.conductor_id) and team_role(user, audit) == TeamRole.LEADER


@rules.predicate
def manages_audits(user: User, audit: Audit) -> bool:
    """Manages audits of the conducting organisation."""
    return user.has_role(audit.conductor_id, Role.ADMINISTRATOR, Role.AUDIT_MANAGER)


@rules.predicate
def manages_audits_somewhere(user: User) -> bool:
    """Manages audits of at least one organisation."""
    return bool(user.organisations_as(Role.ADMINISTRATOR, Role.AUDIT_MANAGER))


@rules.predicate
def manages_programme(user: User, programme: AuditProgramme) -> bool:
    """Manages audits of the organisation whose programme it is."""
    return user.has_role(programme.organisation_id, Role.ADMINISTRATOR, Role.AUDIT_MANAGER)


@rules.predicate
def reviews(user: User, audit: Audit) -> bool:
    """May carry out the technical review for the conducting organisation."""
    return user.has_role(audit.conductor_id, Role.AUDIT_MANAGER, Role.DECISION_MAKER)


@rules.predicate
def decides(user: User, audit: Audit) -> bool:
    """May decide on certification for the conducting organisation."""
    return user.has_role(audit.conductor_id, Role.DECISION_MAKER)


@rules.predicate
def exports(user: User, audit: Audit) -> bool:
    """May ask for the report: the team, the conductor's staff, and the auditee's managers."""
    managers = (Role.ADMINISTRATOR, Role.AUDIT_MANAGER, Role.CENTRE_MANAGER)
    staff = (*managers, Role.DECISION_MAKER, Role.AUDITOR)
    return user.has_role(audit.auditee_id, *managers) or user.has_role(audit.conductor_id, *staff)


@rules.predicate
def keeps_registers(user: User, organisation: Organisation) -> bool:
    """May write in the registers of the organisation and its centres: credentials, projects, knowledge."""
    return user.has_role(organisation.pk, *CENTRE_EDITORS)


@rules.predicate
def answers_finding(user: User, finding: Finding) -> bool:
    """Answers for the audited organisation: its managers, and who owns the action; never an auditor of that audit.

    A self-assessment is made by the people who run the centre: there they may.
    """
    audit = finding.audit
    owns = finding.owner_id == user.pk and user.has_role(audit.auditee_id)
    if not (owns or user.has_role(audit.auditee_id, *CENTRE_EDITORS)):
        return False
    return audit.kind == AuditKind.SELF_ASSESSMENT or not is_assessing(user, audit)


@rules.predicate
def judges_finding(user: User, finding: Finding) -> bool:
    """Judges the answer: the audit team, or who manages audits of the conducting organisation."""
    return bool(is_assessing(user, finding.audit) or manages_audits(user, finding.audit))


@rules.predicate
def keeps_policy(user: User, organisation: Organisation) -> bool:
    """May say how the organisation follows findings up, and what its centres promise."""
    return user.has_role(organisation.pk, *CENTRE_EDITORS)


@rules.predicate
def is_audited(user: User, audit: Audit) -> bool:
    """Belongs to the audited organisation, where another one audits it."""
    return audit.auditee_id != audit.conductor_id and user.has_role(audit.auditee_id)


rules.add_perm("audits.answer_finding", answers_finding)
rules.add_perm("audits.judge_finding", judges_finding)
rules.add_perm("audits.follow_finding", answers_finding | judges_finding)
rules.add_perm("audits.change_policy", keeps_policy)
rules.add_perm("audits.change_register", keeps_registers)
rules.add_perm("audits.view_audit", is_member | is_on_team)
rules.add_perm("audits.add_audit", manages_audits_somewhere)
rules.add_perm("audits.plan_audit", manages_audits)
rules.add_perm("audits.change_answer", is_assessing)
# What is confidential, and the originals of pictures: those who look, who review and who decide.
rules.add_perm("audits.open_sealed", is_assessing | reviews | decides)
# Who answers for the whole engagement; what was answered is at stake.
rules.add_perm("audits.move_audit", is_leader | manages_audits)
# The file a sample was drawn from may name people: for those who audit, review and decide.
rules.add_perm("audits.read_population", is_assessing | manages_audits | reviews | decides)
rules.add_perm("audits.submit_audit", is_leader)
# Who has a conflict of interest is no business of the auditee.
rules.add_perm("audits.view_conflicts", is_on_team | manages_audits | reviews)
# Who talks about the audit while it is made, sees who is at work in it, and what was done: never the auditee's people.
rules.add_perm("audits.confer", (is_on_team | manages_audits | reviews) & ~is_audited)
rules.add_perm("audits.declare_conflict", is_on_team | reviews)
rules.add_perm("audits.change_plan", is_leader | manages_audits)
rules.add_perm("audits.change_programme", manages_programme)
rules.add_perm("audits.record_onsite", is_assessing | manages_audits)
rules.add_perm("audits.review_audit", reviews)
# Marks on single answers, and who sees them: the reviewer and the team, not the audited organisation.
rules.add_perm("audits.review_answer", reviews & ~is_on_team)
rules.add_perm("audits.see_review", is_assessing | reviews | manages_audits)
rules.add_perm("audits.decide_audit", decides)
# Whoever waives must not gain from it.
rules.add_perm("audits.waive_market", decides & ~is_on_team)
rules.add_perm("audits.export_audit", exports | is_assessing)
# A practice tells the standard's owner what was seen: for those who may hand out the report.
rules.add_perm("audits.propose_practice", exports | is_assessing)
