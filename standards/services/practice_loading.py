"""Loading practices that were judged elsewhere, from a file: the operator's command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from accounts.models import Industry
from standards.editions import EditionError, Fault
from standards.library import practice_document
from standards.models import Edition, Standard
from standards.practice_files import CODE, parse_practices
from standards.practices import Practice, PracticeAdoption, PracticeSource, PracticeStatus
from standards.selectors import edition_document
from standards.services.errors import PracticeTakenError
from standards.services.practices import keep, places_write, searched

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User

Data = dict[str, Any]


@transaction.atomic
def practices_load(*, data: bytes, at: datetime, by: User | None = None) -> list[tuple[str, str]]:
    """Load the practices of a file, all or none, and return (code, outcome): created, replaced or unchanged.

    Raises EditionError with every fault, or PracticeTakenError where a code is that of a practice proposed here.
    An edition that is named need not be there; where it is, its clauses and criteria have to be.
    """
    parsed = parse_practices(data, industries=Industry.values)
    codes = [each["code"] for each in parsed.practices]
    editions = {
        edition.version: (_clauses(edition), _criteria(edition))
        for edition in Edition.objects.filter(code=parsed.standard)
    }
    _require_known(parsed.practices, editions)
    standard = Standard.objects.get_or_create(code=parsed.standard)[0]
    rows = Practice.objects.select_for_update(of=("self",)).filter(code__in=codes).select_related("standard")
    existing = {each.code: each for each in rows}
    return [
        (each["code"], _load(standard, each, existing.get(each["code"]), editions, by=by, at=at))
        for each in parsed.practices
    ]


def _load(
    standard: Standard,
    document: Data,
    existing: Practice | None,
    editions: dict[str, tuple[list[str], list[str]]],
    *,
    by: User | None,
    at: datetime,
) -> str:
    if existing and existing.standard_id == standard.pk and practice_document(existing) == document:
        return "unchanged"
    if existing and (existing.source != PracticeSource.PUBLICATION or existing.proposed_by_id is not None):
        raise PracticeTakenError(f"{existing.code} was proposed in this installation and says something else.")
    practice = existing or Practice(code=document["code"], proposed_at=at, source=PracticeSource.PUBLICATION)
    shape = CODE.fullmatch(document["code"])
    if shape is None:
        raise ValueError(document["code"])  # the reader lets no other code through
    practice.standard, practice.year, practice.number = standard, int(shape["year"]), int(shape["number"])
    for name in ("title", "summary", "done", "changed", "figures", "industry", "judged", "consent"):
        setattr(practice, name, document[name])
    practice.edition_version, practice.citation = document["edition"], document["source"]
    practice.organisation_name = document["organisation"]["name"]
    practice.anonymous = document["organisation"]["anonymous"]
    practice.status = PracticeStatus.ADOPTED if document["adopted"] else PracticeStatus.ACCEPTED
    practice.revision += 1 if existing else 0
    practice.search_text = searched(practice)
    practice.save()
    places_write(practice, document["places"], editions.get(document["edition"], ([], []))[0])
    practice.adoptions.all().delete()
    PracticeAdoption.objects.bulk_create(
        PracticeAdoption(
            practice=practice,
            version=each["edition"],
            criterion=each["criterion"],
            manner=each["manner"],
            by=by,
            at=at,
        )
        for each in document["adopted"]
    )
    outcome = "replaced" if existing else "created"
    keep(practice, "load", by=by, at=at, more={"outcome": outcome})
    return outcome


def _require_known(practices: tuple[Data, ...], editions: dict[str, tuple[list[str], list[str]]]) -> None:
    """Raise EditionError where a practice names what an edition that is here does not have."""
    faults = []
    for each in practices:
        named = [(each["edition"], place, "places") for place in each["places"]]
        named += [(goal["edition"], goal["criterion"], "adopted") for goal in each["adopted"]]
        for version, code, where in named:
            if version in editions and code not in {*editions[version][0], *editions[version][1]}:
                faults.append(Fault(0, f"{each['code']} {where}", f"{code} is not in edition {version}"))
    if faults:
        raise EditionError(faults)


def _clauses(edition: Edition) -> list[str]:
    return [clause["code"] for block in edition_document(edition)["blocks"] for clause in block["clauses"]]


def _criteria(edition: Edition) -> list[str]:
    return [
        criterion["code"]
        for block in edition_document(edition)["blocks"]
        for clause in block["clauses"]
        for criterion in clause["criteria"]
    ]
