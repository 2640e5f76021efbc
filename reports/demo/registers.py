"""What two invented centres keep between audits: credentials, improvement projects, two lists of articles."""

from __future__ import annotations

import csv
import random
import tempfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from audits.liveness import Period
from audits.returns import COST, CUSTOMER, INVESTMENT, REVENUE, Flow
from audits.services.registers.credentials import CredentialFacts, credential_add
from audits.services.registers.knowledge import knowledge_measure
from audits.services.registers.projects import (
    ProjectFacts,
    Review,
    project_close,
    project_create,
    project_file,
    project_start,
)
from reports.demo.people import BANK, ENERGY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audits.registers import Credential
    from reports.demo.play import World

AUDITOR, LEAD = "internal-audit.auditor", "internal-audit.lead"
ENTERED = datetime(2025, 2, 3, 9, 0, tzinfo=UTC)
SEED = 2026
ARTICLES = 80
TOPICS = ("Card dispute", "Lost card", "Standing order", "Foreign transfer", "Mortgage rate", "Account closing", "Fees")
OWNERS = ("Card operations", "Payments", "Lending", "Branch service")
QUARTERS = (
    (Period(date(2026, 4, 1), date(2026, 6, 30), 33_480, 18_096), datetime(2026, 7, 6, 2, 0, tzinfo=UTC)),
    (Period(date(2026, 7, 1), date(2026, 9, 30), 34_215, 21_318), datetime(2026, 10, 8, 2, 0, tzinfo=UTC)),
)
COLUMNS = (
    "article",
    "title",
    "owner",
    "uses",
    "changed",
    "content",
    "characters",
    "reviewed",
    "review_due",
    "policy_changed",
    "policy_applied",
    "correct",
    "feedback_received",
    "feedback_closed",
)


def fill_registers(world: World) -> None:
    """Fill the registers of Kowloon and Sheffield."""
    ivy, lin, sian = _credentials(world)
    _call_back_slots(world, lin)
    _plain_words(world, ivy)
    _wrap_up(world, sian)
    for number, (period, at) in enumerate(QUARTERS):
        _knowledge(world, number, period, at)


# --- credentials ------------------------------------------------------------------------------------------------------


def _credentials(world: World) -> tuple[Credential, Credential, Credential]:
    """Enter four credentials: one of them lapses within 90 days of the last audit, one has lapsed."""

    def add(organisation: str, centre: str, who: str, level: str, passed: date, until: date, number: str) -> Credential:
        holder = world.people.get(who)
        facts = CredentialFacts(
            holder=holder,
            holder_name="" if holder else who,
            centres=(world.centres[centre],),
            course="Internal audit of service quality, four days with a supervised audit",
            level=level,
            body="Harbourlight Training (demo)",
            passed_on=passed,
            valid_until=until,
            number=number,
        )
        keeper = world.people["carmen" if organisation == BANK else "rhys"]
        return credential_add(organisation=world.organisations[organisation], facts=facts, by=keeper, at=ENTERED)

    ivy = add(BANK, "kowloon", "ivy", LEAD, date(2025, 1, 17), date(2028, 1, 31), "HL-25-0112")
    lin = add(BANK, "kowloon", "lin", AUDITOR, date(2024, 1, 19), date(2027, 1, 31), "HL-24-0087")
    add(BANK, "kowloon", "周樂怡", AUDITOR, date(2023, 6, 9), date(2026, 6, 30), "HL-23-0341")
    sian = add(ENERGY, "sheffield", "sian", LEAD, date(2024, 9, 13), date(2027, 9, 30), "HL-24-0520")
    return ivy, lin, sian


# --- projects ---------------------------------------------------------------------------------------------------------


def _flow(kind: str, year: int, low: int, expected: int, high: int) -> Flow:
    return Flow(kind=kind, year=year, low=Decimal(low), expected=Decimal(expected), high=Decimal(high))


