"""Taking an accepted practice into a draft of the next edition: as a criterion of its own, or as guidance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from standards.drafts import draft_document
from standards.editions.lineage import criteria_of
from standards.editions.parts import LINEAGE, Address, NoSuchPartError, part_at, part_hash
from standards.judging import STEPS, refusals
from standards.models import Edition
from standards.practices import Practice, PracticeAdoption, PracticeStatus
from standards.services.drafting import criterion_add, part_save
from standards.services.errors import PracticeRefusedError
from standards.services.index import draft_lock
from standards.services.practices import keep, practice_lock, situation_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from accounts.models import User

GUIDANCE = ("look_at", "evidence")


@transaction.atomic
def practice_adopt_criterion(
    *,
    practice: Practice,
    edition: Edition,
    clause: str,
    title: Mapping[str, str],
    requirement: Mapping[str, str],
    reason: Mapping[str, str],
    by: User,
    at: datetime,
) -> str:
    """Add a draft criterion that comes from the practice to a clause, and return its code, the next that is free.

    Its levels are empty and its weight is 1: the editor completes it. Raises PracticeRefusedError, and whatever
    ``criterion_add`` raises.
    """
    locked, draft, document = _begin(practice, edition, by)
    if clause not in {each["code"] for block in document["blocks"] for each in block["clauses"]}:
        raise PracticeRefusedError(["unknown_place"])
    code = _free_code(draft, document, clause)
    scale = document["scale"]
    criterion = {
        "code": code,
        "title": dict(title),
        "requirement": dict(requirement),
        "look_at": {},
        "evidence": [],
        "anchors": {str(level): {} for level in range(scale["min"], scale["max"] + 1)},
        "kind": "process",
        "tier": document["tiers"][0]["code"],
        "crosswalk": {},
        LINEAGE: {"from": [], "practices": [locked.code], **({"reason": dict(reason)} if reason else {})},
    }
    criterion_add(edition=draft, clause=clause, criterion=criterion, by=by, at=at)
    _adopted(locked, draft, code, PracticeAdoption.Manner.CRITERION, by=by, at=at)
    return code


@transaction.atomic
def practice_adopt_guidance(
    *,
    practice: Practice,
    edition: Edition,
    criterion: str,
    place: str,
    words: Mapping[str, str],
    reason: Mapping[str, str],
    by: User,
    at: datetime,
) -> None:
    """Append words to what a criterion of a draft says to look at (``look_at``), or to the ``evidence`` it expects.

    Nothing that stands there is lost. Raises PracticeRefusedError, and whatever ``part_save`` raises.
    """
    locked, draft, document = _begin(practice, edition, by)
    address = Address("criterion", criterion)
    try:
        part = part_at(document, address)
    except NoSuchPartError:
        raise PracticeRefusedError(["unknown_place"]) from None
    seen = part_hash(part)
    if locked.code in _practices(part[LINEAGE]):
        raise PracticeRefusedError(["adopted_here"])
    if place == "evidence":
        part["evidence"] = [*part["evidence"], dict(words)]
    else:
        before = part["look_at"]
        languages = [*before, *(language for language in words if language not in before)]
        part["look_at"] = {each: "\n".join(filter(None, (before.get(each), words.get(each)))) for each in languages}
    part[LINEAGE] = _with_practice(part[LINEAGE], locked.code, reason)
    part_save(edition=draft, address=address, part=part, seen=seen, by=by, at=at)
    _adopted(locked, draft, criterion, PracticeAdoption.Manner.GUIDANCE, by=by, at=at)


def _begin(practice: Practice, edition: Edition, by: User) -> tuple[Practice, Edition, dict[str, Any]]:
    """Lock both, and check that they belong together."""
    locked = practice_lock(practice)
    reasons = refusals("adopt", status=locked.status, situation=situation_of(locked, by=by))
    if edition.code != locked.standard.code:
        reasons += ("other_standard",)
    if reasons:
        raise PracticeRefusedError(reasons)
    draft = draft_lock(edition)
    return locked, draft, draft_document(draft)


def _adopted(
    practice: Practice, edition: Edition, code: str, manner: PracticeAdoption.Manner, *, by: User, at: datetime
) -> None:
    PracticeAdoption.objects.create(
        practice=practice, version=edition.version, criterion=code, manner=manner, by=by, at=at
    )
    practice.status = PracticeStatus(STEPS["adopt"].target)
    practice.save(update_fields=["status"])
    keep(
        practice,
        "adopt",
        reason=f"{edition.version} {code}",
        by=by,
        at=at,
        more={"edition": f"{edition}", "criterion": code, "manner": str(manner)},
    )


def _free_code(draft: Edition, document: Mapping[str, Any], clause: str) -> str:
    """Return the next number in the clause that no edition of this standard has used."""
    used = set(criteria_of(document))
    used |= set(
        Edition.objects.filter(code=draft.code, criteria__code__startswith=f"{clause}.").values_list(
            "criteria__code", flat=True
        )
    )
    numbers = [
        int(each) for each in (code.removeprefix(f"{clause}.") for code in used) if each.isascii() and each.isdigit()
    ]
    return f"{clause}.{max(numbers, default=0) + 1}"


def _practices(origin: Any) -> list[str]:
    return origin.get("practices", []) if isinstance(origin, dict) else []


def _with_practice(origin: Any, code: str, reason: Mapping[str, str]) -> dict[str, Any]:
    """Return the lineage with one more practice; what it says already stays, a reason is added to a reason."""
    stated = dict(origin) if isinstance(origin, dict) else {}
    if isinstance(origin, list):
        stated["from"] = origin
    stated["practices"] = [*_practices(origin), code]
    before = stated.get("reason", {})
    joined = {
        each: "\n".join(filter(None, (before.get(each), reason.get(each))))
        for each in dict.fromkeys([*before, *reason])
    }
    if joined:
        stated["reason"] = joined
    return stated
