"""Two audits of one centre side by side, also across editions of the standard; a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from audits.carrying import gate_changes
from audits.contrasts import Comparison, contrast, shares
from audits.models import Audit, AuditStatus
from audits.selectors.case import audit_case
from audits.selectors.lastyear import origins_of
from audits.selectors.overview import tier_names
from standards.scoring import parse_case, score
from standards.scoring.decimals import one_decimal
from standards.scoring.words import title
from standards.selectors import edition_document, edition_spec
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from datetime import date
    from fractions import Fraction

    from accounts.models import User
    from audits.contrasts import Contrast
    from standards.models import Edition
    from standards.scoring import Case, Result

MOST = 50  # audits to choose from
BIGGEST = 8


@dataclass(frozen=True)
class Scored:
    """An audit with its case and its result."""

    audit: Audit
    case: Case
    result: Result


@dataclass(frozen=True)
class Line:
    """One criterion in words: both sides as they are read, and the difference in points."""

    row: Contrast
    title: str
    before: str
    after: str
    delta: str


@dataclass(frozen=True)
class BlockLine:
    """One block, or the whole, on both sides."""

    code: str
    title: str
    before: str
    after: str
    delta: str
    is_better: bool | None
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Page:
    """Everything the page of a comparison says."""

    old: Scored
    new: Scored
    tier: str
    tiers: list[tuple[str, str]]
    total: BlockLine
    blocks: list[BlockLine]
    biggest: list[Line]
    reasons: list[tuple[str, str]]
    gates: list[tuple[str, str, str | None, str | None]]
    comparison: Comparison


def comparable(audit: Audit, user: User) -> list[Audit]:
    """Return the other audits of the centre on any edition of the standard that the person may see; one query."""
    others = Audit.objects.visible_to(user).filter(centre=audit.centre_id, edition__code=audit.edition.code)
    others = others.exclude(pk=audit.pk).exclude(status=AuditStatus.CANCELLED)
    related = others.select_related("edition", "centre").defer("edition__document", "market", "facts", "result")
    return list(related.order_by("-onsite_from", "-pk")[:MOST])


def scored(audit: Audit, *, today: date) -> Scored:
    """Return an audit with its case, frozen once it was submitted; two queries."""
    spec = edition_spec(audit.edition)
    if audit.result is not None:
        data = audit.result["case"]
    else:
        answers = audit.current_answers.select_related("criterion").only(
            "audit_id", "level", "na_reason", "criterion__code"
        )
        data = audit_case(audit, answers, today=today)
    case = parse_case(spec, data)
    return Scored(audit, case, score(spec, case))


def comparison_page(one: Audit, other: Audit, *, tier: str, today: date) -> Page:
    """Return the older of two audits beside the newer, at a tier that both editions have; four queries at most."""
    older, newer = sorted((one, other), key=lambda audit: (audit.onsite_from, audit.pk))
    old, new = scored(older, today=today), scored(newer, today=today)
    names = tier_names(newer)
    places = [{each.code: place for place, each in enumerate(edition_spec(side).tiers)} for side in _editions(old, new)]
    tiers = [(code, name) for code, name in names if all(code in place for place in places)]
    codes = [code for code, _name in tiers]
    chosen = tier if tier in codes else codes[-1] if codes else ""  # the highest of each where they share none
    before, after = (
        shares(edition_spec(side.audit.edition), side.case, place.get(chosen, len(place) - 1))
        for side, place in zip((old, new), places, strict=True)
    )
    found = contrast(before, after, _origins(older.edition, newer.edition))
    titles = {**_titles(older.edition), **_titles(newer.edition)}
    lines = [_line(row, titles) for row in found.rows]
    blocks = [
        _block(code, name, [line for line in lines if line.row.block == code]) for code, name in _blocks(newer, older)
    ]
    return Page(
        old=old,
        new=new,
        tier=chosen,
        tiers=tiers,
        total=_sum("", gettext("All blocks"), lines),
        blocks=blocks,
        biggest=[_line(row, titles) for row in found.biggest(BIGGEST)],
        reasons=[(why, signed(points)) for why, points in found.sums.items()],
        gates=_gates(old, new, dict(names)),
        comparison=found,
    )


def _editions(old: Scored, new: Scored) -> tuple[Edition, Edition]:
    return old.audit.edition, new.audit.edition


def _origins(old: Edition, new: Edition) -> dict[str, tuple[str, ...]]:
    if old.pk == new.pk:
        return {row.code: (row.code,) for row in edition_spec(new).rows}
    return {code: codes for code, (codes, _same) in origins_of(old, new).items()}


def _titles(edition: Edition) -> dict[str, str]:
    blocks = edition_document(edition)["blocks"]
    return {
        each["code"]: text(each["title"])
        for block in blocks
        for clause in block["clauses"]
        for each in clause["criteria"]
    }


def _blocks(*audits: Audit) -> list[tuple[str, str]]:
    names: dict[str, str] = {}
    for audit in audits:
        for block in edition_document(audit.edition)["blocks"]:
            names.setdefault(block["code"], text(block["title"]))
    return list(names.items())


def _line(row: Contrast, titles: dict[str, str]) -> Line:
    before = " + ".join(_stands(share.level, na=share.na) for share in row.old) or "–"
    after = _stands(row.new.level, na=row.new.na) if row.new else "–"
    return Line(row, titles.get(row.code, ""), before, after, signed(row.delta))


def _stands(level: int | None, *, na: bool) -> str:
    return gettext("N/A") if na else "…" if level is None else str(level)


def _block(code: str, name: str, lines: list[Line]) -> BlockLine:
    return _sum(code, name, lines, tuple(lines))


def _sum(code: str, name: str, lines: list[Line], kept: tuple[Line, ...] = ()) -> BlockLine:
    before, after = (sum(getattr(line.row, side) for line in lines) for side in ("before", "after"))
    delta = after - before
    better = None if not delta else delta > 0
    return BlockLine(code, name, one_decimal(before), one_decimal(after), signed(delta), better, kept)


def signed(points: Fraction | int) -> str:
    """Return a difference with its sign, rounded half up in its size, as people read it.

    >>> from fractions import Fraction
    >>> signed(Fraction(5, 4)), signed(Fraction(-5, 4)), signed(Fraction(0))
    ('+1.3', '−1.3', '0.0')
    """
    if not points:
        return "0.0"
    return f"{'+' if points > 0 else '−'}{one_decimal(abs(points))}"  # type: ignore[arg-type] # an int has what it needs


def _gates(old: Scored, new: Scored, names: dict[str, str]) -> list[tuple[str, str, str | None, str | None]]:
    """Return (tier, gate, before, after) of the gates that changed, in words."""
    facts = {fact["code"]: text(fact["title"]) for fact in edition_document(new.audit.edition).get("facts", [])}
    changes: list[dict[str, Any]] = gate_changes(old.result, new.result)
    return [
        (names.get(each["tier"], each["tier"]), title(each["gate"], facts, gettext), each["before"], each["after"])
        for each in changes
    ]