def _call_back_slots(world: World, lead: Credential) -> None:
    """Play a project to its end: filed, run, and reviewed by somebody who neither led nor filed it."""
    facts = ProjectFacts(
        lead=lead,
        title="Call-back at a time the customer chooses",
        problem="Callers at noon wait four minutes or give up. They are to choose a slot, and be called in it.",
        measure="Callers who give up between 12 and 14 o'clock",
        unit="%",
        baseline=Decimal("11.8"),
        baseline_from=date(2025, 1, 1),
        baseline_to=date(2025, 2, 28),
        target=Decimal("6.0"),
        customer_words="No waiting at noon, and a call at a time that suits them.",
        customer_figure=Decimal("3.5"),
        customer_unit="minutes less waiting per call",
        starts_on=date(2025, 4, 1),
        ends_on=date(2025, 9, 30),
        currency="HKD",
        rate=Decimal("6.00"),
        flows=(
            _flow(INVESTMENT, 0, 420_000, 420_000, 420_000),
            _flow(CUSTOMER, 1, 160_000, 240_000, 300_000),
            _flow(COST, 1, 60_000, 90_000, 120_000),
            _flow(CUSTOMER, 2, 180_000, 260_000, 330_000),
        ),
    )
    carmen, ivy = world.people["carmen"], world.people["ivy"]
    at = datetime(2025, 3, 10, 3, 0, tzinfo=UTC)
    project = project_create(centre=world.centres["kowloon"], facts=facts, by=carmen, at=at)
    project = project_file(project_id=project.pk, revision=project.revision, by=carmen, at=at + timedelta(days=7))
    project = project_start(project_id=project.pk, revision=project.revision, by=carmen, at=at + timedelta(days=22))
    review = Review(
        flows=(
            _flow(INVESTMENT, 0, 455_000, 455_000, 455_000),
            _flow(CUSTOMER, 1, 190_000, 230_000, 270_000),
            _flow(COST, 1, 40_000, 55_000, 70_000),
            _flow(CUSTOMER, 2, 230_000, 260_000, 300_000),
        ),
        reached=Decimal("6.9"),
        customer_words="Three in four chose a slot; nine in ten of them were called within five minutes of it.",
        customer_figure=Decimal("3.1"),
        learnt="Slots at the turn of the hour fill first: offer the quarter hours too.",
    )
    done = datetime(2026, 1, 19, 3, 0, tzinfo=UTC)
    project_close(project_id=project.pk, revision=project.revision, review=review, by=ivy, at=done)


def _plain_words(world: World, lead: Credential) -> None:
    """Leave a project running."""
    facts = ProjectFacts(
        lead=lead,
        title="卡片爭議條目改寫成白話",
        problem="卡片爭議條目沿用法規用語，座席各自解讀，顧客常要再問一次。改寫48則條目，由未受訓的同事試讀。",
        measure="卡片爭議的一次解決率",
        unit="%",
        baseline=Decimal("68.4"),
        baseline_from=date(2026, 3, 1),
        baseline_to=date(2026, 5, 31),
        target=Decimal("78.0"),
        customer_words="第一次來電就聽懂，不必再問。",
        customer_figure=Decimal("9.6"),
        customer_unit="個百分點",
        starts_on=date(2026, 7, 1),
        ends_on=date(2026, 12, 31),
        currency="HKD",
        rate=Decimal("6.00"),
        flows=(
            _flow(INVESTMENT, 0, 180_000, 180_000, 180_000),
            _flow(CUSTOMER, 1, 90_000, 130_000, 180_000),
            _flow(REVENUE, 1, 0, 20_000, 60_000),
            _flow(COST, 1, 40_000, 70_000, 90_000),
        ),
    )
    ivy = world.people["ivy"]
    at = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)
    project = project_create(centre=world.centres["kowloon"], facts=facts, by=ivy, at=at)
    project = project_file(project_id=project.pk, revision=project.revision, by=ivy, at=at + timedelta(days=4))
    project_start(project_id=project.pk, revision=project.revision, by=ivy, at=at + timedelta(days=16))


