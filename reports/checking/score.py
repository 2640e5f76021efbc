"""The score anew: from the edition and the answers that the file carries to the result that it claims."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import rfc8785

from benchmarks.message import marked as _
from reports.carried import CERTIFICATE
from reports.checking.container import BROKEN
from reports.checking.verdict import BAD, GOOD, OPEN, row
from standards.editions import spec_of
from standards.scoring import CaseError, next_tier_plan, parse_case, result_to_json, score
from standards.scoring.model import CENTRE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.checking.content import Carried, Data
    from reports.checking.verdict import Row


def check_score(carried: Carried) -> Iterator[Row]:
    """Yield whether the result is the frozen one, whether it follows, and whether the document shows it."""
    frozen = (carried.content.get("basis") or {}).get("frozen")
    if carried.kind == CERTIFICATE and carried.content.get("basis") is None:
        template = _("The holder keeps the levels out of the certificate: the report has them, result SHA-256 {named}.")
        yield row("score", OPEN, template, named=carried.content.get("result_sha256"))
        return
    if not isinstance(frozen, dict):
        yield row("score", BAD, _("The file carries no answers: the score cannot be computed anew."))
        return
    try:
        yield _frozen(carried, frozen)
        again = _again(carried, frozen)
        difference = first_difference(_numbers(frozen["result"]), _numbers(again))
        if difference:
            template = _(
                "The score does not follow from the answers: {place} is {claimed} in the file, {computed} anew."
            )
            place, claimed, computed = difference
            yield row("score", BAD, template, place=place, claimed=claimed, computed=computed)
            return
        yield row("score", GOOD, _("Computed anew from the answers it is the same: {score}."), score=_in_words(again))
        yield from _shown(carried, frozen, again)
    except CaseError as error:
        yield row("score", BAD, _("The answers do not fit the standard: {fault}"), fault=str(error))
    except BROKEN:
        yield row("score", BAD, _("The embedded content has not the form that a score can be computed from."))


def first_difference(claimed: Any, computed: Any, place: str = "") -> tuple[str, Any, Any] | None:
    """Return (place, one, other) of the first difference between two pieces of JSON, None when there is none."""
    if isinstance(claimed, dict) and isinstance(computed, dict):
        for key in sorted({*claimed, *computed}):
            found = first_difference(claimed.get(key), computed.get(key), f"{place}.{key}" if place else str(key))
            if found:
                return found
        return None
    if isinstance(claimed, list) and isinstance(computed, list) and len(claimed) == len(computed):
        pairs = enumerate(zip(claimed, computed, strict=True), 1)
        return next((found for n, (a, b) in pairs if (found := first_difference(a, b, f"{place} {n}"))), None)
    return None if claimed == computed and type(claimed) is type(computed) else (place, claimed, computed)


def _again(carried: Carried, frozen: Data) -> Data:
    spec = spec_of(carried.edition, carried.edition_sha256)
    case = parse_case(spec, frozen["case"])
    result = score(spec, case)
    return result_to_json(spec, result, next_tier_plan(spec, case, result))


def _numbers(result: Data) -> Data:
    """Leave out the words about gates: a later version may put the same numbers in other words."""
    tiers = {
        code: {
            **tier,
            "gates": [{k: v for k, v in gate.items() if k not in ("seen", "wanted")} for gate in tier["gates"]],
        }
        for code, tier in result["tiers"].items()
    }
    return {**result, "tiers": tiers}


def _frozen(carried: Carried, frozen: Data) -> Row:
    """Say whether the result is the one whose hash was frozen, on the edition and market release that are named."""
    digest = hashlib.sha256(rfc8785.dumps(frozen)).hexdigest()
    named = carried.content.get("result_sha256")
    market = (carried.content.get("market_release") or {}).get("sha256")
    if carried.content.get("draft"):
        return row("result", OPEN, _("A draft: the result was not frozen yet, and may change."))
    if (frozen.get("edition_sha256"), frozen.get("market_sha256")) != (carried.edition_sha256, market):
        return row("result", BAD, _("The result was frozen on another edition or market release than the file names."))
    if carried.kind == CERTIFICATE:
        template = _("A certificate carries levels without words; the whole result, SHA-256 {named}, is in the report.")
        return row("result", OPEN, template, named=named)
    if named != digest:
        return row("result", BAD, _("The result is not the frozen one: its SHA-256 is {found}."), found=digest)
    return row("result", GOOD, _("The result is the one frozen at submission, SHA-256 {found}."), found=digest)


def _shown(carried: Carried, frozen: Data, again: Data) -> Iterator[Row]:
    """Yield whether levels, totals and decision in the document are those of the result."""
    shown = {
        row_["code"]: row_["level"]
        for section in carried.content.get("sections", ())
        for clause in section["clauses"]
        for row_ in clause["rows"]
        if row_["level"] is not None
    }
    answers = {code: each["level"] for code, each in frozen["case"]["answers"].items() if "level" in each}
    levels = first_difference(shown, answers) if "sections" in carried.content else None
    points = first_difference(_shown_points(carried.content["tiers"]), _points(again))
    tier = first_difference(carried.content["tier"], again["tier"], "tier")
    wrong = levels or points or tier or _verdicts_differ(frozen)
    if wrong:
        template = _("The document shows {place} as {claimed}, the result has {computed}.")
        yield row("shown", BAD, template, place=wrong[0], claimed=wrong[1], computed=wrong[2])
    else:
        yield row("shown", GOOD, _("Levels, points and tier in the document are those of the result."))
    if carried.content.get("decision"):
        yield _decision(carried.content, again)


def _verdicts_differ(frozen: Data) -> tuple[str, Any, Any] | None:
    """Return the first market verdict that counted otherwise than its figures say; none counts for what is missing."""
    counted = frozen["case"].get("market", {})
    for kpi, verdict in (frozen.get("market") or {}).items():
        for bar, each in {CENTRE: verdict, **(verdict.get("bars") or {})}.items():
            found = counted.get(kpi)
            state = found.get(bar) if isinstance(found, dict) else found
            allowed = (None, "insufficient") if each["state"] == "missing" else (each["state"],)
            if state not in allowed:
                return f"market.{kpi} ({bar})", each["state"], state
    return None


def _shown_points(tiers: list[Data]) -> Data:
    return {
        tier["code"]: {
            "attained": tier["attained"],
            **{end: _number(tier["total"][end]) for end in ("low", "high")},
            **{b["code"]: [_number(b["points"]["low"]), _number(b["points"]["high"])] for b in tier["blocks"]},
        }
        for tier in tiers
    }


def _points(result: Data) -> Data:
    return {
        code: {
            "attained": tier["attained"],
            **{end: _number(tier["total"][end]) for end in ("low", "high")},
            **{name: [_number(b["low"]), _number(b["high"])] for name, b in tier["blocks"].items()},
        }
        for code, tier in result["tiers"].items()
    }


def _number(text: str) -> Decimal:
    return Decimal(text)


def _decision(content: Data, again: Data) -> Row:
    """Say whether the decision stays within what was attained, and the certificate within the decision."""
    order, decision = list(again["tiers"]), content["decision"]
    granted, tier = decision["granted"], decision["tier"]
    attained = order.index(again["tier"]) if again["tier"] in order else -1
    if granted and (tier not in order or order.index(tier) > attained):
        return row("decision", BAD, _("A tier was granted that the result does not attain: {tier}."), tier=tier)
    certificate = content.get("certificate")
    if certificate and (not granted or certificate["tier"] != tier):
        return row(
            "decision", BAD, _("The certificate is for a tier that was not granted: {tier}."), tier=certificate["tier"]
        )
    if not granted:
        return row("decision", GOOD, _("Certification was not granted, and there is no certificate."))
    return row("decision", GOOD, _("The tier that was granted is attained: {tier}."), tier=tier)


def _in_words(result: Data) -> str:
    """Return tier and points for people, such as ``operational; 671.3, 655.1``."""
    totals = []
    for code, tier in result["tiers"].items():
        low, high = (f"{Decimal(tier['total'][end]):.1f}" for end in ("low", "high"))
        totals.append(f"{code} {low if low == high else f'{low}–{high}'}")
    return f"{', '.join(totals)} → {result['tier'] or '–'}"
