"""What happened in the invented world: audits over two years, in every state, in the order of time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from audits.models import AuditKind, FindingKind

CERTIFICATION, INTERNAL = AuditKind.CERTIFICATION, AuditKind.INTERNAL


@dataclass(frozen=True)
class DemoFinding:
    """A finding against a criterion; ``closed`` says how the correction was verified."""

    criterion: str
    kind: str
    statement: str
    evidence: str
    due: date | None = None
    closed: str = ""


@dataclass(frozen=True)
class DemoAudit:
    """One engagement and how far it has come.

    ``until`` is the last step made: planned, started, answered, submitted, approved, decided, cancelled.
    ``mean`` is the average level aimed at; ``weak`` lists clauses that are a level lower; ``share`` is how much of the
    sheet is answered. ``moved`` is the day on which it went over to the edition that was new then.
    """

    centre: str
    kind: str
    first_day: date
    last_day: date
    until: str
    mean: float
    records_from: date | None = None
    days: int = 91
    leader: str = "mei"
    auditors: tuple[str, ...] = ("tom",)
    conductor: str = "body"
    reviewer: str = "daniel"
    decider: str = "helena"
    weak: tuple[str, ...] = ()
    share: float = 1.0
    tier: str = ""
    route: str = "panel"
    reason: str = ""
    summary: str = ""
    not_covered: str = ""
    facts: dict[str, object] = field(default_factory=dict)
    findings: tuple[DemoFinding, ...] = ()
    scope: str = "Customer contact by all channels of the centre, including work passed to the back office."
    moved: date | None = None

    @property
    def planned(self) -> date:
        """Return the day on which it is planned: on the edition that is in force then."""
        return self.first_day - timedelta(days=40)

    def at(self, day: date, hour: int) -> datetime:
        """Return an hour of a day as the moment at which something was done."""
        return datetime(day.year, day.month, day.day, hour, 12, tzinfo=UTC)


def facts(cskm: str, trained: int, filed: int, closed: int = 0, quarters: int = 0) -> dict[str, object]:
    """Return the facts that gates ask for."""
    return {
        "cskm": cskm,
        "trained_auditors": str(trained),
        "auditors_with_project_filed": str(filed),
        "auditors_with_project_closed": str(closed),
        "market_quarters": str(quarters),
    }


TURN = date(2026, 1, 1)  # from here on audits are planned on the edition of 2026

AUDITS = (
    DemoAudit(
        "kowloon",
        CERTIFICATION,
        date(2025, 10, 13),
        date(2025, 10, 17),
        "decided",
        3.25,
        records_from=date(2025, 7, 1),
        tier="operational",
        facts=facts("66.5", 3, 2),
        weak=("B4", "C6"),
        reason="The file supports the result. The one major nonconformity was corrected and verified in time.",
        summary="Kowloon keeps its service promise on the telephone and has a complaint process that removes causes. "
        "Knowledge articles are reviewed late, and improvement still starts with complaints rather than with data.",
        not_covered="The disaster site at Tsuen Wan was not visited; its exercise report was read instead.",
        findings=(
            DemoFinding(
                "C3.2",
                FindingKind.MAJOR,
                "Tickets passed to the card operations team were not counted in the five-day limit.",
                "Extract of August 2025: 212 of 1,904 tickets without a closing time, oldest 47 days.",
                date(2025, 11, 28),
                "Clock moved to the first contact; re-performed on the extract of 20 to 27 October, 93.1 % in time.",
            ),
            DemoFinding(
                "B4.2",
                FindingKind.MINOR,
                "Eleven of forty sampled articles were past their review date.",
                "Sample of 40 articles drawn on 14 October 2025, list in the working papers.",
                date(2026, 1, 30),
            ),
            DemoFinding(
                "C4.1",
                FindingKind.STRENGTH,
                "Complaints are recorded by the agent who hears them, in any channel.",
                "Sixty recordings heard, fifty-nine matched by a complaint record.",
            ),
        ),
    ),
    DemoAudit(
        "sheffield",
        INTERNAL,
        date(2025, 11, 3),
        date(2025, 11, 5),
        "decided",
        2.9,
        records_from=date(2025, 8, 1),
        leader="sian",
        auditors=(),
        conductor="energy",
        reviewer="rhys",
        decider="alan",
        facts=facts("58", 2, 1),
        weak=("B4",),
        reason="Internal audit; accepted as the starting point for certification in 2026.",
        summary="A fair starting point. The manual is complete but not yet alive.",
    ),
    DemoAudit(
        "shenzhen",
        CERTIFICATION,
        date(2025, 11, 24),
        date(2025, 11, 28),
        "decided",
        4.05,
        records_from=date(2025, 8, 1),
        tier="operational",
        facts=facts("79", 4, 3, 2, 3),
        route="panel",
        reason="The score alone would carry the proactive tier. First contact resolution was measured for telephone "
        "and chat only, so the panel granted operational; the next audit can show the other channels.",
        summary="Shenzhen answers above its market, measures what it changes, and reaches customers before they call.",
        findings=(
            DemoFinding(
                "B5.4",
                FindingKind.OPPORTUNITY,
                "Hand-over from bot to agent could carry the customer's last three screens.",
                "Twenty transferred sessions replayed; customers repeated themselves in six.",
            ),
            DemoFinding(
                "C6.1",
                FindingKind.STRENGTH,
                "Every voice-of-customer item has an owner and a date, and customers are told.",
                "Register of 2025, 412 items, 388 closed with a reply.",
            ),
        ),
    ),
    DemoAudit(
        "cardiff",
        INTERNAL,
        date(2025, 12, 8),
        date(2025, 12, 10),
        "answered",
        2.8,
        leader="sian",
        auditors=(),
        conductor="energy",
        share=0.55,
        facts=facts("55", 1, 0),
        scope="Voice and e-mail in Cardiff. Interrupted by the storm week of December 2025; to be finished in 2026, on "
        "whichever edition Northmoor chooses.",
        findings=(
            DemoFinding(
                "C2.7",
                FindingKind.MINOR,
                "Call-backs promised on Saturdays were made on Mondays.",
                "Call-back log of November 2025, 38 of 61 entries.",
                date(2026, 3, 31),
            ),
        ),
    ),
    DemoAudit(
        "private",
        INTERNAL,
        date(2025, 12, 15),
        date(2025, 12, 17),
        "answered",
        3.4,
        leader="tom",
        auditors=("mei",),
        share=0.8,
        facts=facts("68", 2, 2),
        scope="Trial audit of the Private Client Desk before its certification, paused while the desk moved house.",
        reason="The desk wants to be certified on 2026, and the trial has to say where it stands on that edition.",
        moved=date(2026, 11, 9),
    ),
    DemoAudit(
        "leeds",
        CERTIFICATION,
        date(2026, 5, 18),
        date(2026, 5, 20),
        "cancelled",
        2.5,
        share=0.3,
        reason="The partner's contract ended before the closing meeting; the work moved to Sheffield.",
    ),
    DemoAudit(
        "sheffield",
        CERTIFICATION,
        date(2026, 9, 14),
        date(2026, 9, 18),
        "decided",
        3.3,
        records_from=date(2026, 6, 1),
        tier="operational",
        facts=facts("67", 3, 3),
        weak=("C6",),
        reason="Just above the market on access, with a margin that the measurement can carry. Granted.",
        summary="Sheffield answers faster than its market and loses fewer callers, though not by much. "
        "The manual is alive since the spring.",
        findings=(
            DemoFinding(
                "B1.1",
                FindingKind.MINOR,
                "The forecast for the bank-holiday weeks was not frozen before schedules were made.",
                "Forecast files of May 2026, versions 3 and 4.",
                date(2026, 12, 18),
            ),
        ),
    ),
    DemoAudit(
        "cardiff",
        CERTIFICATION,
        date(2026, 9, 28),
        date(2026, 10, 2),
        "decided",
        3.35,
        records_from=date(2026, 6, 1),
        tier="",
        facts=facts("64", 2, 2),
        reason="Below the market on abandonment. The score alone would have been enough; the market gate is not met.",
        summary="Good practice on paper and on the floor, but callers wait too long and too many give up.",
        findings=(
            DemoFinding(
                "C2.2",
                FindingKind.MINOR,
                "Customers who were promised a call-back at the weekend call a second time for the same issue.",
                "Contacts of August 2026: 412 second calls within two days of a promise, 61 % of them Mondays.",
                date(2026, 12, 11),
            ),
        ),
    ),
    DemoAudit(
        "shenzhen",
        CERTIFICATION,
        date(2026, 10, 19),
        date(2026, 10, 23),
        "submitted",
        4.15,
        records_from=date(2026, 7, 1),
        facts=facts("84", 5, 4, 3, 4),
        route="panel",
        summary="Surveillance with a view to the next tier. Performance held; the living manual grew.",
        findings=(
            DemoFinding(
                "C3.4",
                FindingKind.MINOR,
                "Four of twelve nodes of the ticket route have no time limit of their own.",
                "Route plan of 1 October 2026, nodes 3, 7, 8 and 11.",
                date(2026, 12, 30),
            ),
            DemoFinding(
                "C5.2",
                FindingKind.MINOR,
                "The scoring form counts a wrong statement about fees as a minor error.",
                "Form version 9; 14 of 60 scored calls carry it.",
                date(2027, 1, 29),
            ),
            DemoFinding(
                "B3.2",
                FindingKind.OPPORTUNITY,
                "Exit interviews could be read together with the shift preferences of the leavers.",
                "Twenty-two exit interviews of 2026, none of them linked to the schedule.",
            ),
        ),
    ),
    DemoAudit(
        "leeds",
        INTERNAL,
        date(2026, 10, 26),
        date(2026, 10, 28),
        "approved",
        2.7,
        records_from=date(2026, 7, 1),
        leader="sian",
        auditors=(),
        conductor="energy",
        reviewer="rhys",
        decider="alan",
        facts=facts("49", 1, 0),
        weak=("A3", "B2"),
        reason="Grading and evidence agree; the weak clauses are named plainly.",
        summary="Partner processes follow the contract, not yet the standard.",
        findings=(
            DemoFinding(
                "A3.2",
                FindingKind.MAJOR,
                "The partner learns of tariff letters from the customers who call about them.",
                "Three letters of September 2026; first mention in the partner's shift log two to four days later.",
                date(2026, 11, 20),
            ),
            DemoFinding(
                "B2.3",
                FindingKind.MINOR,
                "Skills of the debt-advice team were last verified 19 months ago.",
                "Skill matrix of 26 October 2026, 11 of 14 entries.",
                date(2026, 11, 26),
            ),
        ),
    ),
    DemoAudit(
        "kowloon",
        CERTIFICATION,
        date(2026, 11, 16),
        date(2026, 11, 20),
        "answered",
        3.5,
        records_from=date(2026, 8, 1),
        share=0.62,
        # The rest is in the registers of the centre, to be taken over from there.
        facts={"market_quarters": "2"},
        findings=(
            DemoFinding(
                "C4.4",
                FindingKind.MINOR,
                "Causes of repeated complaints are named, but nobody shows that they are gone.",
                "Complaint reviews of August to October 2026, 9 of 12 without a look afterwards.",
                date(2027, 2, 26),
            ),
            DemoFinding(
                "C4.4",
                FindingKind.MINOR,
                "Complaints about card delivery came back four weeks after they were closed as solved.",
                "Complaint register, 17 cases of September 2026 reopened in October.",
                date(2027, 2, 26),
            ),
        ),
    ),
    DemoAudit("private", CERTIFICATION, date(2026, 12, 7), date(2026, 12, 9), "planned", 0.0),
)
