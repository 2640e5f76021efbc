"""What moving an audit to another edition would do, what it did, and what was answered before."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Prefetch, Q, prefetch_related_objects

from audits.carrying import (
    MOVE,
    SCHEMA,
    UNDO,
    Given,
    MoveRefusedError,
    counts_of,
    facts_carried,
    fingerprint,
    gate_changes,
    is_newer,
    must_read,
    outcomes,
    outcomes_back,
    tier_changes,
)
from audits.models import Answer, Audit, AuditMove, Evidence
from audits.selectors.case import asked_codes, audit_case
from audits.selectors.market import market_verdicts
from standards.editions.comparison import Carry, compare
from standards.models import Edition, EditionStatus
from standards.scoring import parse_case, score
from standards.selectors import edition_document, edition_spec, gated_kpis

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from audits.carrying import Outcome
    from standards.scoring import Result

Data = dict[str, Any]
HEAVY_TEXTS = ("anchors", "look_at", "evidence", "crosswalk", "requirement")
# An edition that was superseded since can still be gone back to; a withdrawn one cannot.
GONE_BACK_TO = (EditionStatus.PUBLISHED, EditionStatus.SUPERSEDED)


@dataclass(frozen=True, slots=True)
class Target:
    """An edition that the audit can move to; ``undoes`` is the move that going there takes back."""

    edition: Edition
    undoes: AuditMove | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A move before it is made: what is shown, what is confirmed by its hash, and what is then written.

    ``facts`` and ``market`` are those of the audit afterwards.
    """

    target: Target
    plan: Data
    outcomes: tuple[Outcome, ...]
    facts: dict[str, Any]
    market: dict[str, dict[str, Any]]

    @property
    def fingerprint(self) -> str:
        """Return the hash of the plan: whoever confirms names it, so that nothing else is done."""
        return fingerprint(self.plan)

    @property
    def must_read(self) -> tuple[str, ...]:
        """Return the groups that have to be read first."""
        return must_read(self.plan)


def move_targets(audit: Audit) -> list[Target]:
    """Return where the audit can move: newer published editions, and back by undoing the last move; two queries."""
    last = last_move(audit)
    editions = (
        Edition.objects.filter(code=audit.edition.code, status__in=GONE_BACK_TO)
        .exclude(pk=audit.edition_id)
        .defer("document")
        .order_by("-version")
    )
    found = []
    for edition in editions:
        if last is not None and edition.pk == last.old_edition_id:
            found.append(Target(edition, last))
        elif edition.status == EditionStatus.PUBLISHED and is_newer(edition.version, audit.edition.version):
            found.append(Target(edition))
    return found


def last_move(audit: Audit) -> AuditMove | None:
    """Return the last move that was not undone, None where there is none; one query."""
    return audit.moves.filter(undoes=None, undone_by=None).order_by("-pk").first()


def target_for(audit: Audit, edition_id: int) -> Target:
    """Return the target with this edition. Raises ``MoveRefusedError`` (not_a_target, older_edition)."""
    found = next((each for each in move_targets(audit) if each.edition.pk == edition_id), None)
    if found is not None:
        return found
    older = Edition.objects.filter(pk=edition_id, code=audit.edition.code).exclude(pk=audit.edition_id).first()
    if older is not None and is_newer(audit.edition.version, older.version):
        raise MoveRefusedError("older_edition")
    raise MoveRefusedError("not_a_target")


def move_plan(audit: Audit, target: Target, *, today: date) -> Move:
    """Return what moving the audit now would do; the same number of queries for any edition and any evidence.

    Raises ``MoveRefusedError`` (answered_since) where the last move can no longer be undone.
    """
    return _planned(audit, target, _given(audit, target.edition), today=today)


def effect_on(audit: Audit, edition: Edition, *, today: date) -> Data:
    """Return the plan of moving the audit to any newer edition, drafts included: for looking only."""
    return _planned(audit, Target(edition), _given(audit, edition), today=today).plan


