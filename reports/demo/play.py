"""Plays the scenario through the same services that people use, so that the demo proves what it shows."""

from __future__ import annotations

import random
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from accounts.models import Centre, Membership, Organisation, User
from audits.models import Audit, AuditKind, FindingKind, TeamRole
from audits.selectors.computed import computed_levels
from audits.selectors.moving import move_plan, target_for
from audits.selectors.overview import TOO_OLD
from audits.selectors.sheet import asked_answers
from audits.services.answers import AnswerInput, answer_save
from audits.services.engagement import audit_create, audit_facts_save, audit_texts_save
from audits.services.evidence import evidence_add
from audits.services.findings import finding_raise
from audits.services.market import market_attach, market_waive
from audits.services.moving import audit_move
from audits.services.transitions import audit_decide, audit_step
from benchmarks.services import market_load, measurement_run_create
from reports.demo.awards import make_awards
from reports.demo.editions import begin_draft, publish_first, publish_next
from reports.demo.findings import follow_up, plan, settle
from reports.demo.people import BANK, BODY, CENTRES, ENERGY, ORGANISATIONS, PEOPLE
from reports.demo.practices import make_practices
from reports.demo.programme import make_programme
from reports.demo.records import write_contacts
from reports.demo.registers import fill_registers
from reports.demo.reviewing import review_half
from reports.demo.route import confirm_plan, finish_fieldwork, purpose_of, start_fieldwork
from reports.demo.samples import make_samples
from reports.demo.scenario import AUDITS, TURN, DemoAudit
from reports.demo.talking import talk
from reports.services import listing_set
from standards.editions.comparison import Carry

if TYPE_CHECKING:
    from collections.abc import Callable

    from audits.computed import Computed
    from benchmarks.models import MarketRelease, MeasurementRun
    from standards.models import Edition

PASSWORD = "touchstone-demo-2026"  # noqa: S105 - invented people in a demo database; printed on purpose
LISTED_AT = datetime(2026, 10, 12, 8, 0, tzinfo=UTC)
MARKET_READ = datetime(2025, 9, 1, 8, 0, tzinfo=UTC)
SEED = 2026
JUDGE = "Judge of the award"
NOTES = (
    "Seen in the records and confirmed in two interviews.",
    "Three of three sampled cases followed the procedure.",
    "Practised in voice; the other channels follow since the summer.",
    "Owner named, last review within the interval, change log read.",
    "Figure recomputed from the extract; agrees with the report.",
)


