"""What becomes of the answers of an audit that goes over to another edition. Pure: no Django, no clock, no database.

A plan is plain data (``plan_document``): what a preview shows, what is done, and what is kept of it are the same.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import rfc8785

from standards.editions.comparison import Aspect, Carry
from standards.scoring import CaseError, parse_case
from standards.scoring.decimals import exact
from standards.scoring.model import QUARTERS_FACT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from standards.editions.comparison import Comparison, CriterionChange
    from standards.scoring import EditionSpec, Result, TierResult

Data = dict[str, Any]
SCHEMA = 1
MOVE, UNDO = "move", "undo"
# What a person must have read before anything is done: answers that do not count any more.
TO_READ = (Carry.AGAIN, Carry.GONE)


class MoveRefusedError(Exception):
    """The audit cannot go over; ``codes`` say why (words in ``audits.words``). Nothing was changed.

    not_a_target, older_edition, answered_since, no_reason, plan_changed, unread.
    """

    def __init__(self, *codes: str) -> None:
        """Keep all reasons."""
        super().__init__(", ".join(codes))
        self.codes = codes


class Why(StrEnum):
    """Why an answer does not hold on the newer edition."""

    MERGED = "merged"
    SPLIT = "split"
    SCALE = "scale"
    KIND = "kind"
    MEANING = "meaning"
    REWORDED = "reworded"
    NA = "not_applicable"


_BY_ASPECT = {Aspect.MERGED: Why.MERGED, Aspect.SPLIT: Why.SPLIT, Aspect.SCALE: Why.SCALE, Aspect.KIND: Why.KIND}


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it stands, with the SHA-256 of its evidence and the numbers of the findings on its criterion."""

    code: str
    level: int | None = None
    na_reason: str = ""
    note: str = ""
    revision: int = 0
    by: str = ""
    at: str = ""
    evidence: tuple[str, ...] = ()
    findings: tuple[int, ...] = ()

    @property
    def answered(self) -> bool:
        """Say whether it counts for the score."""
        return self.level is not None or bool(self.na_reason)

    @property
    def touched(self) -> bool:
        """Say whether anybody ever wrote, attached or found anything here."""
        return bool(self.answered or self.note or self.revision or self.evidence or self.findings)

    def as_json(self) -> Data:
        """Return it as plain data."""
        return {
            "code": self.code,
            "level": self.level,
            "na_reason": self.na_reason,
            "note": self.note,
            "revision": self.revision,
            "by": self.by,
            "at": self.at,
            "evidence": list(self.evidence),
            "findings": list(self.findings),
        }

    def as_case(self) -> Data:
        """Return the answer in the shape of ``score_file``."""
        return {"na": self.na_reason} if self.level is None else {"level": self.level}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one criterion, with the answers it had: several where criteria were merged."""

    code: str
    carry: Carry
    given: tuple[Given, ...] = ()
    why: tuple[str, ...] = ()
    aspects: tuple[str, ...] = ()

    def as_json(self) -> Data:
        """Return it as plain data."""
        return {
            "code": self.code,
            "carry": str(self.carry),
            "why": [str(each) for each in self.why],
            "aspects": [str(each) for each in self.aspects],
            "from": [each.as_json() for each in self.given],
        }


def outcomes(comparison: Comparison, given: Mapping[str, Given], spec: EditionSpec) -> tuple[Outcome, ...]:
    """Return what becomes of every criterion of both editions; ``spec`` is the newer one's."""
    return tuple(_outcome(change, given, spec) for change in comparison.criteria)


def _outcome(change: CriterionChange, given: Mapping[str, Given], spec: EditionSpec) -> Outcome:
    answers = tuple(given[each["code"]] for each in change.old)
    carry, why = change.carry, tuple(_why(change))
    if carry is Carry.UNCHANGED and answers[0].na_reason and not spec.row_by_code[change.code].na_allowed:
        carry, why = Carry.AGAIN, (Why.NA,)
    return Outcome(change.code, carry, answers, why, tuple(map(str, change.aspects)))


def _why(change: CriterionChange) -> Iterator[str]:
    if change.carry is not Carry.AGAIN or change.origin is None:
        return
    yield from (why for aspect, why in _BY_ASPECT.items() if aspect in change.aspects)
    if change.origin.meaning == "changed":
        yield Why.MEANING
    elif Aspect.REWORDED in change.aspects and change.origin.meaning != "same":
        yield Why.REWORDED


