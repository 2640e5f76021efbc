"""Drafting an entry together: begin, texts and figures, names to hide, references. Submitting is in ``submitting``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from awards.models import Entry, EntryAnswer, EntryReference, ProgrammeStatus
from awards.scheme import ENTRY, EVIDENCE, FIGURE, TEXT
from awards.selectors.eligibility import eligibility
from awards.selectors.entering import ask_of, editable_stage, referable_audits, referable_evidence
from awards.services.errors import AwardError, StaleError
from awards.services.recording import entry_lock, programme_lock, record, require_printable

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Centre, Organisation, User
    from awards.scheme import Ask

LONGEST_UNIT = 120


@transaction.atomic
def entry_begin(
    *,
    programme_id: int,
    organisation: Organisation,
    centre: Centre | None,
    category: str,
    title: str,
    nominee: str = "",
    by: User,
    at: datetime,
) -> Entry:
    """Begin a draft. Raises ``AwardError``: wrong_status, not_open, no_category, not_eligible (with the reasons)."""
    programme = programme_lock(programme_id, within={ProgrammeStatus.OPEN})
    stages = list(programme.stages.all())
    first = next(stage for stage in stages if programme.scheme.stage(stage.code).kind == ENTRY)
    if first.state(at) != "open":
        raise AwardError("not_open")
    if category not in {each.code for each in programme.scheme.categories}:
        raise AwardError("no_category")
    answers = eligibility(programme, organisation, centre, category, today=at.astimezone(programme.zone).date())
    if refused := [answer.words for answer in answers if not answer.met]:
        raise AwardError("not_eligible", reasons=" ".join(refused))
    entry = Entry.objects.create(
        programme=programme,
        organisation=organisation,
        centre=centre,
        category=category,
        division=_division(programme.scheme.category(category).by, organisation, centre),
        title=title,
        nominee=nominee,
        created_by=by,
        created_at=at,
    )
    record(programme, "entry_begun", {"entry": entry.code, "category": category}, by=by, at=at)
    return entry


SMALL, MIDDLE = 50, 200


def _division(by: str, organisation: Organisation, centre: Centre | None) -> str:
    """Return in which division an entry competes; empty where there is none."""
    if by == "region":
        return centre.country if centre else organisation.country
    if centre is None or by == "none":
        return ""
    if by == "industry":
        return centre.industry
    return "small" if centre.seats < SMALL else "middle" if centre.seats < MIDDLE else "large"


def require_editable(entry: Entry, ask_code: str, at: datetime, *kinds: str) -> Ask:
    """Return the ask, where it may be changed now. Raises ``AwardError`` no_ask, closed."""
    ask = ask_of(entry, ask_code, *kinds)
    if ask is None:
        raise AwardError("no_ask")
    stage = editable_stage(entry, list(entry.programme.stages.all()), at)
    if stage is None or ask_code not in {each.code for each in entry.programme.scheme.stage(stage.code).asks}:
        raise AwardError("closed")
    return ask


@transaction.atomic
def answer_save(*, entry_id: int, ask: str, text: str, unit: str, revision: int, by: User, at: datetime) -> EntryAnswer:
    """Save what was written for one ask, made on the revision that the person saw.

    Raises ``AwardError`` no_ask, closed, too_long, bad_text; ``StaleError`` with what somebody else saved meanwhile.
    """
    entry = entry_lock(entry_id)
    spec = require_editable(entry, ask, at, TEXT, FIGURE)
    require_printable(text, unit)
    if len(text) > spec.most or len(unit) > LONGEST_UNIT:
        raise AwardError("too_long", most=spec.most, have=len(text))
    answer, _made = EntryAnswer.objects.select_for_update().get_or_create(entry=entry, ask=ask)
    if (answer.text, answer.unit) == (text, unit):
        return answer
    if answer.revision != revision:
        raise StaleError(answer)
    answer.text, answer.unit, answer.revision = text, unit, revision + 1
    answer.saved_by, answer.saved_at = by, at
    answer.save()
    facts = {"entry": entry.code, "ask": ask, "revision": answer.revision, "characters": len(text)}
    record(entry.programme, "entry_saved", facts, by=by, at=at)
    return answer


@transaction.atomic
def names_save(*, entry_id: int, names: str, title: str, revision: int, by: User, at: datetime) -> Entry:
    """Save the title and the names that judges must not read. Raises ``AwardError`` closed, ``StaleError``."""
    entry = entry_lock(entry_id)
    if editable_stage(entry, list(entry.programme.stages.all()), at) is None:
        raise AwardError("closed")
    if entry.names_revision != revision:
        raise StaleError(entry)
    entry.names, entry.title, entry.names_revision = names, title, revision + 1
    entry.save(update_fields=["names", "title", "names_revision"])
    record(entry.programme, "entry_named", {"entry": entry.code}, by=by, at=at)
    return entry


@transaction.atomic
def reference_add(
    *, entry_id: int, ask: str, audit_id: int, evidence_id: int | None = None, by: User, at: datetime
) -> EntryReference:
    """Refer to an own audit, or to one piece of its evidence; twice is the same as once.

    Raises ``AwardError`` no_ask, closed, not_yours.
    """
    entry = entry_lock(entry_id)
    require_editable(entry, ask, at, EVIDENCE)
    audit = referable_audits(entry).filter(pk=audit_id).first()
    piece = referable_evidence(entry).filter(pk=evidence_id, audit=audit_id).first() if evidence_id else None
    if audit is None or (evidence_id and piece is None):
        raise AwardError("not_yours")
    reference, made = EntryReference.objects.get_or_create(
        entry=entry, ask=ask, audit=audit, evidence=piece, defaults={"version": piece.version if piece else 1}
    )
    if made:
        facts = {"entry": entry.code, "ask": ask, "audit": audit.pk, "evidence": evidence_id}
        record(entry.programme, "entry_referred", facts, by=by, at=at)
    return reference


@transaction.atomic
def reference_remove(*, entry_id: int, reference_id: int, by: User, at: datetime) -> None:
    """Take a reference back; what was submitted with it keeps it. Raises ``AwardError`` closed, no_ask."""
    entry = entry_lock(entry_id)
    reference = entry.references.filter(pk=reference_id).first()
    if reference is None:
        raise AwardError("no_ask")
    require_editable(entry, reference.ask, at, EVIDENCE)
    reference.delete()
    record(entry.programme, "entry_unreferred", {"entry": entry.code, "ask": reference.ask}, by=by, at=at)
