"""A whole invented report, without a database: four blocks, 110 criteria, 20 findings."""

import hashlib
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from reports import document as doc
from reports import fieldwork as work
from reports.carried import Basis, Measure

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
BLOCKS = (
    ("A", "Management responsibility", 180, (6, 5, 5, 6, 5)),
    ("B", "Resource management", 200, (6, 6, 5, 6, 6)),
    ("C", "Process management", 260, (5, 6, 6, 5, 5, 4)),
    ("D", "Performance management", 360, (6, 6, 6, 5)),
)
REQUIREMENT = (
    "The centre defines what it promises to customers in each channel, keeps the promise in force by review at least "
    "once a year, and shows by records that agents, partners and systems work to it."
)
NOTE = (
    "Seen in the service charter of March 2026 and in four of five team briefings; the fifth team had the edition of "
    "2025 on its wall. Two agents explained the promise in their own words."
)


def digest(text: Any) -> Any:
    return hashlib.sha256(text.encode()).hexdigest()


def make_sections() -> Any:
    sections, count = [], 0
    for block, title, points, sizes in BLOCKS:
        clauses = []
        for place, size in enumerate(sizes, 1):
            rows = []
            for number in range(1, size + 1):
                count += 1
                rows.append(
                    doc.CriterionRow(
                        code=f"{block}{place}.{number}",
                        title=f"Promise {count} is defined, kept and shown",
                        requirement=REQUIREMENT,
                        tier=("operational", "proactive", "strategic")[count % 7 // 3 if count % 7 > 2 else 0],
                        mandatory=count % 5 == 0,
                        weight=Decimal(1),
                        asked=count != 5,
                        level=None if count % 37 == 0 or count == 5 else count % 6,
                        na_reason="No chat channel is offered at this site." if count % 37 == 0 else "",
                        note=NOTE if count % 3 == 0 else "",
                        evidence=(f"E{count % 12 + 1}", f"E{(count + 5) % 12 + 1}") if count % 2 else (),
                    )
                )
            clauses.append(doc.ClauseSection(f"{block}{place}", f"Clause on subject {place}", tuple(rows)))
        sections.append(doc.BlockSection(block, title, Decimal(points), tuple(clauses)))
    return tuple(sections)


def make_tier(
    code: Any,
    title: Any,
    wanted: Any,
    bar: Any,
    *,
    states: Any = ("met", "met", "met"),
    attained: Any = True,
    total: Any = "671.25",
) -> Any:
    score = doc.Interval(Decimal(total), Decimal(total))
    percents = zip(BLOCKS, ("71.2", "64.0", "68.5", "62.375"), strict=True)
    return doc.Tier(
        code=code,
        title=title,
        total=score,
        wanted=Decimal(wanted),
        attained=attained,
        blocks=tuple(
            doc.BlockScore(
                b[0],
                b[1],
                doc.Interval(Decimal(p) * b[2] / 100, Decimal(p) * b[2] / 100),
                Decimal(b[2]),
                doc.Interval(Decimal(p), Decimal(p)),
                Decimal(bar),
            )
            for b, p in percents
        ),
        gates=(
            doc.Gate("total", "Total score", states[0], total, f"at least {wanted}", ()),
            *(doc.Gate(f"block:{b[0]}", f"Block {b[0]}", states[0], "68.5 %", f"at least {bar} %", ()) for b in BLOCKS),
            doc.Gate(
                "mandatory_level",
                "Mandatory criteria",
                states[1],
                "38 of 40 at the level",
                "level 2 or higher on all 40",
                ("B3.2", "C1.4"),
            ),
            doc.Gate(
                "market",
                "Market gate",
                states[2],
                "4 judged: 1 above, 1 below, 1 insufficient",
                "at least 2 judged, none below or insufficient",
                ("service_level", "nps"),
            ),
            doc.Gate("fact:cskm", "Liveness of the service manual", "met", "62.5", "at least 60", ()),
            doc.Gate("fact:trained_auditors", "Trained internal auditors", "met", "2", "at least 2", ()),
            doc.Gate("na_share", "Share of criteria not applicable", "met", "2 of 110 (1.8 %)", "at most 10 %", ()),
            doc.Gate("findings:major_open", "Open major nonconformities", "open", "not known", "at most 0", ()),
            doc.Gate("fact:decision_route", "Route of the decision", "met", "panel", "one of: panel", ()),
        ),
    )


def make_comparisons() -> Any:
    def one(
        kpi: Any,
        title: Any,
        unit: Any,
        direction: Any,
        value: Any,
        low: Any,
        high: Any,
        figure: Any,
        verdict: Any,
        reason: Any = "",
        waiver: Any = None,
        formula: Any = "stated",
    ) -> Any:
        number = None if value is None else Decimal(value)
        return doc.MarketComparison(
            kpi=kpi,
            title=title,
            variant="answered within 20 s / offered",
            unit=unit,
            direction=direction,
            value=number,
            interval=None if low is None else doc.Interval(Decimal(low), Decimal(high)),
            n=33344,
            figure=None if figure is None else Decimal(figure),
            year=2025,
            figure_n="n = 212 centres",
            publisher="Invented Contact Centre Survey",
            url="https://example.org/survey",
            scope="banking, Hong Kong, voice",
            grade="B",
            formula=formula,
            verdict=verdict,
            reason=reason,
            waiver=waiver,
        )

    return (
        one("service_level", "Service level", "%", "higher", "59.68", "55.7", "63.6", "80", "below"),
        one("asa", "Average speed of answer", "s", "lower", "30.8", "27.1", "34.5", "35", "not_shown_below"),
        one("fcr", "First contact resolution", "%", "higher", "78.1", "76.4", "79.8", "70", "above"),
        one(
            "nps",
            "Net promoter score",
            "points",
            "higher",
            "31",
            "18",
            "44",
            "34",
            "insufficient",
            "The interval is wider than the edition allows (13 points; at most 5).",
        ),
        one(
            "aht",
            "Average handling time",
            "s",
            "target",
            None,
            None,
            None,
            None,
            "no_figure",
            "No comparable market figure.",
        ),
    )


def make_findings(count: Any = 20) -> Any:
    kinds = ("minor", "opportunity", "major", "strength", "minor")
    return tuple(
        doc.FindingEntry(
            number=number,
            kind=kinds[number % 5],
            criterion=f"{'ABCD'[number % 4]}1.{number % 4 + 1}",
            criterion_title="Promise is defined, kept and shown",
            objective_evidence="Record 4711 of 12 May 2026 and the interview with the shift lead (E3). "
            * (1 + number % 3),
            statement="The promise in force was not known to one of five teams, so that customers got two answers.",
            due=date(2026, 12, 31) if number % 5 != 3 else None,
            closed_at=AT if number % 4 == 0 else None,
            closing_note="New edition seen on all five walls." if number % 4 == 0 else "",
            correction=work.Correction(
                "closed" if number % 4 == 0 else ("accepted", "open", "implemented")[number % 3],
                "The old edition was taken down." if number % 3 != 1 else "",
                "The list of walls ends with the third team." if number % 3 != 1 else "",
                "The list is made from the plan of seats." if number % 3 != 1 else "",
                date(2027, 1, 31) if number % 3 != 1 else None,
            )
            if kinds[number % 5] in ("major", "minor")
            else None,
        )
        for number in range(1, count + 1)
    )


def make_measures() -> Any:
    return tuple(
        Measure(kpi, variant, "voice", value, unit, 33344, 19900.0, 33344.0, error, "day", 92, 61.5)
        for kpi, variant, value, unit, error in (
            ("service_level", "answered_in_time_of_offered", 59.68, "%", 2.02),
            ("asa", "mean", 30.8, "s", 1.86),
            ("fcr", "repeat_7_days", 78.1, "%", None),
        )
    )


def make_fieldwork(**changes: Any) -> Any:
    """Return how the work was done: two samples, meetings, a plan of two days, last year's findings."""
    one = {
        "method": "discovery",
        "criteria": ("A1.1", "B2.3"),
        "population": 1840,
        "population_sha256": digest("population"),
        "seed": "3f9a2c7be1d04458",
        "picked": 59,
        "looked_at": 59,
        "failed": 0,
        "why": "",
        "says": (
            "59 looked at, 0 failed.",
            "It is shown with 95 % confidence that fewer than 5 % fail.",
            "With 95 % confidence at most 4.9 % of the 1840 records fail.",
        ),
        "warns": (),
        "holds": True,
        "withdrawn": "",
    }
    other = {
        "method": "judgemental",
        "population": None,
        "population_sha256": "",
        "seed": "",
        "picked": 5,
        "looked_at": 5,
        "failed": 1,
        "why": "The five newest teams.",
        "says": ("5 looked at, 1 failed.",),
        "warns": ("The records were chosen, not drawn: they say nothing about the others.",),
        "holds": None,
    }
    former = tuple(
        work.FormerFinding(
            number, "minor", f"B2.{number}", "The list of promises was out of date.", state, closed, note
        )
        for number, state, closed, note in (
            (1, "closed", AT, "The new list was seen in use at three desks."),
            (2, "implemented", None, ""),
        )
    )
    fields = {
        "purpose": "recertification",
        "remote_methods": "Two interviews by video, screen shared.",
        "conclusion": "The management system fulfils the standard in scope, but for the open nonconformities.",
        "rounds": 1,
        "stage_one": work.StageOneEntry(
            date(2026, 9, 2),
            "with_concerns",
            "Manual, scope and last year's report were read.",
            (("B3", "Staffing plans end in December.", "New plans until June were shown."),),
        ),
        "meetings": (
            work.MeetingEntry(
                "opening", 1, datetime(2026, 10, 12, 1, 0, tzinfo=UTC), "Site lead, team leads, team.", ""
            ),
            work.MeetingEntry(
                "closing", 1, datetime(2026, 10, 15, 8, 30, tzinfo=UTC), "Site lead, quality, team.", "No dispute."
            ),
        ),
        "agenda": tuple(
            work.Session(date(2026, 10, 12 + n // 3), time(9 + n % 3 * 2), time(10 + n % 3 * 2, 30), what, whom, mode)
            for n, (what, whom, mode) in enumerate(
                (
                    ("Opening meeting", "Site lead", "on_site"),
                    ("Service charter and promises", "Quality", "on_site"),
                    ("Listening beside agents", "Voice teams", "on_site"),
                    ("Planning of staff", "Workforce management", "remote"),
                    ("Complaints", "Complaints team", "on_site"),
                    ("Closing meeting", "Site lead", "on_site"),
                )
            )
        ),
        "samples": (
            work.SampleEntry(number=1, title="Complaints of the last quarter", **one),
            work.SampleEntry(number=2, title="Team briefings", **{**one, **other}),
        ),
        "former": work.Former("AU-2025-0003", former),
    }
    return work.Fieldwork(**{**fields, **changes})


def make_report(
    *,
    organisation: Any = "Harbour & Peak Bank",
    centre: Any = "Kowloon service centre",
    language: Any = "en",
    **changes: Any,
) -> Any:
    fields = {
        "language": language,
        "draft": False,
        "is_demo": True,
        "engagement": doc.Engagement(
            reference="AU-2026-0007",
            kind="certification",
            status="closed",
            auditee=doc.Party(organisation, "HK", "1 Invented Road\nKowloon"),
            conductor=doc.Party("Meridian Assurance", "SG", ""),
            site=doc.Site(
                centre, "Kowloon", "HK", "banking", ("voice", "chat"), ("zh-hant", "en"), 220, "Asia/Hong_Kong"
            ),
            team=(doc.Person("Ines Ortega", "leader"), doc.Person("Wei Zhang", "auditor")),
            scope="Inbound voice and chat service for retail customers.",
            objectives="Certification at the operational tier or above.",
            not_covered="The night shift could not be visited: a typhoon warning closed the site at 20:00.",
            summary="The centre keeps its promises by day and knows its customers. Its planning of staff lags behind.",
            onsite_from=date(2026, 10, 12),
            onsite_to=date(2026, 10, 15),
            submitted_at=AT,
            submitted_by="Ines Ortega",
            reviewed_at=AT,
            reviewed_by="Tom Baker",
            review_note="Evidence is sufficient; grading of finding 3 was discussed.",
        ),
        "fieldwork": make_fieldwork(),
        "edition": doc.Source("four-block", "2026", "Four-block standard", digest("edition")),
        "market_release": doc.Source("market-2026", "", "Market figures 2026", digest("market")),
        "records": doc.Records(
            "calls.csv", digest("r"), digest("m"), date(2026, 7, 1), date(2026, 9, 30), 33410, 33344
        ),
        "maximum": Decimal(1000),
        "tier": "operational",
        "tiers": (
            make_tier("operational", "Operational", "550", "45"),
            make_tier(
                "proactive",
                "Proactive",
                "700",
                "60",
                states=("not_met", "not_met", "met"),
                attained=False,
                total="655.125",
            ),
            make_tier(
                "strategic",
                "Strategic business unit",
                "800",
                "70",
                states=("not_met", "not_met", "not_met"),
                attained=False,
                total="590",
            ),
        ),
        "comparisons": make_comparisons(),
        "sections": make_sections(),
        "findings": make_findings(),
        "plan": (
            doc.PlanStep("B3.2", "People stay", 1, 3),
            doc.PlanStep("C1.4", "Access", 2, 3),
            doc.PlanStep("D2.1", "Customer results", None, 4),
        ),
        "facts": (
            doc.Fact("cskm", "Liveness of the service manual", "62.5", "Computed on 14 October."),
            doc.Fact("trained_auditors", "Trained internal auditors", "2", ""),
        ),
        "evidence": tuple(
            doc.EvidenceItem(
                f"E{n}",
                "document",
                f"Service charter {n}",
                f"charter-{n}.pdf",
                48211 * n,
                digest(str(n)),
                AT,
                ("A1.1", "B2.3"),
            )
            for n in range(1, 13)
        ),
        "decision": doc.DecisionEntry(
            True, "operational", "panel", "All gates of the tier are met.", "Grace Lindqvist", AT
        ),
        "certificate": doc.CertificateEntry(
            "TS-2026-00007",
            "0123456789abcdef0123456789abcdef",
            "operational",
            "active",
            AT,
            date(2026, 11, 20),
            date(2029, 11, 19),
            "https://touchstone.example/verify/0123456789abcdef0123456789abcdef/",
        ),
        "distribution": (organisation, "Meridian Assurance"),
        "result_sha256": digest("result"),
        "basis": Basis({"case": {}, "result": {}}, make_measures()),
        "edition_json": b"{}",
        "imprint": doc.Imprint(AT, 812, digest("ledger")),
    }
    return doc.CertificationReport(**{**fields, **changes})
