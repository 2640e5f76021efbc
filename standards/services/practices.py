"""Proposing best practices, judging them, and what else happens in their life."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from accounts.models import Organisation
from ledger.services import ledger_append
from standards.judging import QUESTIONS, STEPS, Situation, outcome, refusals
from standards.models import Standard
from standards.practice_files import place_of
from standards.practices import (
    Practice,
    PracticeConsent,
    PracticeJudgement,
    PracticePlace,
    PracticeSource,
    PracticeStatus,
    PracticeStep,
)
from standards.rules import CONSENTING, belongs_to_origin, owns_scheme
from standards.selectors import edition_document
from standards.services.errors import PracticeRefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from accounts.models import User
    from standards.models import Edition

ATTEMPTS = 5
TEXTS = ("title", "summary", "done", "changed")
NEEDED_TEXTS = ("title", "summary", "done")


@dataclass(frozen=True, kw_only=True)
class PracticeContent:
    """What a person says about a practice; texts by language, ``places`` are codes of ``edition``."""

    title: Mapping[str, str]
    summary: Mapping[str, str]
    done: Mapping[str, str]
    changed: Mapping[str, str] = field(default_factory=dict)
    figures: Sequence[Mapping[str, Any]] = ()
    evidence: Sequence[str] = ()
    industry: str = ""
    edition: Edition | None = None
    places: Sequence[str] = ()
    organisation: Organisation | None = None
    organisation_name: str = ""
    anonymous: bool = False
    citation: Mapping[str, str] = field(default_factory=dict)


def practice_propose(
    *,
    standard: str,
    content: PracticeContent,
    consent: str = PracticeConsent.ASKED,
    consent_note: str = "",
    source: str = PracticeSource.PERSON,
    source_key: str | None = None,
    source_label: str = "",
    by: User,
    at: datetime,
) -> Practice:
    """Propose a practice for the next edition of a standard; the code ``BP-<year>-NN`` is given here.

    ``source_key`` names what it comes from, such as ``finding:12``: nothing is proposed twice. Raises
    PracticeRefusedError.
    """
    content = _with_known_origin(content)
    if consent == PracticeConsent.GIVEN:
        consent = _consent_of(content, consent_note, by)
    _require_content(standard, content, consent)
    if source_key and Practice.objects.filter(source_key=source_key).exists():
        raise PracticeRefusedError(["taken"])
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                # Proposals for one standard take their numbers one after the other.
                row = Standard.objects.get_or_create(code=standard)[0]
                Standard.objects.select_for_update().get(pk=row.pk)
                last = Practice.objects.filter(year=at.year).aggregate(last=Max("number"))["last"] or 0
                practice = Practice(
                    code=f"BP-{at.year}-{last + 1:02}",
                    year=at.year,
                    number=last + 1,
                    standard=row,
                    source=source,
                    source_key=source_key or None,
                    source_label=source_label,
                    consent=consent,
                    consent_note=consent_note.strip(),
                    consent_by=by if consent != PracticeConsent.ASKED else None,
                    consent_at=at if consent != PracticeConsent.ASKED else None,
                    proposed_by=by,
                    proposed_at=at,
                )
                _fill(practice, content)
                keep(practice, "propose", by=by, at=at, more={"source": source, "consent": consent})
        except IntegrityError:  # somebody took the number, or proposed the same, between the look and the row
            if source_key and Practice.objects.filter(source_key=source_key).exists():
                raise PracticeRefusedError(["taken"]) from None
            if attempt == ATTEMPTS:
                raise
        else:
            return practice
    raise AssertionError  # the loop returns or raises


@transaction.atomic
def practice_edit(*, practice: Practice, content: PracticeContent, revision: int, by: User, at: datetime) -> Practice:
    """Change what was proposed, as the person saw it with ``revision``; the same content changes nothing.

    Possible while nobody has judged in this round, and while more evidence is asked for. Where the practice comes from
    stays. Raises PracticeRefusedError.
    """
    locked = practice_lock(practice)
    if locked.revision != revision:
        raise PracticeRefusedError(["other_content"])
    if locked.status not in {PracticeStatus.PROPOSED, PracticeStatus.MORE_EVIDENCE}:
        raise PracticeRefusedError(["wrong_status"])
    if locked.status == PracticeStatus.PROPOSED and locked.judgements.filter(round=locked.round).exists():
        raise PracticeRefusedError(["judging_began"])
    _require_content(locked.standard.code, content, locked.consent)
    before = _facts(locked, list(locked.places.values_list("code", flat=True)))
    locked.revision += 1
    _fill(locked, content, origin=False)
    if _facts(locked, list(locked.places.values_list("code", flat=True))) == before:
        locked.revision -= 1
        locked.save(update_fields=["revision"])
        return locked
    keep(locked, "edit", by=by, at=at)
    return locked


@transaction.atomic
def practice_judge(
    *, practice: Practice, answers: Mapping[str, tuple[bool, str]], revision: int, by: User, at: datetime
) -> Practice:
    """Answer the three questions, ``{question: (yes, reason)}``, about the text that the person saw with ``revision``.

    When the judgements of this round come to something, the practice is accepted, declined or sent back in the same
    transaction. Raises PracticeRefusedError.
    """
    locked = practice_lock(practice)
    reasons = refusals("judge", status=locked.status, situation=situation_of(locked, by=by, seen=revision))
    if not reasons and not all(answers[question][1].strip() for question in QUESTIONS):
        reasons = ("no_reason",)
    if reasons:
        raise PracticeRefusedError(reasons)
    given: dict[str, Any] = {question: answers[question][0] for question in QUESTIONS}
    words = {f"{question}_reason": answers[question][1].strip() for question in QUESTIONS}
    PracticeJudgement.objects.create(
        practice=locked, round=locked.round, revision=locked.revision, by=by, at=at, **given, **words
    )
    asked = [
        {question: getattr(each, question) for question in QUESTIONS}
        for each in locked.judgements.filter(round=locked.round)
    ]
    step = outcome(asked)
    if step:
        locked.status = PracticeStatus(STEPS[step].target)
        locked.save(update_fields=["status"])
        # Nobody in particular: it follows from what all of them said.
        _history(locked, step, "", None, at)
    payload = {"round": locked.round, "revision": locked.revision, **given, **words, "outcome": step}
    ledger_append(action="practice.judge", subject=subject_of(locked), by=by, at=at, payload=payload)
    return locked


@transaction.atomic
def practice_step(*, practice: Practice, step: str, reason: str = "", by: User, at: datetime) -> Practice:
    """Ask for more evidence, hand in again, or withdraw. Raises PracticeRefusedError."""
    locked = practice_lock(practice)
    reasons = refusals(step, status=locked.status, situation=situation_of(locked, by=by, reason=reason))
    if reasons:
        raise PracticeRefusedError(reasons)
    locked.status = PracticeStatus(STEPS[step].target)
    if step == "answer":
        locked.round += 1
    locked.save(update_fields=["status", "round"])
    keep(locked, step, reason=reason.strip(), by=by, at=at)
    return locked


@transaction.atomic
def practice_consent(*, practice: Practice, given: bool, note: str, by: User, at: datetime) -> Practice:
    """Keep whether the organisation agrees to publication; it may change its mind. The note says who said so, and how.

    Raises PracticeRefusedError without a note, or where a source has published it and nobody here answers for the
    organisation.
    """
    locked = practice_lock(practice)
    if locked.consent == PracticeConsent.PUBLISHED and locked.organisation_id is None:
        raise PracticeRefusedError(["no_consent_needed"])
    if not note.strip():
        raise PracticeRefusedError(["no_reason"])
    locked.consent = PracticeConsent.GIVEN if given else PracticeConsent.REFUSED
    locked.consent_note, locked.consent_by, locked.consent_at = note.strip(), by, at
    locked.save(update_fields=["consent", "consent_note", "consent_by", "consent_at"])
    keep(locked, f"consent_{locked.consent}", reason=locked.consent_note, by=by, at=at)
    return locked


def step_refusals(practice: Practice, step: str, *, by: User) -> tuple[str, ...]:
    """Return why the person could not make this step now, had they seen the practice and given a reason."""
    seen = practice.revision
    return refusals(step, status=practice.status, situation=situation_of(practice, by=by, seen=seen, reason="given"))


def situation_of(practice: Practice, *, by: User, seen: int = 0, reason: str = "") -> Situation:
    """Return what the guards look at, as it is now."""
    asked = practice.steps.filter(name="ask").order_by("pk").last()
    return Situation(
        actor=by.pk,
        proposer=practice.proposed_by_id,
        entitled=bool(owns_scheme(by, practice)),
        of_origin=bool(belongs_to_origin(by, practice)),
        judged=practice.judgements.filter(round=practice.round, by=by).exists(),
        revision=practice.revision,
        seen=seen,
        asked_at=asked.revision if asked else 0,
        reason=reason,
    )


def practice_lock(practice: Practice) -> Practice:
    """Return the practice as it is now, locked until the transaction ends."""
    return Practice.objects.select_for_update(of=("self",)).select_related("standard").get(pk=practice.pk)


def keep(
    practice: Practice,
    step: str,
    *,
    reason: str = "",
    by: User | None,
    at: datetime,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Write a step into the history and the ledger. Last in the transaction."""
    _history(practice, step, reason, by, at)
    payload = {"status": str(practice.status), "revision": practice.revision, **({"reason": reason} if reason else {})}
    ledger_append(
        action=f"practice.{step}", subject=subject_of(practice), by=by, at=at, payload={**payload, **(more or {})}
    )


