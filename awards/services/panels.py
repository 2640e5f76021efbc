"""The panel: judges come and go, ties and conflicts are noted, entries are assigned."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Max

from accounts.models import Role, User
from accounts.services.notices import notice_send
from awards.models import Assignment, AssignmentState, Judge, JudgeConflict, ProgrammeStatus, Stage, Tie
from awards.scheme import JUDGING
from awards.selectors.panels import preview
from awards.services.errors import AwardError
from awards.services.recording import programme_lock, record

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Organisation

BEFORE = {ProgrammeStatus.DRAFT, ProgrammeStatus.OPEN}
_chance = random.SystemRandom()


@dataclass(frozen=True)
class JudgeFacts:
    """What is known of a judge; empty categories and languages mean all."""

    employer: Organisation | None
    employer_name: str
    skills: str
    categories: tuple[str, ...]
    languages: tuple[str, ...]
    capacity: int
    reserve: bool


@transaction.atomic
def judge_add(*, programme_id: int, email: str, facts: JudgeFacts, by: User, at: datetime) -> Judge:
    """Put a person on the panel; one who was taken off comes back.

    Raises ``AwardError``: wrong_status, no_person, chair_judges, judge_twice.
    """
    programme = programme_lock(programme_id, within=BEFORE)
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        raise AwardError("no_person")
    if user.has_role(programme.organiser_id, Role.AWARD_CHAIR):
        raise AwardError("chair_judges")
    judge = Judge.objects.filter(programme=programme, user=user).first() or Judge(programme=programme, user=user)
    if judge.pk and judge.removed_at is None:
        raise AwardError("judge_twice")
    for name in JudgeFacts.__dataclass_fields__:
        value = getattr(facts, name)
        setattr(judge, name, list(value) if isinstance(value, tuple) else value)
    judge.removed_at, judge.removed_reason = None, ""
    judge.save()
    record(programme, "judge_added", {"judge": judge.key, "user": user.pk, "reserve": facts.reserve}, by=by, at=at)
    notice_send(
        to=user,
        kind="awards.judge_added",
        params={"programme": str(programme)},
        url=f"/awards/{programme.code}/judging/",
        at=at,
    )
    return judge


@transaction.atomic
def judge_remove(*, judge_id: int, reason: str, by: User, at: datetime) -> Judge:
    """Take a judge off the panel. What they handed in is kept and no longer counted; what was to do is free again."""
    judge = Judge.objects.select_related("programme").get(pk=judge_id)
    programme = programme_lock(judge.programme_id, within=BEFORE)
    if not reason.strip():
        raise AwardError("no_reason")
    judge.removed_at, judge.removed_reason = at, reason
    judge.save(update_fields=["removed_at", "removed_reason"])
    open_cards = judge.assignments.filter(state=AssignmentState.ASSIGNED)
    freed = open_cards.update(state=AssignmentState.REMOVED)
    record(programme, "judge_removed", {"judge": judge.key, "reason": reason, "freed": freed}, by=by, at=at)
    return judge


@transaction.atomic
def conflict_add(*, judge_id: int, name: str, reason: str, by: User, at: datetime) -> JudgeConflict:
    """Declare ties with a name, as the judge or for them; the answer never tells whether somebody of it entered.

    Raises ``AwardError`` conflict_known.
    """
    judge = Judge.objects.select_related("programme").get(pk=judge_id)
    programme = programme_lock(judge.programme_id, within=BEFORE)
    try:
        with transaction.atomic():
            conflict = JudgeConflict.objects.create(judge=judge, name=name, reason=reason, at=at)
    except IntegrityError as error:
        raise AwardError("conflict_known") from error
    Judge.objects.filter(pk=judge.pk).update(declared_at=at)
    facts = {"judge": judge.key, "name": name, "reason": reason}
    record(programme, "conflict_declared", facts, by=by, at=at)
    return conflict


@transaction.atomic
def conflicts_none(*, judge_id: int, by: User, at: datetime) -> Judge:
    """Declare that there is no conflict but those noted."""
    judge = Judge.objects.select_related("programme").get(pk=judge_id)
    programme = programme_lock(judge.programme_id, within=BEFORE)
    judge.declared_at = at
    judge.save(update_fields=["declared_at"])
    record(programme, "conflict_none", {"judge": judge.key}, by=by, at=at)
    return judge


@transaction.atomic
def tie_add(*, programme_id: int, kind: str, one: Organisation, other: Organisation, by: User, at: datetime) -> Tie:
    """Note that two organisations have to do with each other. Raises ``AwardError``."""
    programme = programme_lock(programme_id, within=BEFORE)
    if one == other:
        raise AwardError("same_organisation")
    tie, _made = Tie.objects.get_or_create(programme=programme, kind=kind, one=one, other=other)
    record(programme, "tie_noted", {"kind": kind, "one": one.pk, "other": other.pk}, by=by, at=at)
    return tie


@transaction.atomic
def assignment_confirm(*, stage_id: int, fingerprint: str, by: User, at: datetime) -> int:
    """Assign as previewed; return how many cards were made. The order is random for each judge.

    Raises ``AwardError``: wrong_status, not_judging, blind_open, plan_changed, no_plan.
    """
    stage = Stage.objects.select_related("programme").get(pk=stage_id)
    programme = programme_lock(stage.programme_id, within={ProgrammeStatus.OPEN})
    if stage.spec.kind != JUDGING:
        raise AwardError("not_judging")
    if not stage.spec.blind and _blind_before(stage, at):
        raise AwardError("blind_open")
    found = preview(stage)
    if not found.plan.pairs:
        raise AwardError("no_plan")
    if found.fingerprint != fingerprint:
        raise AwardError("plan_changed")
    last = dict(Assignment.objects.filter(stage=stage).values_list("judge").annotate(last=Max("position")).order_by())
    back = Assignment.objects.filter(stage=stage, state=AssignmentState.REMOVED)
    known = {(row.entry_id, row.judge_id): row.pk for row in back}
    again = [pk for pair, pk in known.items() if pair in found.new]
    Assignment.objects.filter(pk__in=again).update(state=AssignmentState.ASSIGNED)
    by_judge = defaultdict(list)
    for entry, judge in sorted(found.new - known.keys()):
        by_judge[judge].append(entry)
    rows = []
    for judge, entries in by_judge.items():
        _chance.shuffle(entries)
        rows += [
            Assignment(stage=stage, judge_id=judge, entry_id=entry, position=position, created_at=at)
            for position, entry in enumerate(entries, start=last.get(judge, 0) + 1)
        ]
    Assignment.objects.bulk_create(rows)
    _calibrate(stage, at)
    facts = {
        "stage": stage.code,
        "pairs": sorted(f"{found.entries[entry].code} {found.judges[judge].key}" for entry, judge in found.new),
        "short": sum(found.plan.short.values()),
        "connected": found.plan.connected,
    }
    record(programme, "assigned", facts, by=by, at=at)
    for judge in by_judge:
        notice_send(
            to=found.judges[judge].user,
            kind="awards.assigned",
            params={"programme": str(programme), "number": len(by_judge[judge])},
            url=f"/awards/{programme.code}/judging/",
            at=at,
        )
    return len(found.new)


def _calibrate(stage: Stage, at: datetime) -> None:
    """Put the calibration entries among the cards of every judge of a blind round, each at a random place."""
    invented = list(stage.programme.entries.filter(calibration__isnull=False))
    if not stage.spec.blind or not invented:
        return
    counts: dict[int, int] = defaultdict(int)
    have = set()
    for judge, entry in Assignment.objects.filter(stage=stage).values_list("judge", "entry"):
        counts[judge] += 1
        have.add((judge, entry))
    Assignment.objects.bulk_create(
        Assignment(stage=stage, judge_id=judge, entry=entry, position=_chance.randint(1, max(count, 1)), created_at=at)
        for judge, count in counts.items()
        for entry in invented
        if (judge, entry.pk) not in have
    )


def _blind_before(stage: Stage, at: datetime) -> bool:
    """Say whether a blind round before this one is not over yet."""
    scheme = stage.programme.scheme
    before = stage.programme.stages.filter(position__lt=stage.position)
    return any(scheme.stage(each.code).blind and each.state(at) != "over" for each in before)


@transaction.atomic
def judges_remind(*, stage_id: int, by: User, at: datetime) -> int:
    """Remind every judge who has cards open in a stage; return how many. Raises ``AwardError`` wrong_status."""
    stage = Stage.objects.select_related("programme").get(pk=stage_id)
    programme = programme_lock(stage.programme_id, within={ProgrammeStatus.OPEN})
    counts: dict[int, list[str]] = defaultdict(list)
    cards = Assignment.objects.filter(stage=stage, judge__removed_at=None)
    cards = cards.exclude(state__in=[AssignmentState.RECUSED, AssignmentState.REMOVED])
    for key, state in cards.values_list("judge", "state"):
        counts[key].append(state)
    late = {key: states for key, states in counts.items() if AssignmentState.ASSIGNED in states}
    for judge in Judge.objects.filter(pk__in=list(late)).select_related("user"):
        states = late[judge.pk]
        params = {
            "programme": str(programme),
            "done": len(states) - states.count(AssignmentState.ASSIGNED),
            "number": len(states),
            "day": stage.closes_at.astimezone(programme.zone).date().isoformat(),
        }
        url = f"/awards/{programme.code}/judging/"
        notice_send(to=judge.user, kind="awards.remind", params=params, url=url, at=at)
    record(programme, "reminded", {"stage": stage.code, "judges": len(late)}, by=by, at=at)
    return len(late)
