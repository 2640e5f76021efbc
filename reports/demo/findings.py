"""What became of the invented findings: responses, verification, a rejection, a reopening, warnings of each level."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

from audits.followup import CauseMethod
from audits.models import Finding
from audits.services.corrective import ResponseFacts, StepFacts, finding_step
from audits.services.policies import PolicyFacts, policy_save
from audits.services.proofs import proof_store
from audits.services.warnings import findings_warn, warning_act
from reports.demo.people import ENERGY

if TYPE_CHECKING:
    from accounts.models import User
    from reports.demo.play import World

WARNED = (date(2026, 11, 14), date(2026, 11, 21), date(2026, 11, 28))
WHYS = (
    "Nobody saw that the record was missing.",
    "The check ran once a month, after the figures were sent.",
    "The check was added when volumes were a tenth of today's.",
    "No process owner reviews checks when volumes change.",
)
BONES = {
    "people": [
        "New starters learn the rule from colleagues, not the manual",
        "Two of six planners changed in May",
    ],
    "process": ["The hand-over has no step for open promises", "Saturday work is planned by another unit"],
    "technology": ["The call-back list closes at midnight", "No alarm when a promise passes its hour"],
    "information": ["The promise is written as free text"],
    "management": ["Saturday service has no owner in the management review"],
}


@dataclass(frozen=True)
class DemoAnswer:
    """What an audited organisation answers; in the scene's own words where they matter."""

    correction: str
    root_cause: str
    action: str
    owner: str
    due: date
    causes: Any = WHYS


def _facts(world: World, answer: DemoAnswer) -> ResponseFacts:
    bones = isinstance(answer.causes, dict)
    return ResponseFacts(
        correction=answer.correction,
        method=CauseMethod.FISHBONE if bones else CauseMethod.FIVE_WHYS,
        causes=answer.causes if bones else list(answer.causes),
        root_cause=answer.root_cause,
        action=answer.action,
        owner=world.people[answer.owner],
        due=answer.due,
    )


def _proof(finding: Finding, what: str) -> Any:
    words = f"{what} (invented)\nFinding {finding.number} of {finding.audit.reference}\n"
    return proof_store(BytesIO(words.encode()), filename=f"finding-{finding.number}-{what.lower()}.txt")


def _at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, 24, tzinfo=UTC)


class Life:
    """Plays the steps of one finding; every step a few days after the one before."""

    def __init__(self, world: World, finding: Finding, *, manager: str, judge: str, verifier: str = "") -> None:
        """Keep who answers and who judges."""
        self.world, self.finding = world, finding
        self.manager, self.judge = world.people[manager], world.people[judge]
        self.verifier = world.people[verifier] if verifier else self.judge

    def step(self, name: str, by: User, day: date, **facts: Any) -> None:
        """Make one step."""
        finding_step(finding_id=self.finding.pk, step=name, facts=StepFacts(**facts), by=by, at=_at(day, 10))

    def answered(self, answer: DemoAnswer, day: date) -> None:
        """Respond."""
        self.step("respond", self.manager, day, response=_facts(self.world, answer))

    def agreed(self, answer: DemoAnswer, day: date) -> None:
        """Respond, and two days later accept."""
        self.answered(answer, day)
        self.step("accept", self.judge, day + timedelta(days=2), words="Cause and action fit together.")

    def done(self, day: date, words: str) -> None:
        """Report as implemented."""
        self.step("implement", self.manager, day, words=words, proofs=(_proof(self.finding, "Record"),))

    def verified(self, day: date, seen: str) -> None:
        """Verify as effective."""
        how = "New sample drawn after the change, records compared."
        self.step("verify", self.verifier, day, how=how, seen_on=day, words=seen)

    def closed(self, day: date, seen: str) -> None:
        """Verify, and close the day after."""
        self.verified(day, seen)
        self.step("close", self.verifier, day + timedelta(days=1), words=seen)


ANSWER = DemoAnswer(
    "The open cases were worked off within the week, oldest first, and each customer was called.",
    "Nobody owns the check when the work changes: it stayed as it was while volumes grew tenfold.",
    "The check runs daily, has an owner by role, and is reviewed whenever the volume changes by a fifth.",
    "lin",
    date(2025, 11, 21),
)


# What was planned for the minor nonconformities of the certified audits, by criterion: who answers, and what.
PLANS = {
    "B4.2": ("ivy", replace(ANSWER, due=date(2026, 1, 23))),
    "B1.1": (
        "priya",
        replace(ANSWER, owner="owen", due=date(2026, 12, 11), correction="The forecast of May was frozen."),
    ),
    "C2.2": ("priya", replace(ANSWER, owner="owen", due=date(2026, 10, 30))),
}


def plan(world: World, finding: Finding, *, judge: str) -> None:
    """Agree the corrective action of a minor nonconformity within days: nothing is certified before."""
    manager, answer = PLANS[finding.criterion.code]
    life = Life(world, finding, manager=manager, judge=judge)
    life.agreed(answer, finding.raised_at.date() + timedelta(days=3))