def subject_of(practice: Practice) -> str:
    """Return the name under which the ledger knows it."""
    return f"practice:{practice.code}"


def places_write(practice: Practice, codes: Sequence[str], clauses: Sequence[str]) -> None:
    """Write the clauses and criteria that a practice belongs to anew."""
    practice.places.all().delete()
    PracticePlace.objects.bulk_create(
        PracticePlace(practice=practice, code=code, clause=place_of(code, clauses)) for code in dict.fromkeys(codes)
    )


def searched(practice: Practice) -> str:
    """Return what the search looks through: all that the public may read, in lower case."""
    texts = [words for name in TEXTS for words in getattr(practice, name).values()]
    figures = [words for figure in practice.figures for words in figure["measure"].values()]
    named = "" if practice.anonymous else practice.organisation_name
    name = "" if practice.anonymous or practice.organisation is None else practice.organisation.name
    parts = [practice.code, *texts, *figures, *practice.citation.values(), named, name]
    return "\n".join(part for part in parts if part).casefold()


def _with_known_origin(content: PracticeContent) -> PracticeContent:
    """Tie an organisation that is only named to the one of that name here: then its people answer for it."""
    name = content.organisation_name.strip()
    known = None if content.organisation or not name else Organisation.objects.filter(name__iexact=name).first()
    return replace(content, organisation=known) if known else content


