"""What the panel agrees on, gates, frozen results and their corrections, the announcement."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from awards.honours import awards_document, honours_again
from awards.models import (
    Assignment,
    AssignmentState,
    Consensus,
    Correction,
    Entry,
    ProgrammeStatus,
    Result,
    ResultSignature,
    Score,
    Stage,
    TieDecision,
)
from awards.scheme import JUDGING
from awards.selectors.desk import counted_cards, stage_facts
from awards.selectors.panels import entries_in
from awards.services.errors import AwardError, FrozenFirstError
from awards.services.recording import programme_lock, record, require_printable, require_stranger
from awards.tally import code_version, facts_document, group_document, tally
from ledger.chain import canonical, time_text
from ledger.outbox import outbox_add

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal
    from fractions import Fraction

    from accounts.models import User
    from awards.models import Programme
    from awards.tally import Group

FORMAT = "touchstone-award-results/2"
# By name: the key and the task are in a room above, see docs/decisions/0032.
SIGN_TASK = "reports.results_sign"


def _stage(stage_id: int) -> Stage:
    """Lock the programme of a judging stage that is open to the chair. Raises ``AwardError``."""
    stage = Stage.objects.select_related("programme").get(pk=stage_id)
    stage.programme = programme_lock(stage.programme_id, within={ProgrammeStatus.OPEN})
    if stage.spec.kind != JUDGING:
        raise AwardError("not_judging")
    return stage


@transaction.atomic
def consensus_record(
    *, stage_id: int, entry: Entry, criterion: str, level: Decimal, reason: str, by: User, at: datetime
) -> Consensus:
    """Record what the panel agreed on for a criterion; the scores stay as they are.

    Raises ``AwardError``: no_scores, outside_panel (with what the panel gave), no_reason, wrong_status.
    """
    stage = _stage(stage_id)
    require_printable(reason)
    require_stranger(by, entry.organisation_id)
    if not reason.strip():
        raise AwardError("no_reason")
    rows = Score.objects.filter(assignment__in=counted_cards(stage), assignment__entry=entry, criterion=criterion)
    levels = [level for level in rows.values_list("level", flat=True) if level is not None]
    if not levels:
        raise AwardError("no_scores")
    if not min(levels) <= level <= max(levels):
        raise AwardError("outside_panel", low=min(levels), high=max(levels))
    row = Consensus.objects.create(
        stage=stage, entry=entry, criterion=criterion, level=level, reason=reason, by=by, at=at
    )
    facts = {"stage": stage.code, "entry": entry.code, "criterion": criterion, "level": str(level), "reason": reason}
    record(stage.programme, "consensus", facts, by=by, at=at)
    return row


@transaction.atomic
def tie_decide(*, stage_id: int, order: Sequence[str], reason: str, by: User, at: datetime) -> TieDecision:
    """Record how the panel ordered entries that were level on every other rung.

    Raises ``AwardError``: not_tied where these entries hold no place jointly, no_reason, wrong_status.
    """
    stage = _stage(stage_id)
    require_printable(reason)
    require_stranger(by, *Entry.objects.filter(code__in=order).values_list("organisation", flat=True))
    if not reason.strip():
        raise AwardError("no_reason")
    tied = [
        set(place.entrants)
        for group in tally(stage_facts(stage)).values()
        for place in (group.ranking.places if group.ranking else ())
        if len(place.entrants) > 1
    ]
    if set(order) not in tied or len(set(order)) != len(order):
        raise AwardError("not_tied")
    row = TieDecision.objects.create(stage=stage, entries=list(order), reason=reason, by=by, at=at)
    facts = {"stage": stage.code, "order": list(order), "reason": reason}
    record(stage.programme, "tie_decided", facts, by=by, at=at)
    return row


@transaction.atomic
def gate_close(*, stage_id: int, by: User, at: datetime) -> Stage:
    """Let the best go on, as the gate says; who shares the last place goes on too.

    Raises ``AwardError``: gate_closed, judging_open, unresolved, not_judging, wrong_status.
    """
    stage = _stage(stage_id)
    if stage.gate_closed_at:
        raise AwardError("gate_closed")
    if stage.state(at) != "over":
        raise AwardError("judging_open")
    groups = tally(stage_facts(stage))
    top = stage.spec.top
    if not any(group.ranking for group in groups.values()):
        raise AwardError("unresolved")
    stage.passed = sorted(_through(groups, top, of_all=stage.spec.of_all))
    stage.gate_closed_at, stage.gate_closed_by = at, by
    stage.save(update_fields=["passed", "gate_closed_at", "gate_closed_by"])
    facts = {"stage": stage.code, "top": top, "passed": stage.passed}
    record(stage.programme, "gate_closed", facts, by=by, at=at)
    return stage


def _through(groups: dict[str, Group], top: int | None, *, of_all: bool) -> set[str]:
    """Return the codes of the entries that go on."""
    if of_all and top is not None:
        scores: dict[str, Fraction] = {code: score for group in groups.values() for code, score in group.scores.items()}
        cut = sorted(scores.values(), reverse=True)[:top]
        return {code for code, score in scores.items() if score >= cut[-1]}
    places = {code: place for group in groups.values() if group.ranking for code, place in group.ranking.of().items()}
    return {code for code, place in places.items() if top is None or place <= top}


@transaction.atomic
def results_freeze(*, programme_id: int, by: User, at: datetime) -> Result:
    """Fix the results for ever: every score, every agreement, the method and the code that made the order.

    Raises ``AwardError``: judging_open, unresolved; ``FrozenFirstError`` when another chair was faster.
    """
    programme = programme_lock(programme_id)
    if Result.objects.filter(programme=programme).exists():
        raise FrozenFirstError
    if programme.status != ProgrammeStatus.OPEN:
        raise AwardError("wrong_status", status=programme.get_status_display())
    content = results_content(programme, by=by, at=at)
    text = canonical(content)
    result = Result.objects.create(
        programme=programme,
        content=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        frozen_by=by,
        frozen_at=at,
    )
    programme.status = ProgrammeStatus.FROZEN
    programme.save(update_fields=["status"])
    outbox_add(task=SIGN_TASK, argument=str(result.pk), at=at)
    facts = {"sha256": result.sha256, "code": content["code"], "winners": content["winners"]}
    record(programme, "results_frozen", facts, by=by, at=at)
    return result


def results_content(programme: Programme, *, by: User, at: datetime) -> dict[str, Any]:
    """Return the results as plain values. Raises ``AwardError`` judging_open, unresolved."""
    stages = [stage for stage in programme.stages.all() if programme.scheme.stage(stage.code).kind == JUDGING]
    parts, last = [], {}
    for stage in stages:
        stage.programme = programme
        if stage.state(at) != "over":
            raise AwardError("judging_open")
        facts = stage_facts(stage)
        last = tally(facts)
        parts.append(
            {
                "code": stage.code,
                "facts": facts_document(facts),
                "outcome": [group_document(group) for group in last.values()],
                "passed": stage.passed,
            }
        )
    if not any(group.ranking for group in last.values()):
        raise AwardError("unresolved")
    judged = {entry.pk: entry for stage in stages for entry in entries_in(stage)}
    versions = {entry.pk: entry.versions.get(number=entry.revision) for entry in judged.values()}
    document = {
        "format": FORMAT,
        "programme": {
            "code": programme.code,
            "name": programme.name,
            "year": programme.year,
            "organiser": programme.organiser.name,
            "sha256": programme.sha256,
        },
        "code": code_version(),
        "at": time_text(at),
        "by": by.pk,
        "entries": [
            {
                "code": entry.code,
                "category": entry.category,
                "division": entry.division,
                "organisation": entry.organisation.name,
                "centre": entry.centre.name if entry.centre else "",
                "nominee": entry.nominee,
                "title": entry.title,
                "version": entry.revision,
                "sha256": versions[entry.pk].sha256,
            }
            for entry in sorted(judged.values(), key=lambda each: each.code)
        ],
        "not_counted": _not_counted(programme),
        "awards": awards_document(programme.scheme.awards),
        "stages": parts,
    }
    return {**document, "winners": honours_again(document)}


def _not_counted(programme: Programme) -> list[dict[str, str]]:
    """Return the cards that were given and do not count, with the reason."""
    cards = Assignment.objects.filter(stage__programme=programme).exclude(state=AssignmentState.ASSIGNED)
    found = []
    for card in cards.select_related("stage", "judge", "entry").order_by("pk"):
        why = "" if card.state == AssignmentState.SUBMITTED else str(card.state)
        why = why or ("judge_removed" if card.judge.removed_at else "")
        why = "calibration" if card.entry.calibration is not None else why
        if why:
            found.append({"stage": card.stage.code, "entry": card.entry.code, "judge": card.judge.key, "why": why})
    return found


@transaction.atomic
def result_correct(*, programme_id: int, text: str, by: User, at: datetime) -> Correction:
    """Append a correction to frozen results; what was frozen stays. Raises ``AwardError`` not_frozen, no_reason."""
    programme = programme_lock(programme_id)
    result = Result.objects.filter(programme=programme).first()
    if result is None:
        raise AwardError("not_frozen")
    if not text.strip():
        raise AwardError("no_reason")
    before = result.corrections.order_by("-pk").values_list("sha256", flat=True).first() or result.sha256
    content = canonical({"before": before, "text": text, "at": time_text(at), "by": by.pk})
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    row = Correction.objects.create(result=result, text=text, content=content, sha256=sha256, by=by, at=at)
    outbox_add(task=SIGN_TASK, argument=str(result.pk), at=at)
    record(programme, "results_corrected", {"before": before, "sha256": sha256, "text": text}, by=by, at=at)
    return row


@dataclass(frozen=True)
class Sealed:
    """A signature over frozen results or over a correction, as JWS parts, with the certificates of who signed (PEM)."""

    protected: str
    signature: str
    certificates: str
    signer: str
    fingerprint: str


@transaction.atomic
def signature_keep(
    *, result_id: int, correction_id: int | None, sealed: Sealed, by: User | None, at: datetime
) -> ResultSignature:
    """Keep the signature over frozen results, or over one of their corrections; the first one stands for ever."""
    result = Result.objects.select_related("programme").get(pk=result_id)
    programme_lock(result.programme_id)
    kept = ResultSignature.objects.filter(result=result, correction=correction_id).first()
    if kept:
        return kept
    row = ResultSignature.objects.create(
        result=result,
        correction_id=correction_id,
        protected=sealed.protected,
        signature=sealed.signature,
        certificates=sealed.certificates,
        signer=sealed.signer,
        fingerprint=sealed.fingerprint,
        signed_at=at,
    )
    signed = row.correction.sha256 if row.correction else result.sha256
    facts = {"sha256": signed, "fingerprint": sealed.fingerprint, "signature": sealed.signature}
    record(result.programme, "results_signed", facts, by=by, at=at)
    return row


@transaction.atomic
def results_announce(*, programme_id: int, embargo_until: datetime | None, by: User, at: datetime) -> Programme:
    """Announce frozen results, at once or from a moment on, which can be moved until then.

    Raises ``AwardError`` not_frozen, public_already.
    """
    programme = programme_lock(programme_id)
    if programme.status not in {ProgrammeStatus.FROZEN, ProgrammeStatus.ANNOUNCED}:
        raise AwardError("not_frozen")
    if programme.is_public(at):
        raise AwardError("public_already")
    programme.status, programme.embargo_until, programme.announced_at = ProgrammeStatus.ANNOUNCED, embargo_until, at
    programme.save(update_fields=["status", "embargo_until", "announced_at"])
    facts = {"embargo_until": embargo_until.isoformat() if embargo_until else ""}
    record(programme, "results_announced", facts, by=by, at=at)
    return programme