def _planned(audit: Audit, target: Target, given: Mapping[int, Mapping[str, Given]], *, today: date) -> Move:
    edition, undoes = target.edition, target.undoes
    now = given[audit.edition_id]
    old, new = edition_document(audit.edition), edition_document(edition)
    spec = edition_spec(edition)
    if undoes is not None:
        found = outcomes_back(undoes.plan, now, given[edition.pk])
        facts, left = _facts_back(audit, undoes.plan), {}
    else:
        found = outcomes(compare(old, new), now, spec)
        facts = facts_carried(audit.facts, old, new, spec)
        left = {name: fact for name, fact in audit.facts.items() if name not in facts}
    after = copy.copy(audit)
    after.edition, after.facts = edition, facts
    after.market = market_verdicts(audit, edition, gated_kpis(edition))
    results = (_score(audit, now.values(), today), _score(after, _answered_after(found), today))
    plan = {
        "schema": SCHEMA,
        "kind": MOVE if undoes is None else UNDO,
        "audit": audit.reference,
        "old": _named(audit.edition),
        "new": _named(edition),
        "counts": counts_of(found),
        "criteria": [outcome.as_json() for outcome in found],
        "not_asked": sorted(edition_spec(edition).row_by_code.keys() - asked_codes(after)),
        "facts": {"carried": facts, "gone": left},
        "market": {"before": _states(audit.market), "after": _states(after.market)},
        "tiers": tier_changes(*results),
        "gates": gate_changes(*results),
    }
    return Move(target, plan, found, facts, after.market)


def _facts_back(audit: Audit, plan: Data) -> dict[str, Any]:
    if audit.facts != plan["facts"]["carried"]:
        raise MoveRefusedError("answered_since")
    return {**plan["facts"]["gone"], **audit.facts}


def _answered_after(found: Iterable[Outcome]) -> list[Given]:
    """Return the answers that count afterwards, under the codes that their criteria then have."""
    carried = (outcome for outcome in found if outcome.carry is Carry.UNCHANGED)
    return [replace(outcome.given[0], code=outcome.code) for outcome in carried]


def _score(audit: Audit, answers: Iterable[Given], today: date) -> Result:
    case = audit_case(audit, (), today=today)
    case["answers"] = {each.code: each.as_case() for each in answers if each.answered}
    spec = edition_spec(audit.edition)
    return score(spec, parse_case(spec, case))


def _named(edition: Edition) -> dict[str, str]:
    return {"code": edition.code, "version": edition.version, "sha256": edition.sha256}


def _states(market: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    return {kpi: verdict["state"] for kpi, verdict in market.items()}


def _given(audit: Audit, other: Edition) -> dict[int, dict[str, Given]]:
    """Return the answers as they stand, by edition and code: three queries."""
    editions = (audit.edition_id, other.pk)
    evidence: dict[int, list[str]] = {}
    links = Answer.evidence.through.objects.filter(answer__audit=audit).order_by("evidence_id")
    for answer, sha256 in links.values_list("answer_id", "evidence__sha256"):
        evidence.setdefault(answer, []).append(sha256)
    findings: dict[int, list[int]] = {}
    for criterion, number in audit.findings.order_by("number").values_list("criterion_id", "number"):
        findings.setdefault(criterion, []).append(number)
    found: dict[int, dict[str, Given]] = {pk: {} for pk in editions}
    answers = (
        audit.answers.filter(criterion__edition__in=editions)
        .select_related("criterion", "answered_by")
        .only(
            *("audit_id", "level", "na_reason", "note", "revision", "answered_at"),
            *("answered_by__name", "answered_by__email"),
            *("criterion__code", "criterion__edition_id", "criterion__position"),
        )
    )
    for each in answers:
        found[each.criterion.edition_id][each.criterion.code] = Given(
            code=each.criterion.code,
            level=each.level,
            na_reason=each.na_reason,
            note=each.note,
            revision=each.revision,
            by=str(each.answered_by or ""),
            at=each.answered_at.isoformat() if each.answered_at else "",
            evidence=tuple(evidence.get(each.pk, ())),
            findings=tuple(findings.get(each.criterion_id, ())),
        )
    return found


def with_former(answers: list[Answer]) -> list[Answer]:
    """Return the answers, each with what was answered before to what it asks as ``answered_before``; two queries.

    Those are answers, notes or evidence on editions that the audit has left: shown beside, never counted.
    """
    links = Answer.evidence.through.objects.filter(answer=OuterRef("pk"))
    former = (
        Answer.objects.filter(Q(revision__gt=0) | Q(Exists(links)))
        .select_related("criterion__edition", "answered_by")
        .defer("criterion__edition__document", *(f"criterion__{name}" for name in HEAVY_TEXTS))
        .prefetch_related(Prefetch("evidence", Evidence.objects.order_by("pk")))
        .order_by("-criterion__edition__version", "criterion__position")
    )
    prefetch_related_objects(answers, Prefetch("former", former, to_attr="answered_before"))
    return answers


def moves_of(audit: Audit) -> list[AuditMove]:
    """Return the moves of an audit, the latest first, with everything that a line about them shows; one query."""
    moves = audit.moves.select_related("old_edition", "new_edition", "by", "undone_by").order_by("-pk")
    found = list(moves.defer("old_edition__document", "new_edition__document"))
    for move in found:
        move.undone = getattr(move, "undone_by", None)  # type: ignore[attr-defined] # None, where it raises
    return found