def _consent_of(content: PracticeContent, note: str, by: User) -> str:
    """Return what a consent that the proposer states is worth: an organisation here is asked unless they manage it.

    For one that is not here the note has to say who gave it, and how. Raises PracticeRefusedError.
    """
    if content.organisation is not None and not by.has_role(content.organisation.pk, *CONSENTING):
        return PracticeConsent.ASKED
    if content.organisation is None and not note.strip():
        raise PracticeRefusedError(["no_reason"])
    return PracticeConsent.GIVEN


def _history(practice: Practice, step: str, reason: str, by: User | None, at: datetime) -> None:
    PracticeStep.objects.create(
        practice=practice, name=step, round=practice.round, revision=practice.revision, reason=reason, by=by, at=at
    )


def _fill(practice: Practice, content: PracticeContent, *, origin: bool = True) -> None:
    """Put the content into the row and save it."""
    for name in TEXTS:
        setattr(practice, name, dict(getattr(content, name)))
    practice.figures = [dict(each) for each in content.figures]
    practice.evidence = list(content.evidence)
    practice.industry, practice.citation = content.industry, dict(content.citation)
    practice.edition_version = content.edition.version if content.edition else ""
    if origin:
        practice.organisation, practice.organisation_name = content.organisation, content.organisation_name.strip()
    practice.anonymous = content.anonymous
    practice.search_text = searched(practice)
    practice.save()
    places_write(practice, content.places, _codes(content.edition)[0] if content.edition else ())


def _facts(practice: Practice, places: list[str]) -> list[Any]:
    names = (*TEXTS, "figures", "evidence", "industry", "citation", "edition_version", "anonymous")
    return [*(getattr(practice, name) for name in names), places]


def _require_content(standard: str, content: PracticeContent, consent: str) -> None:
    """Raise PracticeRefusedError unless there is enough to judge: words, an origin, clauses that exist."""
    reasons = []
    if not any(all(getattr(content, name).get(language) for name in NEEDED_TEXTS) for language in content.title):
        reasons.append("no_text")
    if content.organisation is None and not content.organisation_name.strip():
        reasons.append("no_origin")
    cited = content.citation
    if consent == PracticeConsent.PUBLISHED and not (
        cited.get("publisher") and (cited.get("page") or cited.get("url"))
    ):
        reasons.append("no_citation")
    if content.edition and content.edition.code != standard:
        reasons.append("other_standard")
    clauses, criteria = _codes(content.edition) if content.edition else ((), ())
    if not set(content.places) <= {*clauses, *criteria}:
        reasons.append("unknown_place")
    if reasons:
        raise PracticeRefusedError(reasons)


def _codes(edition: Edition) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the codes of (clauses, criteria) of an edition; no query where it is remembered."""
    clauses = [clause for block in edition_document(edition)["blocks"] for clause in block["clauses"]]
    criteria = [criterion["code"] for clause in clauses for criterion in clause["criteria"]]
    return tuple(clause["code"] for clause in clauses), tuple(criteria)