def settle(world: World, finding: Finding, note: str, *, until: date, judge: str) -> None:
    """Play the whole life of a finding of the bank between its raising and a day: it is closed then."""
    raised = finding.raised_at.date()
    life = Life(world, finding, manager="ivy", judge=judge)
    due = min(finding.due or until, raised + timedelta(days=85))
    life.agreed(replace(ANSWER, due=due), raised + timedelta(days=1))
    _worked(life, note, until=until)


def _worked(life: Life, note: str, *, until: date) -> None:
    life.done(until - timedelta(days=4), "Introduced for all teams; record of the first week attached.")
    life.closed(until - timedelta(days=1), note)


def follow_up(world: World) -> None:
    """Bring the findings of 2026 to where they are, and let the warnings of three days run."""
    _later_closed(world)
    _policy(world)
    _under_way(world)
    _reopened(world)
    for day in WARNED:
        findings_warn(at=_at(day, 6))
        _act(world, day)


def _find(centre: str, year: int, criterion: str, world: World) -> Finding:
    """Return the finding of a scene; one without a row where the scene was not played."""
    found = Finding.objects.select_related("audit", "criterion").filter(
        audit__centre=world.centres[centre], raised_at__year=year, criterion__code=criterion
    )
    return found.order_by("-raised_at").first() or Finding()


def _later_closed(world: World) -> None:
    """Close the minor of Kowloon in the January after its audit, in time."""
    finding = _find("kowloon", 2025, "B4.2", world)
    if finding.pk:
        life = Life(world, finding, manager="ivy", judge="mei")
        _worked(life, "New sample of 40 in January 2026: one overdue.", until=date(2026, 1, 22))


def _policy(world: World) -> None:
    """Let Northmoor escalate to its audit manager rather than to an administrator, which it has none of."""
    facts = PolicyFacts(
        soon_days=14,
        escalate_days=7,
        act_days_1=7,
        act_days_2=3,
        act_days_3=1,
        tells_1=["owner"],
        tells_2=["owner", "manager"],
        tells_3=["owner", "manager", "supervisor", "audit_manager"],
        supervisor=world.people["alan"],
        major_days=90,
        minor_days=180,
    )
    at = _at(date(2026, 10, 12), 9)
    policy_save(organisation=world.organisations[ENERGY], facts=facts, revision=0, by=world.people["rhys"], at=at)


def _under_way(world: World) -> None:
    """Leave one finding in each state that somebody has to do something about."""
    waiting = _find("leeds", 2026, "B2.3", world)
    if waiting.pk:
        life = Life(world, waiting, manager="priya", judge="sian")
        life.answered(replace(ANSWER, owner="owen", due=date(2026, 11, 26)), date(2026, 11, 4))
    rejected = _find("shenzhen", 2026, "C5.2", world)
    if rejected.pk:
        life = Life(world, rejected, manager="ivy", judge="mei")
        life.answered(replace(ANSWER, due=date(2027, 1, 15)), date(2026, 11, 3))
        why = "The action repeats the correction. What keeps the error from coming back?"
        life.step("reject", world.people["mei"], date(2026, 11, 6), words=why)
    shown = _find("shenzhen", 2026, "C3.4", world)
    if shown.pk:
        life = Life(world, shown, manager="ivy", judge="mei", verifier="tom")
        life.agreed(replace(ANSWER, due=date(2026, 12, 18)), date(2026, 10, 28))
        life.done(date(2026, 11, 20), "All twelve nodes have a limit in hours, signed by the units that do the work.")


def _reopened(world: World) -> None:
    """Let one action prove not effective: the finding opens again, with a fishbone the second time."""
    finding = _find("cardiff", 2026, "C2.2", world)
    if not finding.pk:
        return
    life = Life(world, finding, manager="priya", judge="tom")
    life.done(date(2026, 10, 20), "Call-backs are entered in the ticket; team leaders were told.")
    how, seen = "Thirty call-backs of the last two Saturdays.", "Nine of thirty were made on the Monday after."
    facts = {"how": how, "seen_on": date(2026, 11, 9), "due": date(2027, 2, 5)}
    life.step("fail", world.people["tom"], date(2026, 11, 9), words=seen, **facts)
    again = DemoAnswer(
        "The nine customers were called and told why.",
        "A promise made on Saturday has no owner until Monday.",
        "Promises are tickets with an hour and an owner by role; the Saturday lead sees those due within the hour.",
        "owen",
        date(2027, 1, 22),
        BONES,
    )
    life.answered(again, date(2026, 11, 17))


def _act(world: World, day: date) -> None:
    """Let somebody act upon the warnings of this day that are two levels deep; the third waits."""
    for finding in Finding.objects.filter(warnings__raised_at=_at(day, 6), warnings__level=2).distinct():
        who = world.people["priya" if finding.audit.auditee == world.organisations[ENERGY] else "ivy"]
        for warning in finding.warnings.filter(level=2, acted_at=None):
            note = "The owner has until Friday; the unit head follows daily."
            warning_act(warning_id=warning.pk, note=note, by=who, at=_at(day + timedelta(days=1), 9))
