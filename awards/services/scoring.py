"""A judge's card: saved while it is filled, handed in, abstained from; stepping aside; comparing two entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from awards.models import Assignment, AssignmentState, Entry, Preference, ProgrammeStatus, RecusalKind, Score
from awards.scheme import JUDGING
from awards.services.errors import AwardError, StaleError
from awards.services.recording import record, require_printable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from accounts.models import User

LONGEST = 5000


@dataclass(frozen=True)
class CardInput:
    """What a judge filled in: by criterion a level (None: not yet) and a comment; two texts about the whole."""

    scores: Mapping[str, tuple[int | None, str]]
    note: str = ""
    feedback: str = ""


def _lock(card_id: int, at: datetime) -> Assignment:
    """Lock a card that may change now. Raises ``AwardError`` card_closed."""
    found = Assignment.objects.select_for_update(of=("self",)).select_related("stage__programme", "judge", "entry")
    card = found.get(pk=card_id)
    programme = card.stage.programme
    open_now = programme.status == ProgrammeStatus.OPEN and card.stage.state(at) == "open"
    gone = card.state in {AssignmentState.RECUSED, AssignmentState.REMOVED}
    if not open_now or gone or card.judge.removed_at or card.entry.status != "submitted":
        raise AwardError("card_closed")
    return card


@transaction.atomic
def card_save(*, card_id: int, content: CardInput, revision: int, by: User, at: datetime) -> Assignment:
    """Save a card on the revision that the judge saw; one that lacks a level is not handed in any more.

    Raises ``AwardError`` card_closed, bad_level, too_long; ``StaleError`` when another tab saved first.
    """
    card = _lock(card_id, at)
    if card.revision != revision:
        raise StaleError(card)
    _write(card, content)
    card.revision += 1
    card.seen = card.seen or card.entry.revision
    if card.state == AssignmentState.ABSTAINED or (card.state == AssignmentState.SUBMITTED and _missing(card)):
        card.state, card.submitted_at = AssignmentState.ASSIGNED, None
    card.save()
    levels = {score.criterion: score.level for score in card.scores.all()}
    record(card.stage.programme, "card_saved", {**_facts(card), "levels": levels}, by=by, at=at)
    return card


def _write(card: Assignment, content: CardInput) -> None:
    """Write levels and texts. Raises ``AwardError`` bad_level, too_long, no_ask."""
    scheme = card.stage.programme.scheme
    known = {criterion.code for criterion in scheme.criteria_of(card.stage.code)}
    texts = [content.note, content.feedback, *(comment for _level, comment in content.scores.values())]
    if any(len(text) > LONGEST for text in texts):
        raise AwardError("too_long", most=LONGEST, have=max(map(len, texts)))
    require_printable(*texts)
    if content.scores.keys() - known:
        raise AwardError("no_ask")
    for level, _comment in content.scores.values():
        if level is not None and not scheme.least <= level <= scheme.most:
            raise AwardError("bad_level", least=scheme.least, most=scheme.most)
    present = {score.criterion: score for score in card.scores.all()}
    changed, new = [], []
    for code, (level, comment) in content.scores.items():
        score = present.get(code)
        if score is None:
            new.append(Score(assignment=card, criterion=code, level=level, comment=comment))
        elif (score.level, score.comment) != (level, comment):
            score.level, score.comment = level, comment
            changed.append(score)
    Score.objects.bulk_create(new)
    Score.objects.bulk_update(changed, ["level", "comment"])
    card.note, card.feedback = content.note, content.feedback


def _missing(card: Assignment) -> list[Mapping[str, str]]:
    """Return the titles of criteria without a level."""
    given = set(card.scores.filter(level__isnull=False).values_list("criterion", flat=True))
    criteria = card.stage.programme.scheme.criteria_of(card.stage.code)
    return [criterion.title for criterion in criteria if criterion.code not in given]


@transaction.atomic
def card_submit(*, card_id: int, seen: int, by: User, at: datetime) -> Assignment:
    """Hand a card in, for the version of the entry that the judge has before them.

    Raises ``AwardError`` card_closed, card_incomplete (with the criteria), entry_changed.
    """
    card = _lock(card_id, at)
    if seen != card.entry.revision:
        raise AwardError("entry_changed")
    if missing := _missing(card):
        raise AwardError("card_incomplete", criteria=missing)
    card.state, card.seen, card.submitted_at, card.revision = AssignmentState.SUBMITTED, seen, at, card.revision + 1
    card.save()
    levels = {score.criterion: score.level for score in card.scores.all()}
    record(card.stage.programme, "card_submitted", {**_facts(card), "levels": levels}, by=by, at=at)
    return card


@transaction.atomic
def card_abstain(*, card_id: int, reason: str, by: User, at: datetime) -> Assignment:
    """Give no score, with a reason; what was filled in is kept and not counted. Raises ``AwardError``."""
    card = _lock(card_id, at)
    require_printable(reason)
    if not reason.strip():
        raise AwardError("no_reason")
    card.state, card.reason, card.revision = AssignmentState.ABSTAINED, reason, card.revision + 1
    card.save()
    record(card.stage.programme, "card_abstained", {**_facts(card), "reason": reason}, by=by, at=at)
    return card


@transaction.atomic
def card_recuse(*, card_id: int, kind: str, reason: str, by: User, at: datetime) -> Assignment:
    """Step aside from an entry for good. A score given before is kept and not counted, and the ledger says so.

    Raises ``AwardError`` card_closed, no_reason.
    """
    card = _lock(card_id, at)
    if not reason.strip() or kind not in RecusalKind.values:
        raise AwardError("no_reason")
    had = card.state == AssignmentState.SUBMITTED
    card.state, card.reason_kind, card.reason = AssignmentState.RECUSED, kind, reason
    card.revision += 1
    card.save()
    facts = {**_facts(card), "kind": kind, "reason": reason, "had_score": had}
    record(card.stage.programme, "card_recused", facts, by=by, at=at)
    return card


def _facts(card: Assignment) -> dict[str, object]:
    return {
        "stage": card.stage.code,
        "judge": card.judge.key,
        "entry": card.entry.code,
        "version": card.seen,
        "revision": card.revision,
    }


@transaction.atomic
def preference_set(
    *, one: Assignment, other: Assignment, criterion: str, better: str, by: User, at: datetime
) -> Preference:
    """Keep which of two own entries is better in a criterion: a card's code, or ``none`` for cannot tell.

    Raises ``AwardError`` card_closed, no_ask.
    """
    first, second = _lock(one.pk, at), _lock(other.pk, at)
    stage = first.stage
    known = {each.code for each in stage.programme.scheme.criteria_of(stage.code)}
    chosen: dict[str, Entry | None] = {first.code: first.entry, second.code: second.entry, "none": None}
    same = first.stage_id == second.stage_id and first.judge_id == second.judge_id and first.pk != second.pk
    if not same or criterion not in known or better not in chosen or stage.spec.kind != JUDGING:
        raise AwardError("no_ask")
    low, high = sorted((first.entry, second.entry), key=lambda entry: entry.pk)
    row, _made = Preference.objects.update_or_create(
        judge=first.judge,
        stage=stage,
        criterion=criterion,
        one=low,
        other=high,
        defaults={"better": chosen[better], "at": at},
    )
    winner = chosen[better]
    facts = {
        "stage": stage.code,
        "judge": first.judge.key,
        "criterion": criterion,
        "pair": [low.code, high.code],
        "better": winner.code if winner else "",
    }
    record(stage.programme, "compared", facts, by=by, at=at)
    return row
