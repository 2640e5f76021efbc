"""A large invented installation, written straight into the tables: to see what pages take when there is much.

Nothing here went through the services, and nobody did any of it: organisations and the edition are marked as invented,
their people cannot sign in unless the caller gives a password, and the ledger says that it was loaded. What is frozen
is nevertheless the true result of the answers, made by the engine.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import rfc8785
import yaml
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.db.models import F, Max
from django.db.models.functions import Mod

from accounts.models import Centre, Industry, Membership, Organisation, Role, User
from audits.models import Answer, Audit, AuditStatus, Certificate, Decision, Finding, TeamMember
from audits.services.results import result_of
from ledger.services import ledger_append
from reports.demo.scenario import facts
from standards.models import Criterion
from standards.services import edition_load, edition_publish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from standards.models import Edition

_T = TypeVar("_T")
FIRST_DAY = date(2022, 1, 3)
PATTERNS = 11  # different sheets; a prime, so that they meet every status
CENTRES_PER_BODY, YEARS = 1_000, 5
AUDITORS = 23  # of a body; a prime, so that everybody has audits in every state
BATCH = 1_000  # audits written in one transaction
COUNTRIES = (("HK", "Hong Kong"), ("CN", "Shenzhen"), ("TW", "Taipei"), ("GB", "Sheffield"))
# Of twenty audits one each is under way so far, the others are closed.
UNDER_WAY = (AuditStatus.PLANNED, AuditStatus.FIELDWORK, AuditStatus.TECHNICAL_REVIEW, AuditStatus.DECISION)
NOTE = "Invented: seen in the records and confirmed in two interviews."
# One row per audit and criterion. What is planned has no answers, fieldwork those of the first half. ``{…}`` are names
# of our own tables; the sheet is one of ``PATTERNS``, told by the audit's number.
ANSWERS = """
INSERT INTO {answer} (audit_id, criterion_id, level, na_reason, note, revision, answered_by_id, answered_at)
SELECT audit, criterion, CASE WHEN done THEN CASE WHEN level > 5 THEN 5 ELSE level END END, '',
    CASE WHEN done THEN %s ELSE '' END, CASE WHEN done THEN 1 ELSE 0 END, CASE WHEN done THEN leader END,
    CASE WHEN done THEN created_at END
