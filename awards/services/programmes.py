"""Starting a programme from a template, declaring how it decides, opening it, moving its moments."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db import transaction

from awards.models import Assignment, AssignmentState, Entry, EntryVersion, Programme, ProgrammeStatus, Stage
from awards.scheme import ENTRY, JUDGING, TRIM_FROM, scheme_of
from awards.services.errors import AwardError
from awards.services.recording import programme_lock, record, require_printable
from ledger.chain import canonical
from standards.selectors import edition_document

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from accounts.models import Organisation, User
    from standards.models import Edition

CLOSING = time(23, 59)


@dataclass(frozen=True)
class Declared:
    """How the programme will decide; fixed when it opens. See ``awards.scheme.Method``."""

    score: str
    trim: int
    judges_per_entry: int
    first_criterion: str


@transaction.atomic
def programme_start(
    *,
    organiser: Organisation,
    template: Mapping[str, Any],
    name: str,
    year: int,
    begins: date,
    time_zone: str,
    edition: Edition | None,
    by: User,
    at: datetime,
) -> Programme:
    """Begin a draft from a template. Raises ``AwardError`` no_edition, ``awards.scheme.SchemeError``."""
    document = resolved(template, edition)
    text = canonical(document)
    programme = Programme.objects.create(
        organiser=organiser,
        name=name,
        year=year,
        time_zone=time_zone,
        edition=edition,
        document=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        created_by=by,
        created_at=at,
    )
    zone = ZoneInfo(time_zone)
    for position, stage in enumerate(programme.scheme.stages):
        first, last = (begins + timedelta(days=day) for day in stage.days)
        Stage.objects.create(
            programme=programme,
            code=stage.code,
            position=position,
            opens_at=datetime.combine(first, time(0), zone),
            closes_at=datetime.combine(last, CLOSING, zone),
        )
    record(programme, "started", {"template": document["code"], "name": name, "year": year}, by=by, at=at)
    return programme


def resolved(template: Mapping[str, Any], edition: Edition | None) -> dict[str, Any]:
    """Return a template with the criteria written out that it takes from the standard.

    Raises ``AwardError`` no_edition, ``awards.scheme.SchemeError``.
    """
    document: dict[str, Any] = json.loads(canonical(dict(template)))
    source = document.pop("criteria_from", "own")
    if source != "own":
        if edition is None:
            raise AwardError("no_edition")
        document["criteria"] = _criteria(edition_document(edition), source)
        _evidence(document)
        document["criteria_source"] = {"edition": f"{edition.code} {edition.version}", "sha256": edition.sha256}
    scheme_of(document)
    return document


def _criteria(edition: Mapping[str, Any], source: str) -> list[dict[str, Any]]:
    """Return the clauses, or all criteria, of an edition; a clause weighs its share of the block's points."""
    found: list[dict[str, Any]] = []
    for block in edition["blocks"]:
        for clause in block["clauses"]:
            if source == "clauses":
                size = sum(len(each["criteria"]) for each in block["clauses"])
                share = Decimal(str(block["points"])) * len(clause["criteria"]) / size
                each = {"code": clause["code"], "title": clause["title"], "look": clause.get("intro") or {}}
                kpis = list(dict.fromkeys(kpi for one in clause["criteria"] for kpi in one.get("kpis") or ()))
                found.append({**each, "kpis": kpis, "weight": str(share.quantize(Decimal(1)))})
                continue
            found += [
                {
                    "code": each["code"],
                    "title": each["title"],
                    "look": each["requirement"],
                    "anchors": {str(level): words for level, words in (each.get("anchors") or {}).items()},
                    "kpis": list(each.get("kpis") or ()),
                    "weight": str(each.get("weight", 1)),
                }
                for each in clause["criteria"]
            ]
    return found


def _evidence(document: dict[str, Any]) -> None:
    """Tie asks to criteria of the standard by how their codes begin, as ``evidence`` in the template says."""
    tied = document.pop("evidence", {})
    for criterion in document["criteria"]:
        criterion["asks"] = [
            ask for prefix, asks in tied.items() if criterion["code"].startswith(prefix) for ask in asks
        ]


