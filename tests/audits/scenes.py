"""One engagement with everybody around it, brought to any state by the services that people use."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from PIL import Image

from accounts.models import Membership, Role, User
from audits.models import Answer, Audit, Evidence, Finding, FindingKind, TeamRole
from audits.services.answers import AnswerInput, answer_save
from audits.services.corrective import ResponseFacts, StepFacts, finding_step
from audits.services.engagement import audit_facts_save, team_member_add
from audits.services.evidence import evidence_add
from audits.services.findings import finding_raise
from audits.services.proofs import Proof, proof_store
from audits.services.transitions import audit_decide, audit_step
from tests.factories import AT, declare_none, draft_report, leader_of, make_audit, make_user, start, submit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from io import BytesIO


def picture(form: str = "PNG", size: tuple[int, int] = (8, 6), **options: Any) -> bytes:
    """Return a small real picture."""
    from io import BytesIO

    target = BytesIO()
    Image.new("RGB", size, "teal").save(target, form, **options)
    return target.getvalue()


PNG = picture()
STATUSES = (
    "draft",
    "planned",
    "stage_1",
    "fieldwork",
    "closing",
    "report_draft",
    "technical_review",
    "correction",
    "decision",
    "closed",
    "cancelled",
)
WHO = (
    "administrator",
    "audit_manager",
    "leader",
    "auditor",
    "observer",
    "decision_maker",
    "centre_manager",
    "viewer",
    "outsider",
)


@dataclass
class Scene:
    """An audit, who is around it, one answer with evidence and one open finding."""

    audit: Audit
    people: dict[str, User]
    answer: Answer
    evidence: Evidence = field(init=False)
    finding: Finding = field(init=False)

    def step(self, name: str, who: str, reason: str = "") -> None:
        """Make one transition as one of the people."""
        audit_step(audit_id=self.audit.pk, step=name, reason=reason, by=self.people[who], at=AT)


def make_people(audit: Audit) -> dict[str, User]:
    """Return one person for each of ``WHO``; the reviewer is somebody else still."""
    conductor, auditee = audit.conductor, audit.auditee
    people = {
        "administrator": make_user(Role.ADMINISTRATOR, conductor),
        "audit_manager": make_user(Role.AUDIT_MANAGER, conductor),
        "decision_maker": make_user(Role.DECISION_MAKER, conductor),
        "leader": leader_of(audit),
        "auditor": audit.team.get(role=TeamRole.AUDITOR).user,
        "observer": make_user(),
        "centre_manager": make_user(Role.CENTRE_MANAGER, auditee),
        "viewer": make_user(Role.VIEWER, auditee),
        "outsider": make_user(Role.AUDIT_MANAGER),
        "reviewer": make_user(Role.AUDIT_MANAGER, conductor),
    }
    # An outsider with every role there is, only elsewhere.
    elsewhere = people["outsider"].memberships.get().organisation
    Membership.objects.bulk_create(
        Membership(user=people["outsider"], organisation=elsewhere, role=role)
        for role in Role
        if role != Role.AUDIT_MANAGER
    )
    team_member_add(audit_id=audit.pk, user=people["observer"], role=TeamRole.OBSERVER, by=people["leader"], at=AT)
    declare_none(audit, people["observer"])
    return people


def make_scene(status: str = "fieldwork", *, answered: bool = True, **fields: Any) -> Scene:
    """Bring an audit to a state; at 4 of 5 throughout, so that tier ``base`` is attained."""
    from io import BytesIO

    audit = make_audit(started=False, **fields)
    scene = Scene(audit, make_people(audit), audit.answers.select_related("criterion").first())
    start(audit, by=scene.people["audit_manager"])
    leader = scene.people["leader"]
    for pk in audit.answers.values_list("pk", flat=True) if answered else ():
        answer_save(answer_id=pk, content=AnswerInput(level=4), revision=0, by=leader, at=AT)
    scene.answer.refresh_from_db()
    scene.evidence = add_evidence(scene, BytesIO(PNG))
    scene.finding = raise_finding(scene)
    _finish(scene)[status]()
    audit.refresh_from_db()
    return scene


def add_evidence(scene: Scene, source: BytesIO, filename: str = "wall.png") -> Evidence:
    """Attach a file to the scene's answer."""
    return evidence_add(
        answer=scene.answer,
        source=source,
        filename=filename,
        kind="photo",
        title="",
        by=scene.people["leader"],
        at=AT,
    )


