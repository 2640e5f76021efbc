"""``manage.py diff_standard CODE OLD NEW``: what differs between two editions, and what it does to audits under way."""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from audits.models import Audit
from audits.selectors.moving import effect_on
from audits.workflow import PLANNABLE
from standards.editions.comparison import Aspect, Carry, compare
from standards.models import Edition
from standards.scoring.decimals import one_decimal
from standards.scoring.words import plain
from standards.selectors import edition_document

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator

    from standards.editions.comparison import Comparison, CriterionChange

Data = dict[str, Any]
# Fields whose values are short enough for a table.
VALUES = ("weight", "tier", "mandatory", "na_allowed", "kind")
# Where a criterion came from is what these say.
ORIGINS = frozenset({Aspect.MERGED, Aspect.SPLIT, Aspect.RENUMBERED})
WIDTH = 100


class Command(BaseCommand):
    """Exit 0: compared. 2: there is no such edition."""

    help = (
        "Compare two editions of a standard, drafts too, and say what moving would do to each audit under way on OLD."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code")
        parser.add_argument("old", metavar="OLD")
        parser.add_argument("new", metavar="NEW")
        parser.add_argument("--json", action="store_true", help="JSON on standard output, nothing else there")

    def handle(self, *_args: Any, **options: Any) -> None:
        old, new = (self._edition(options["code"], options[name]) for name in ("old", "new"))
        comparison = compare(edition_document(old), edition_document(new))
        effects = [_effect(audit, new) for audit in _under_way(old)] if old.pk != new.pk else []
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(old, new, comparison, effects), indent=2))
        else:
            self.stdout.write("\n".join(_table(old, new, comparison, effects)))

    def _edition(self, code: str, version: str) -> Edition:
        found = Edition.objects.filter(code=code, version=version).first()
        if found is None:
            known = ", ".join(map(str, Edition.objects.filter(code=code).order_by("version").defer("document")))
            self.stderr.write(f"There is no edition {code} {version}. {f'Loaded: {known}.' if known else ''}".strip())
            sys.exit(2)
        return found


def _under_way(edition: Edition) -> list[Audit]:
    audits = Audit.objects.filter(edition=edition, status__in=PLANNABLE).order_by("reference")
    related = ("centre", "edition", "market_release", "measurement_run")
    return list(audits.select_related(*related).defer("measurement_run__mapping"))


def _effect(audit: Audit, new: Edition) -> Data:
    """Return what moving the audit would do, with the score of the lowest tier that both editions have."""
    plan = effect_on(audit, new, today=timezone.now().date())
    tier = next((each for each in plan["tiers"] if each["before"] and each["after"]), None)
    return {
        "reference": audit.reference,
        "status": str(audit.status),
        **plan["counts"],
        "tier": tier and tier["tier"],
        "before": tier and _score(tier["before"]),
        "after": tier and _score(tier["after"]),
    }


def _score(interval: Data) -> dict[str, str]:
    return {"low": interval["low"], "high": interval["high"]}


def _as_json(old: Edition, new: Edition, comparison: Comparison, effects: list[Data]) -> Data:
    return {
        "code": new.code,
        "old": _named(old),
        "new": _named(new),
        "counts": dict(comparison.counts),
        "carry": _carries(comparison),
        "criteria": [
            {
                "code": change.code,
                "clause": change.clause,
                "carry": str(change.carry),
                "aspects": [str(aspect) for aspect in change.aspects],
                "from": [each["code"] for each in change.old],
                "practices": list(change.origin.practices) if change.origin else [],
                "fields": [
                    {"name": each.name, "place": each.place, "old": each.old, "new": each.new} for each in change.fields
                ],
            }
            for change in comparison.changed
        ],
        "parts": [
            {"part": each.part, "code": each.code, "name": each.name, "old": each.old, "new": each.new}
            for each in comparison.parts
        ],
        "audits": effects,
    }


def _named(edition: Edition) -> dict[str, str]:
    return {"version": edition.version, "sha256": edition.sha256, "status": str(edition.status)}


def _carries(comparison: Comparison) -> dict[str, int]:
    carries = [change.carry for change in comparison.criteria]
    return {str(carry): carries.count(carry) for carry in Carry}


def _table(old: Edition, new: Edition, comparison: Comparison, effects: list[Data]) -> Iterator[str]:
    yield f"{new.code}  {old.version} ({old.status})  →  {new.version} ({new.status})"
    counts = _carries(comparison)
    yield "{unchanged} answers carry over, {again} to be given again, {new} new, {gone} fall away".format(**counts)
    if comparison.is_empty:
        yield "Nothing differs."
    for aspect in Aspect:
        changes = [change for change in comparison.changed if aspect in change.aspects]
        if changes:
            yield ""
            yield f"{aspect.upper()}  {len(changes)}"
            yield from (f"  {_line(change, aspect)}" for change in changes)
    if comparison.parts:
        yield ""
        yield f"GATES, POINTS AND OTHER PARTS  {len(comparison.parts)}"
        for each in comparison.parts:
            name = " ".join(filter(None, (each.part, each.code, each.name)))
            yield f"  {name}: {_short(each.old)} → {_short(each.new)}"
    yield ""
    yield from _audits(old, effects)


def _line(change: CriterionChange, aspect: Aspect) -> str:
    """Say of one criterion what of it changed; words are on the page, not in the table."""
    title = (change.new or change.old[0])["title"].get("en", "")
    head = f"{change.code:<8}"
    if aspect in ORIGINS:
        return f"{head} ← {', '.join(each['code'] for each in change.old)}"
    values = [f"{_short(each.old)} → {_short(each.new)}" for each in change.fields if _is_value(each.name, aspect)]
    again = "  [answer again]" if change.carry is Carry.AGAIN else ""
    return f"{head} {'; '.join(values) or title}{again}"


def _is_value(name: str, aspect: Aspect) -> bool:
    named = dict(
        zip(VALUES, (Aspect.WEIGHT, Aspect.TIER, Aspect.MANDATORY, Aspect.NA_ALLOWED, Aspect.KIND), strict=True)
    )
    return named.get(name) is aspect


def _short(value: Any) -> str:
    """Write a value on one line; a text by its English words."""
    if isinstance(value, dict) and "gate" in value:
        value = ", ".join(
            f"{key} {_short(each)}" for key, each in value.items() if key not in {"gate", "fact", "clause"}
        )
    elif isinstance(value, dict):
        value = value.get("en") or json.dumps(value, ensure_ascii=False)
    elif isinstance(value, list):
        value = " ".join(map(_short, value))
    text = "–" if value in (None, "") else plain(value) if isinstance(value, bool) else str(value)
    text = " ".join(text.split())
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"


def _audits(old: Edition, effects: list[Data]) -> Iterator[str]:
    if not effects:
        yield f"No audit is under way on {old.version}."
        return
    yield f"AUDITS UNDER WAY ON {old.version}  {len(effects)}  (none moves by itself)"
    heading = ("reference", "state", "carried", "again", "new", "gone", "score of the lowest tier, before", "after")
    rows = [
        (
            each["reference"],
            each["status"],
            *(str(each[carry]) for carry in ("unchanged", "again", "new", "gone")),
            f"{each['tier']} {_interval(each['before'])}" if each["tier"] else "–",
            _interval(each["after"]) if each["tier"] else "–",
        )
        for each in effects
    ]
    widths = [max(map(len, column)) for column in zip(heading, *rows, strict=True)]
    for row in (heading, *rows):
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _interval(score: dict[str, str]) -> str:
    low, high = (one_decimal(Fraction(score[end])) for end in ("low", "high"))
    return low if low == high else f"{low} to {high}"