def _wrap_up(world: World, lead: Credential) -> None:
    """File a project that only cuts cost, and counts for no gate."""
    facts = ProjectFacts(
        lead=lead,
        title="Shorter wrap-up codes",
        problem="Agents choose from 214 wrap-up codes. A list of 40 saves seconds after every call.",
        measure="Wrap-up time",
        unit="seconds",
        baseline=Decimal(46),
        baseline_from=date(2026, 5, 1),
        baseline_to=date(2026, 7, 31),
        target=Decimal(31),
        customer_words="",
        customer_figure=None,
        customer_unit="",
        starts_on=date(2026, 10, 1),
        ends_on=date(2027, 3, 31),
        currency="GBP",
        rate=Decimal("5.00"),
        flows=(_flow(INVESTMENT, 0, 18_000, 18_000, 18_000), _flow(COST, 1, 22_000, 31_000, 38_000)),
    )
    at = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)
    project = project_create(centre=world.centres["sheffield"], facts=facts, by=world.people["sian"], at=at)
    project_file(project_id=project.pk, revision=project.revision, by=world.people["sian"], at=at + timedelta(days=2))


# --- knowledge --------------------------------------------------------------------------------------------------------


def _knowledge(world: World, number: int, period: Period, at: datetime) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"articles-{period.last.year}-Q{(period.last.month + 2) // 3}.csv"
        with path.open("w", encoding="utf-8", newline="") as target:
            rows = csv.writer(target)
            rows.writerow(COLUMNS)
            rows.writerows(article_rows(number, period))
        knowledge_measure(
            centre=world.centres["kowloon"],
            path=path,
            file_name=path.name,
            encoding="utf-8",
            period=period,
            by=world.people["ivy"],
            at=at,
        )


def article_rows(number: int, period: Period) -> list[Sequence[object]]:
    """Return the rows of ``COLUMNS`` for one quarter, the same every time.

    In the first quarter (``number`` 0) a dozen articles were touched on one day without a change; in the second most
    of them were read, and changed.
    """
    chance = random.Random(f"{SEED} articles {number}")  # noqa: S311 - invented articles
    days = (period.last - period.first).days
    batch = period.first + timedelta(days=days - 8)
    rows: list[Sequence[object]] = []
    for position in range(ARTICLES):
        topic = TOPICS[position % len(TOPICS)]
        reviewed = period.first + timedelta(days=chance.randrange(days - 20))
        touched = number == 0 and position % 6 == 1
        overdue = position % (6 if number == 0 else 9) == 4  # noqa: PLR2004 - one in six, then one in nine
        altered = not touched and chance.random() < 0.6  # noqa: PLR2004 - three in five
        changed = batch if touched else reviewed
        due = period.last - timedelta(days=14) if overdue else period.last + timedelta(days=30 + chance.randrange(60))
        policy = period.first + timedelta(days=chance.randrange(days - 20)) if position % 9 == 0 else None
        feedback = period.first + timedelta(days=chance.randrange(days - 20)) if position % 5 == 0 else None
        late = chance.random() < (0.3 if number == 0 else 0.12)
        rows.append(
            (
                f"KB-{position + 1:04d}",
                f"{topic} {position // len(TOPICS) + 1}",
                OWNERS[position % len(OWNERS)],
                int(2_400 / (position + 2)) + chance.randrange(12),
                changed.isoformat(),
                f"v{number if altered else 0}-{position}",
                240 + position if altered else 0,
                changed.isoformat(),
                due.isoformat(),
                policy.isoformat() if policy else "",
                (policy + timedelta(days=2 + chance.randrange(12 - 6 * number))).isoformat() if policy else "",
                ("yes" if chance.random() < 0.86 + 0.06 * number else "no") if position % 4 == 0 else "",
                feedback.isoformat() if feedback else "",
                (feedback + timedelta(days=16 if late else 4)).isoformat() if feedback else "",
            )
        )
    return rows