@transaction.atomic
def programme_declare(*, programme_id: int, declared: Declared, by: User, at: datetime) -> Programme:
    """Say how results will be made, while the programme is a draft. Raises ``AwardError`` wrong_status, trim_small."""
    programme = programme_lock(programme_id, within={ProgrammeStatus.DRAFT})
    document = json.loads(programme.document)
    if declared.trim and declared.judges_per_entry < TRIM_FROM:
        raise AwardError("trim_small", least=TRIM_FROM)
    document["judges_per_entry"] = declared.judges_per_entry
    ladder = ["score", f"criterion:{declared.first_criterion}", "head_to_head", "deliberation", "joint"]
    document["method"] = {"score": declared.score, "trim": declared.trim, "ladder": ladder}
    scheme_of(document)
    programme.document = canonical(document)
    programme.sha256 = hashlib.sha256(programme.document.encode()).hexdigest()
    programme.save(update_fields=["document", "sha256"])
    record(programme, "declared", {"method": document["method"], "sha256": programme.sha256}, by=by, at=at)
    return programme


@transaction.atomic
def programme_open(*, programme_id: int, by: User, at: datetime) -> Programme:
    """Open for entries: from here on document and method are fixed. Raises ``AwardError`` wrong_status, in_the_past."""
    programme = programme_lock(programme_id, within={ProgrammeStatus.DRAFT})
    first = next(stage for stage in programme.stages.all() if programme.scheme.stage(stage.code).kind == ENTRY)
    if first.closes_at <= at:
        raise AwardError("in_the_past")
    programme.status, programme.opened_at = ProgrammeStatus.OPEN, at
    programme.save(update_fields=["status", "opened_at"])
    method = json.loads(programme.document)["method"]
    record(programme, "opened", {"sha256": programme.sha256, "method": method}, by=by, at=at)
    return programme


@transaction.atomic
def stage_move(*, stage_id: int, opens_at: datetime, closes_at: datetime, reason: str, by: User, at: datetime) -> Stage:
    """Move a stage, with a reason. A deadline is never moved to before what was already handed in.

    Raises ``AwardError``: wrong_status, dates_reversed, handed_in_after (with how many entries), cards_after (with how
    many cards).
    """
    stage = Stage.objects.select_related("programme").get(pk=stage_id)
    programme = programme_lock(stage.programme_id, within={ProgrammeStatus.DRAFT, ProgrammeStatus.OPEN})
    if closes_at < opens_at:
        raise AwardError("dates_reversed")
    if stage.spec.kind == ENTRY and closes_at < stage.closes_at:
        late = EntryVersion.objects.filter(
            entry__programme=programme, late=False, submitted_at__gt=closes_at, submitted_at__lte=stage.closes_at
        )
        if count := late.values("entry").distinct().count():
            raise AwardError("handed_in_after", number=count)
    if stage.spec.kind == JUDGING and closes_at < stage.closes_at:
        cards = Assignment.objects.filter(stage=stage, state=AssignmentState.SUBMITTED, submitted_at__gt=closes_at)
        if count := cards.count():
            raise AwardError("cards_after", number=count)
    before = [stage.opens_at.isoformat(), stage.closes_at.isoformat()]
    stage.opens_at, stage.closes_at = opens_at, closes_at
    stage.save(update_fields=["opens_at", "closes_at"])
    after = [opens_at.isoformat(), closes_at.isoformat()]
    facts = {"stage": stage.code, "before": before, "after": after, "reason": reason}
    record(programme, "stage_moved", facts, by=by, at=at)
    return stage


@transaction.atomic
def category_merge(*, programme_id: int, source: str, target: str, reason: str, by: User, at: datetime) -> int:
    """Let the entries of one category compete in another; return how many. What was scored stays.

    Raises ``AwardError``: wrong_status, same_category, no_category, no_reason.
    """
    programme = programme_lock(programme_id, within={ProgrammeStatus.OPEN})
    known = {category.code for category in programme.scheme.categories}
    require_printable(reason)
    if not reason.strip():
        raise AwardError("no_reason")
    if source == target:
        raise AwardError("same_category")
    if not {source, target} <= known:
        raise AwardError("no_category")
    moved = list(Entry.objects.filter(programme=programme, category=source).values_list("code", flat=True))
    Entry.objects.filter(code__in=moved).update(category=target)
    facts = {"from": source, "into": target, "entries": moved, "reason": reason}
    record(programme, "category_merged", facts, by=by, at=at)
    return len(moved)