class World:
    """The invented world while it is being made; rows by their short key."""

    def __init__(self, say: Callable[[str], None]) -> None:
        """Keep where progress is told."""
        self.say = say
        self.organisations: dict[str, Organisation] = {}
        self.people: dict[str, User] = {}
        self.centres: dict[str, Centre] = {}
        self.edition: Edition
        self.release: MarketRelease

    def make(self) -> None:
        """Make everything, in the order of time."""
        self._people()
        self.say("edition 2025")
        self.edition = publish_first(self)
        market = (settings.BASE_DIR / "fixtures" / "markets" / "2026.csv").read_bytes()
        self.release = market_load(
            content=market, code="market-2026", title="Published market figures, 2026", by=None, at=MARKET_READ
        )
        under_way = [self._audit(scene) for scene in AUDITS if scene.planned < TURN]
        self.say("edition 2026")
        self.edition = publish_next(self, self.edition)
        for scene in AUDITS:
            if scene.planned >= TURN:
                self._audit(scene)
        for scene, audit in under_way:
            if scene.moved:
                self.say(f"{scene.moved} {scene.centre}: moved")
                self._move(scene, audit)
        self.say("findings")
        follow_up(self)
        self.say("technical review, half way")
        review_half(self)
        talk(self)
        self.say("registers")
        fill_registers(self)
        self.say("programme")
        make_programme(self)
        self.say("practices")
        accepted = make_practices(self)
        self.say("edition 2027, a draft")
        begin_draft(self, accepted)
        self.say("awards")
        make_awards(self)
        for organisation, speaker in ((BANK, "carmen"), (ENERGY, "priya")):
            listing_set(
                organisation=self.organisations[organisation], listed=True, by=self.people[speaker], at=LISTED_AT
            )

    def _people(self) -> None:
        for organisation in ORGANISATIONS:
            self.organisations[organisation.key] = Organisation.objects.create(
                name=organisation.name, country=organisation.country, address=organisation.address, is_demo=True
            )
        for client in (BANK, ENERGY):
            self.organisations[client].audit_bodies.add(self.organisations[BODY])
        for person in PEOPLE:
            user = User.objects.create_user(
                person.email, PASSWORD, name=person.name, language=person.language, time_zone=person.time_zone
            )
            self.people[person.key] = user
            for organisation_key, role in person.roles:
                Membership.objects.create(user=user, organisation=self.organisations[organisation_key], role=role)
        for centre in CENTRES:
            self.centres[centre.key] = Centre.objects.create(
                organisation=self.organisations[centre.organisation],
                name=centre.name,
                city=centre.city,
                country=centre.country,
                industry=centre.industry,
                seats=centre.seats,
                time_zone=centre.time_zone,
                channels=list(centre.channels),
                languages=list(centre.languages),
            )

    # --- one audit, step by step; each stops where the scene says --------------------------------------------------

    def _audit(self, scene: DemoAudit) -> tuple[DemoAudit, Audit]:
        """Play one scene; return it with its audit."""
        self.say(f"{scene.first_day} {scene.centre}: {scene.until}")
        leader = self.people[scene.leader]
        manager = self.people["daniel" if scene.conductor == BODY else "sian"]
        team = [(leader, TeamRole.LEADER), *((self.people[key], TeamRole.AUDITOR) for key in scene.auditors)]
        audit = audit_create(
            centre=self.centres[scene.centre],
            conductor=self.organisations[scene.conductor],
            edition=self.edition,
            kind=scene.kind,
            scope=scene.scope,
            objectives="Conformity with the edition, standing against the market, and what the next tier takes.",
            onsite_from=scene.first_day,
            onsite_to=scene.last_day,
            team=team,
            **purpose_of(self.centres[scene.centre], scene.kind),
            by=manager,
            at=scene.at(scene.planned, 9),
        )
        confirm_plan(scene, audit, manager)
        if scene.until == "planned":
            return scene, audit
        start_fieldwork(scene, audit, manager, leader)
        self._fieldwork(scene, audit, leader)
        if scene.until == "cancelled":
            audit_step(
                audit_id=audit.pk, step="cancel", reason=scene.reason, by=manager, at=scene.at(scene.last_day, 16)
            )
        if scene.until in {"submitted", "approved", "decided"}:
            finish_fieldwork(scene, audit, leader)
            audit_step(audit_id=audit.pk, step="submit", by=leader, at=scene.at(scene.last_day, 17))
        if scene.until in {"approved", "decided"}:
            self._review(scene, audit)
        return scene, audit

    def _fieldwork(self, scene: DemoAudit, audit: Audit, leader: User) -> None:
        day = scene.at(scene.first_day, 9)
        if scene.summary:
            texts = {"summary": scene.summary, "not_covered": scene.not_covered}
            audit_texts_save(audit_id=audit.pk, texts=texts, by=leader, at=day)
        if scene.facts:
            stated = {**scene.facts, "decision_route": scene.route}
            noted = {
                name: {"value": value, "note": "Closing meeting, working papers"} for name, value in stated.items()
            }
            audit_facts_save(audit_id=audit.pk, facts=noted, by=leader, at=day)
        if scene.records_from:
            self._market(scene, audit, leader)
        self._answers(scene, audit, leader)
        if scene.until == "answered" and scene.records_from:
            make_samples(audit, by=leader, at=scene.at(scene.first_day, 14))
        for finding in scene.findings:
            finding_raise(
                audit_id=audit.pk,
                criterion=audit.edition.criteria.get(code=finding.criterion),
                kind=finding.kind,
                statement=finding.statement,
                objective_evidence=finding.evidence,
                due=finding.due,
                by=leader,
                at=scene.at(scene.last_day, 11),
            )

    def _market(self, scene: DemoAudit, audit: Audit, leader: User) -> None:
        run = self._measure(scene, leader)
        at = scene.at(scene.first_day, 10)
        audit = market_attach(audit_id=audit.pk, run=run, release=self.release, by=leader, at=at)
        for kpi, verdict in audit.market.items():
            if verdict["reason"]["code"] in TOO_OLD:
                reason = (
                    "No newer figure is published for this market; its direction is known and the margin is stated."
                )
                market_waive(audit_id=audit.pk, kpi=kpi, reason=reason, by=self.people[scene.decider], at=at)

    def _measure(self, scene: DemoAudit, leader: User) -> MeasurementRun:
        centre = next(centre for centre in CENTRES if centre.key == scene.centre)
        mapping = (settings.BASE_DIR / "fixtures" / "mappings" / "contact-export.yaml").read_text()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{scene.centre}-{scene.records_from:%Y-%m}.csv"
            assert scene.records_from is not None  # noqa: S101 - asked by the caller
            write_contacts(
                path, centre.traffic, first=scene.records_from, days=scene.days, seed=SEED + len(scene.centre) * 7
            )
            return measurement_run_create(
                centre=self.centres[scene.centre],
                records=path,
                mapping_text=mapping,
                by=leader,
                at=scene.at(scene.first_day, 8),
            )

    def _answers(self, scene: DemoAudit, audit: Audit, leader: User) -> None:
        chance = random.Random(f"{SEED} {scene.centre} {scene.first_day}")  # noqa: S311 - invented answers
        audit.refresh_from_db()  # measurements were chosen since
        answers = asked_answers(audit)
        levels = computed_levels(audit, [answer.criterion for answer in answers])
        for position, answer in enumerate(answers[: round(len(answers) * scene.share)]):
            at = scene.at(scene.first_day, 9) + timedelta(minutes=4 * position)
            content = _measured(_content(scene, answer.criterion, chance), levels.get(answer.criterion.code))
            answer_save(answer_id=answer.pk, content=content, revision=0, by=leader, at=at)
            if answer.criterion.mandatory:
                _evidence(scene, answer, leader, at)

    def _move(self, scene: DemoAudit, audit: Audit) -> None:
        """Go over to the present edition, and answer the first half of what has to be answered again."""
        assert scene.moved is not None  # noqa: S101 - asked by the caller
        leader = self.people[scene.leader]
        audit.refresh_from_db()  # others wrote in it since
        move = move_plan(audit, target_for(audit, self.edition.pk), today=scene.moved)
        made = audit_move(
            audit_id=audit.pk,
            edition_id=self.edition.pk,
            fingerprint=move.fingerprint,
            read=move.must_read,
            reason=scene.reason,
            by=leader,
            at=scene.at(scene.moved, 9),
        )
        again = [each["code"] for each in made.plan["criteria"] if each["carry"] == Carry.AGAIN]
        chance = random.Random(f"{SEED} {scene.centre} {scene.moved}")  # noqa: S311 - invented answers
        answers = audit.answers.filter(criterion__edition=self.edition, criterion__code__in=again)
        asked = answers.select_related("criterion__clause").order_by("criterion__position")
        for position, answer in enumerate(asked[: len(again) // 2]):
            at = scene.at(scene.moved, 10) + timedelta(minutes=6 * position)
            content = _content(scene, answer.criterion, chance)
            answer_save(answer_id=answer.pk, content=content, revision=0, by=leader, at=at)

    def _review(self, scene: DemoAudit, audit: Audit) -> None:
        reviewed = scene.last_day + timedelta(days=12)
        for finding in audit.findings.order_by("number"):
            note = next(each.closed for each in scene.findings if each.statement == finding.statement)
            if note:
                settle(self, finding, note, until=reviewed, judge=scene.leader)
            elif finding.kind == FindingKind.MINOR and scene.until == "decided":
                plan(self, finding, judge=scene.leader)
        note = "Scope, sample and grading support the result. Two interview notes were asked for and added."
        step = "conclude" if scene.kind == AuditKind.INTERNAL else "approve"
        if audit.findings.filter(kind=FindingKind.MAJOR, closed_at=None).exists():
            step, note = "await_correction", f"{note} The major nonconformity has to be corrected and verified first."
        audit_step(
            audit_id=audit.pk,
            step=step,
            reason=note,
            by=self.people[scene.reviewer],
            at=scene.at(reviewed, 14),
        )
        if scene.until == "decided" and scene.kind == AuditKind.CERTIFICATION:
            audit_decide(
                audit_id=audit.pk,
                granted=bool(scene.tier),
                tier=scene.tier,
                route=scene.route,
                reason=scene.reason,
                by=self.people[scene.decider],
                at=scene.at(reviewed + timedelta(days=9), 15),
            )


def _content(scene: DemoAudit, criterion: Any, chance: random.Random) -> AnswerInput:
    """Return an invented answer around the mean of the scene; mandatory criteria do not fall below it."""
    if criterion.na_allowed and chance.random() < 0.12:  # noqa: PLR2004 - about one in eight
        return AnswerInput(na_reason="The centre has no such activity in the scope of this audit.")
    mean = scene.mean - (1.0 if criterion.clause.code in scene.weak else 0.0)
    level = round(chance.gauss(mean, 0.7))
    floor = min(3, round(scene.mean)) if criterion.mandatory else 1
    note = chance.choice(NOTES) if chance.random() < 0.6 else ""  # noqa: PLR2004 - three in five
    return AnswerInput(level=max(floor, min(5, level)), note=note)


def _measured(content: AnswerInput, computed: Computed | None) -> AnswerInput:
    """Return the answer with the level that measurements give, where they give one."""
    known = computed is not None and computed.level is not None and content.level is not None
    return replace(content, level=computed.level) if known and computed else content


def _evidence(scene: DemoAudit, answer: Any, leader: User, at: datetime) -> None:
    words = (
        f"Interview note (invented)\nCentre: {scene.centre}\nCriterion: {answer.criterion.code} "
        f"{answer.criterion.title['en']}\nSeen on {at:%Y-%m-%d}. Two people asked, records compared.\n"
    )
    evidence_add(
        answer=answer,
        source=BytesIO(words.encode()),
        filename=f"{answer.criterion.code}-interview.txt",
        kind="interview",
        title=f"Interview note {answer.criterion.code}",
        by=leader,
        at=at,
    )


def sign_ins() -> list[tuple[str, str, str]]:
    """Return (name, what they are, e-mail address) of everybody in the demo."""
    names = {organisation.key: organisation.name for organisation in ORGANISATIONS}
    return [
        (person.name, ", ".join(f"{role.label} at {names[key]}" for key, role in person.roles) or JUDGE, person.email)  # type: ignore[attr-defined] # roles are given as members of Role
        for person in PEOPLE
    ]


def is_there() -> bool:
    """Say whether the demo was loaded before."""
    return Organisation.objects.filter(is_demo=True).exists()