def raise_finding(scene: Scene, kind: str = FindingKind.MINOR) -> Finding:
    """Raise a finding against the scene's criterion; a minor one, due after the audit."""
    return finding_raise(
        audit_id=scene.audit.pk,
        criterion=scene.answer.criterion,
        kind=kind,
        statement="The wallboard was off.",
        objective_evidence="Seen at 10:00.",
        due=date(2026, 12, 1),
        by=scene.people["leader"],
        at=AT,
    )


def response_facts(finding: Finding, **changes: Any) -> ResponseFacts:
    """Return a whole response; its action is the centre manager's, due in October."""
    owner = Membership.objects.filter(organisation=finding.audit.auditee_id, role=Role.CENTRE_MANAGER).first()
    values: dict[str, Any] = {
        "correction": "Switched on.",
        "method": "five_whys",
        "causes": ["Nobody looked.", "Nobody owns it."],
        "root_cause": "No owner.",
        "action": "Owner by role.",
        "owner": owner.user if owner else make_user(Role.CENTRE_MANAGER, finding.audit.auditee),
        "due": date(2026, 10, 1),
        **changes,
    }
    return ResponseFacts(**values)


def proof(text: str = "Seen working.") -> Proof:
    """Store a file and return it as what comes with a step."""
    from io import BytesIO

    return proof_store(BytesIO(text.encode()), filename="record.txt")


def settle(finding: Finding, *, until: str = "closed") -> Finding:
    """Bring a nonconformity to a state by the steps that people take: a manager answers, the team leader judges."""
    return _lead_on(finding, ("respond", "accept", "implement", "verify", "close"), until)


def finish(finding: Finding) -> Finding:
    """Close a nonconformity whose plan was accepted."""
    return _lead_on(finding, ("implement", "verify", "close"), "closed")


def _lead_on(finding: Finding, names: Sequence[str], until: str) -> Finding:
    manager, leader = make_user(Role.CENTRE_MANAGER, finding.audit.auditee), leader_of(finding.audit)
    seen = {"how": "New sample.", "seen_on": (AT + timedelta(days=3)).date(), "words": "Gone."}
    steps = {
        "respond": (manager, 1, lambda: StepFacts(response=response_facts(finding))),
        "accept": (leader, 2, StepFacts),
        "implement": (manager, 3, lambda: StepFacts(words="Done.", proofs=(proof(),))),
        "verify": (leader, 4, lambda: StepFacts(**seen)),
        "close": (leader, 5, lambda: StepFacts(words="Seen working.")),
    }
    for name in names:
        by, days, facts = steps[name]
        finding = finding_step(finding_id=finding.pk, step=name, facts=facts(), by=by, at=AT + timedelta(days=days))
        if finding.state == until:
            break
    return finding


def _finish(scene: Scene) -> dict[str, Callable[[], None]]:
    """Return what leads from fieldwork to each state."""

    def closing() -> None:
        scene.step("close", "leader")

    def report_draft() -> None:
        draft_report(scene.audit)

    def submitted() -> None:
        facts = {"decision_route": {"value": "panel", "note": ""}}
        audit_facts_save(audit_id=scene.audit.pk, facts=facts, by=scene.people["leader"], at=AT)
        submit(scene.audit)

    def awaiting() -> None:
        submitted()
        scene.step("await_correction", "reviewer", "One minor nonconformity is open.")

    def approved() -> None:
        submitted()
        settle(scene.finding, until="accepted")
        scene.finding.refresh_from_db()
        scene.step("approve", "reviewer", "Supports the result.")

    def closed() -> None:
        approved()
        values = {"granted": True, "tier": "base", "route": "panel", "reason": "Met."}
        audit_decide(audit_id=scene.audit.pk, by=scene.people["decision_maker"], at=AT, **values)

    def earlier(status: str) -> Callable[[], None]:
        # There is no way back before fieldwork; evidence and finding stay, so that every address has its object.
        return lambda: Audit.objects.filter(pk=scene.audit.pk).update(status=status) and None

    return {
        "draft": earlier("draft"),
        "planned": earlier("planned"),
        "stage_1": earlier("stage_1"),
        "fieldwork": lambda: None,
        "closing": closing,
        "report_draft": report_draft,
        "technical_review": submitted,
        "correction": awaiting,
        "decision": approved,
        "closed": closed,
        "cancelled": lambda: scene.step("cancel", "audit_manager", "Contract ended."),
    }