FROM (
    SELECT a.id AS audit, c.id AS criterion, t.user_id AS leader, a.created_at,
        a.status <> 'planned' AND (a.status <> 'fieldwork' OR c.position <= 55) AS done,
        3 + (a.id %% {patterns}) %% 3
            + CASE WHEN (c.position * 7 + a.id %% {patterns}) %% 3 = 0 THEN 1 ELSE 0 END AS level
    FROM {audit} a JOIN {criterion} c ON c.edition_id = a.edition_id
        JOIN {member} t ON t.audit_id = a.id AND t.role = 'leader'
    WHERE a.id BETWEEN %s AND %s
) cells
"""


@dataclass(frozen=True)
class Size:
    """How much to make."""

    organisations: int = 1_000
    centres: int = 20_000
    audits: int = 100_000


@dataclass
class Body:
    """An audit body with those who work for it."""

    organisation: Organisation
    manager: User
    decider: User
    auditors: list[User] = field(default_factory=list)


def _batches(rows: Iterable[_T]) -> Iterator[tuple[_T, ...]]:
    """Cut rows into pieces of ``BATCH``."""
    left = iter(rows)
    while piece := tuple(islice(left, BATCH)):
        yield piece


def is_empty() -> bool:
    """Say whether nobody has put an organisation into this installation yet."""
    return not Organisation.objects.exists()


def load_scale(size: Size, *, password: str | None, at: datetime, say: Callable[[str], None]) -> dict[str, int]:
    """Make everything and return how many rows of each kind were made.

    In steps that are kept one by one: what is broken off leaves a part, and is thrown away with its database.
    """
    world = _World(size, password, at, say)
    world.make()
    return world.made


class _World:
    """What is being made; ``made`` counts it."""

    def __init__(self, size: Size, password: str | None, at: datetime, say: Callable[[str], None]) -> None:
        self.size, self.at, self.say = size, at, say
        self.secret = make_password(password)  # hashed once: thousands of times would take longer than all the rest
        self.offset = Organisation.objects.aggregate(last=Max("pk"))["last"] or 0
        self.people = 0
        self.made: dict[str, int] = {}

    def make(self) -> None:
        """Make everything, from the edition to the statistics of the database."""
        with transaction.atomic():
            self.edition = _edition(self.offset, self.at)
            self.bodies = self._bodies()
            self.centres = self._centres(self._organisations())
            payload = {"organisations": self.size.organisations, "audits": self.size.audits}
            ledger_append(action="demo.scale_loaded", subject="installation", by=None, at=self.at, payload=payload)
        first = (Audit.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
        for numbers in _batches(range(self.size.audits)):
            with transaction.atomic():
                self._audits(numbers)
            self.say(f"{numbers[-1] + 1:,} audits")
        self._freeze(first)
        self._certify(first)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def _count(self, what: str, rows: Iterable[Any]) -> None:
        self.made[what] = self.made.get(what, 0) + sum(1 for _ in rows)

    def _person(self, organisation: str) -> User:
        self.people += 1
        number = f"{self.offset}-{self.people}" if self.offset else str(self.people)
        name = f"Invented Person {number}"
        return User(email=f"person{number}@{organisation}.invented.example", name=name, password=self.secret)

    def _members(self, posts: list[tuple[User, Organisation, Role]]) -> None:
        made = User.objects.bulk_create([user for user, _organisation, _role in posts], batch_size=BATCH)
        Membership.objects.bulk_create(
            [Membership(user=user, organisation=organisation, role=role) for user, organisation, role in posts],
            batch_size=BATCH,
        )
        self._count("people", made)

    def _named(self, what: str, count: int) -> list[Organisation]:
        made = Organisation.objects.bulk_create(
            [
                Organisation(
                    name=f"Invented {what} {self.offset + number:05d} (demo)",
                    country=COUNTRIES[number % len(COUNTRIES)][0],
                    is_demo=True,
                )
                for number in range(1, count + 1)
            ],
            batch_size=BATCH,
        )
        self._count("organisations", made)
        return made

    def _bodies(self) -> list[Body]:
        found = []
        for place, organisation in enumerate(self._named("audit body", self.size.centres // CENTRES_PER_BODY or 1)):
            staff = [self._person(f"body{place}") for _ in range(2 + AUDITORS)]
            roles = [Role.AUDIT_MANAGER, Role.DECISION_MAKER, *[Role.AUDITOR] * AUDITORS]
            self._members([(user, organisation, role) for user, role in zip(staff, roles, strict=True)])
            found.append(Body(organisation, staff[0], staff[1], staff[2:]))
        return found

    def _organisations(self) -> list[Organisation]:
        made = self._named("company", self.size.organisations - len(self.bodies))
        roles = (Role.ADMINISTRATOR, Role.CENTRE_MANAGER, Role.VIEWER)
        self._members([(self._person(f"company{at}"), each, role) for at, each in enumerate(made) for role in roles])
        mandate = Organisation.audit_bodies.through
        mandate.objects.bulk_create(
            [
                mandate(from_organisation_id=each.pk, to_organisation_id=self._body(at).organisation.pk)
                for at, each in enumerate(made)
            ],
            batch_size=BATCH,
        )
        return made

    def _body(self, organisation: int) -> Body:
        return self.bodies[organisation % len(self.bodies)]

    def _centres(self, organisations: list[Organisation]) -> list[tuple[Centre, Body]]:
        industries = [each for each in Industry.values if each != Industry.OTHER]
        made = Centre.objects.bulk_create(
            [
                Centre(
                    organisation=organisations[number % len(organisations)],
                    name=f"Invented centre {self.offset + number + 1:05d}",
                    country=COUNTRIES[number % len(COUNTRIES)][0],
                    city=COUNTRIES[number % len(COUNTRIES)][1],
                    industry=industries[number % len(industries)],
                    channels=["voice", "email", "chat"],
                    languages=["en"],
                    seats=20 + number % 400,
                )
                for number in range(self.size.centres)
            ],
            batch_size=BATCH,
        )
        self._count("centres", made)
        return [(centre, self._body(number % len(organisations))) for number, centre in enumerate(made)]

    def _audits(self, numbers: tuple[int, ...]) -> None:
        made = Audit.objects.bulk_create([self._audit(number) for number in numbers])
        people = [self.centres[number % len(self.centres)][1].auditors for number in numbers]
        team = [
            TeamMember(audit=audit, user=auditors[(number + place) % AUDITORS], role=role)
            for number, audit, auditors in zip(numbers, made, people, strict=True)
            for place, role in enumerate(("leader", "auditor"))
        ]
        TeamMember.objects.bulk_create(team)
        leaders = [member.user for member in team if member.role == "leader"]
        findings = [
            finding for audit, leader in zip(made, leaders, strict=True) for finding in self._findings(audit, leader)
        ]
        Finding.objects.bulk_create(findings)
        self._answers(made[0].pk, made[-1].pk)
        for what, rows in (("audits", made), ("findings", findings)):
            self._count(what, rows)
        self.made["answers"] = self.made.get("answers", 0) + len(made) * len(self.criteria)

    @property
    def criteria(self) -> list[int]:
        """The criteria of the edition, in order."""
        if not hasattr(self, "_criteria"):
            self._criteria = list(self.edition.criteria.order_by("position").values_list("pk", flat=True))
        return self._criteria

    def _audit(self, number: int) -> Audit:
        centre, body = self.centres[number % len(self.centres)]
        day = FIRST_DAY + timedelta(days=365 * (number // len(self.centres) % YEARS) + number % 300)
        place = number % 20
        status = UNDER_WAY[place] if place < len(UNDER_WAY) else AuditStatus.CLOSED
        at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
        frozen = status not in (AuditStatus.PLANNED, AuditStatus.FIELDWORK)
        reviewed = status in (AuditStatus.DECISION, AuditStatus.CLOSED)
        return Audit(
            reference=f"INV-{self.offset + 1}-{number + 1:06d}",
            kind="certification",
            centre=centre,
            auditee_id=centre.organisation_id,
            conductor=body.organisation,
            edition=self.edition,
            edition_sha256=self.edition.sha256,
            status=status,
            scope="Invented: all channels.",
            summary="Invented.",
            onsite_from=day,
            onsite_to=day + timedelta(days=4),
            facts={
                name: {"value": value, "note": "Invented."}
                for name, value in {**facts("80", 8, 8, 8, 8), "decision_route": "panel"}.items()
            },
            created_at=at - timedelta(days=40),
            created_by=body.manager,
            submitted_at=at + timedelta(days=7) if frozen else None,
            submitted_by=body.auditors[number % AUDITORS] if frozen else None,
            reviewed_at=at + timedelta(days=14) if reviewed else None,
            reviewed_by=body.auditors[(number + 2) % AUDITORS] if reviewed else None,
            closed_at=at + timedelta(days=21) if status == AuditStatus.CLOSED else None,
        )

    def _findings(self, audit: Audit, leader: User) -> list[Finding]:
        """Two findings in every audit that has begun: closed in time where the audit is over."""
        if audit.status == AuditStatus.PLANNED:
            return []
        over = audit.status != AuditStatus.FIELDWORK
        at = audit.created_at + timedelta(days=41)
        return [
            Finding(
                audit=audit,
                criterion_id=self.criteria[(audit.pk + place * 17) % len(self.criteria)],
                number=place + 1,
                kind=kind,
                statement="Invented: the procedure names no owner.",
                objective_evidence="Invented: version 3 of the procedure, page 2.",
                due=audit.onsite_to + timedelta(days=60) if kind == "minor" else None,
                state="closed" if over else "open",
                closed_at=at if over else None,
                closed_by=leader if over else None,
                raised_by=leader,
                raised_at=at,
            )
            for place, kind in enumerate(("minor", "opportunity"))
        ]

    def _answers(self, first: int, last: int) -> None:
        """Write the sheets of a range of audits in one statement, in the database itself."""
        models = {"answer": Answer, "audit": Audit, "criterion": Criterion, "member": TeamMember}
        tables = {name: connection.ops.quote_name(model._meta.db_table) for name, model in models.items()}  # noqa: SLF001
        with connection.cursor() as cursor:
            cursor.execute(ANSWERS.format(**tables, patterns=PATTERNS), [NOTE, first, last])

    def _freeze(self, first: int) -> None:
        """Give every submitted audit the result of its sheet: scored once for each pattern, as the sheets are alike."""
        frozen = Audit.objects.filter(pk__gte=first, submitted_at__isnull=False).annotate(
            pattern=Mod(F("pk"), PATTERNS)
        )
        self.tiers: dict[int, str | None] = {}
        for pattern in range(PATTERNS):
            one = frozen.filter(pattern=pattern).select_related("edition", "centre", "market_release").first()
            if one is None:
                continue
            result = result_of(one, at=self.at)
            self.tiers[pattern] = result["result"]["tier"]
            digest = hashlib.sha256(rfc8785.dumps(result)).hexdigest()
            frozen.filter(pattern=pattern).update(result=result, result_sha256=digest)
            self.say(f"result {pattern + 1} of {PATTERNS}: {self.tiers[pattern] or 'no tier'}")

    def _certify(self, first: int) -> None:
        """Decide what is closed, and certify what attained a tier; the last of a centre is in force."""
        deciders = {body.organisation.pk: body.decider for body in self.bodies}
        closed = (
            Audit.objects.filter(pk__gte=first, status=AuditStatus.CLOSED, closed_at__isnull=False)
            .order_by("pk")
            .values_list("pk", "conductor", "closed_at", "centre")
        )
        last = dict(closed.values_list("centre").annotate(last=Max("pk")).order_by("centre"))
        for rows in _batches(closed.iterator(chunk_size=BATCH)):
            decisions, certificates = [], []
            for pk, conductor, closed_at, centre in rows:
                at = closed_at or self.at
                tier = self.tiers[pk % PATTERNS]
                decisions.append(
                    Decision(
                        audit_id=pk,
                        granted=bool(tier),
                        tier=tier or "",
                        route="panel",
                        reason="Invented.",
                        decided_by=deciders[conductor],
                        decided_at=at,
                    )
                )
                if tier:
                    certificates.append(
                        Certificate(
                            audit_id=pk,
                            number=f"INV-{self.offset + 1}-C{pk:06d}",
                            code=secrets.token_hex(16),
                            tier=tier,
                            status="active" if last[centre] == pk else "superseded",
                            status_since=at,
                            valid_from=at.date(),
                            valid_until=at.date() + timedelta(days=3 * 365),
                            issued_at=at,
                            cycle_from=at.date(),
                        )
                    )
            with transaction.atomic():
                Decision.objects.bulk_create(decisions)
                Certificate.objects.bulk_create(certificates)
            self._count("decisions", decisions)
            self._count("certificates", certificates)


def _edition(offset: int, at: datetime) -> Edition:
    """Publish the shipped edition under a name of its own, without the gates that ask for the market's figures."""
    path = settings.BASE_DIR / "fixtures" / "standards" / "four-block-2026.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    document["code"], document["version"] = "invented", str(offset + 1)
    document["title"] = {language: f"{words} (demo)" for language, words in document["title"].items()}
    document.pop("lineage", None)
    for tier in document["tiers"]:
        tier["gates"] = [gate for gate in tier["gates"] if gate["gate"] != "market"]
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    return edition_publish(edition=edition_load(data=text, at=at).edition, at=at)