def outcomes_back(plan: Data, now: Mapping[str, Given], then: Mapping[str, Given]) -> tuple[Outcome, ...]:
    """Return what undoing a move does: every answer as it was before, and the untouched new rows gone.

    ``now``: answers by code of the edition that is left; ``then``: those that stayed with the edition gone back to.
    Raises ``MoveRefusedError`` (answered_since) once anything was answered on the newer edition.
    """
    back: dict[str, Outcome] = {}
    fresh: list[Outcome] = []
    for each in plan["criteria"]:
        carry, code = Carry(each["carry"]), each["code"]
        if carry is Carry.UNCHANGED:
            (before,) = each["from"]
            if now[code].revision != before["revision"]:
                raise MoveRefusedError("answered_since")
            back[before["code"]] = Outcome(before["code"], carry, (now[code],))
            continue
        for before in each["from"]:
            back[before["code"]] = Outcome(before["code"], Carry.UNCHANGED, (then[before["code"]],))
        if carry is not Carry.GONE:
            if now[code].touched:
                raise MoveRefusedError("answered_since")
            fresh.append(Outcome(code, Carry.GONE, (now[code],)))
    return (*back.values(), *fresh)


def facts_carried(facts: Mapping[str, Data], old: Data, new: Data, spec: EditionSpec) -> dict[str, Data]:
    """Return the facts that mean the same on the newer edition: declared there with the same type and unit."""
    before, after = ({fact["code"]: (fact["type"], fact["unit"]) for fact in doc["facts"]} for doc in (old, new))
    return {
        name: fact
        for name, fact in facts.items()
        if _fits(spec, name, fact.get("value")) and (name not in before or before[name] == after.get(name))
    }


def _fits(spec: EditionSpec, name: str, value: Any) -> bool:
    if name not in spec.facts and name != QUARTERS_FACT:
        return False
    try:
        parse_case(spec, {"facts": {name: value}})
    except CaseError:
        return False
    return True


def tier_changes(before: Result, after: Result) -> list[Data]:
    """Return the score of every tier that either edition has: ``{"tier", "before", "after"}``, None where it is not."""
    old, new = ({tier.code: _interval(tier) for tier in result.tiers} for result in (before, after))
    return [{"tier": code, "before": old.get(code), "after": new.get(code)} for code in {**new, **old}]


def _interval(tier: TierResult) -> Data:
    return {"low": exact(tier.low), "high": exact(tier.high), "points": exact(tier.points), "attained": tier.attained}


def gate_changes(before: Result, after: Result) -> list[Data]:
    """Return the gates whose state differs, also those that came or went: ``{"tier", "gate", "before", "after"}``."""
    old, new = (
        {(tier.code, gate.gate): gate.state.value for tier in result.tiers for gate in tier.gates}
        for result in (before, after)
    )
    return [
        {"tier": tier, "gate": gate, "before": old.get((tier, gate)), "after": new.get((tier, gate))}
        for tier, gate in {**new, **old}
        if old.get((tier, gate)) != new.get((tier, gate))
    ]


def counts_of(found: Iterable[Outcome]) -> dict[str, int]:
    """Count the criteria by what becomes of them."""
    carries = [outcome.carry for outcome in found]
    return {str(carry): carries.count(carry) for carry in Carry}


def must_read(plan: Data) -> tuple[str, ...]:
    """Return the groups (again, gone) in which somebody's work stops counting, so that it must be read first."""
    return tuple(
        str(carry)
        for carry in TO_READ
        if any(_touched(given) for each in plan["criteria"] if each["carry"] == carry for given in each["from"])
    )


def _touched(given: Data) -> bool:
    return Given(**{**given, "evidence": tuple(given["evidence"]), "findings": tuple(given["findings"])}).touched


def fingerprint(plan: Data) -> str:
    """Return the SHA-256 of a plan: of answers with revision, evidence and findings, both editions, and scores."""
    return hashlib.sha256(rfc8785.dumps(plan)).hexdigest()


def is_newer(version: str, than: str) -> bool:
    """Say whether a version comes after another; numbers in it count as numbers.

    >>> is_newer("2026", "2025"), is_newer("v10", "v9"), is_newer("2026", "2026")
    (True, True, False)
    """
    return _order(version) > _order(than)


def _order(version: str) -> list[tuple[int, int, str]]:
    pieces: list[str] = re.findall(r"\d+|\D+", version)
    return [(1, int(each), "") if each.isdecimal() else (0, 0, each) for each in pieces]
