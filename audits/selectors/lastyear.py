"""What was answered in the last closed audit of the same centre: shown as a ghost, never counted.

Where the standard has a newer edition since, answers are found by the lineage of its criteria.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audits.models import Audit, AuditStatus
from audits.selectors.case import asked_codes
from standards.editions.comparison import Carry, compare
from standards.selectors import edition_document

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from accounts.models import User
    from audits.models import Answer
    from standards.models import Edition

Row = tuple[str, int | None, str, str, str | None, str | None, "datetime | None"]
Origins = dict[str, tuple[tuple[str, ...], bool]]
REMEMBERED = 16  # pairs of editions


@dataclass(frozen=True, slots=True)
class Ghost:
    """An answer of the last audit. ``same``: it answers what is asked now, so that it can be confirmed as it is."""

    audit: int
    reference: str
    code: str
    level: int | None
    na_reason: str
    note: str
    by: str
    at: datetime | None
    same: bool

    @property
    def value(self) -> str:
        """Return it as the sheet posts an answer."""
        return "na" if self.level is None else str(self.level)


def last_audit(audit: Audit, *, user: User) -> Audit | None:
    """Return the last closed audit of the centre on any edition of the standard, as far as the person may see it.

    One query.
    """
    earlier = Audit.objects.visible_to(user).filter(
        centre=audit.centre_id, edition__code=audit.edition.code, status=AuditStatus.CLOSED
    )
    return (
        earlier.filter(onsite_to__lt=audit.onsite_from)
        .exclude(pk=audit.pk)
        .select_related("edition", "centre")
        .defer("edition__document", "market")
        .order_by("-onsite_to", "-pk")
        .first()
    )


def with_ghosts(audit: Audit, answers: Sequence[Answer], *, user: User) -> Sequence[Answer]:
    """Return the answers, each with its ``ghosts`` (several where criteria were merged); two queries."""
    last = last_audit(audit, user=user)
    found = ghosts_by_code(audit, last) if last is not None else {}
    for answer in answers:
        answer.ghosts = found.get(answer.criterion.code, ())  # type: ignore[attr-defined] # read by the sheet's rows
    return answers


def ghosts_by_code(audit: Audit, last: Audit) -> dict[str, tuple[Ghost, ...]]:
    """Return the ghosts by the code of the criterion that they stand beside; one query."""
    given = _given(last)
    if last.edition_id == audit.edition_id:
        return {code: (_ghost(last, answer, same=True),) for code, answer in given.items()}
    found: dict[str, tuple[Ghost, ...]] = {}
    for code, (olds, same) in origins_of(last.edition, audit.edition).items():
        ghosts = tuple(_ghost(last, given[old], same=same) for old in olds if old in given)
        if ghosts:
            found[code] = ghosts
    return found


def _given(last: Audit) -> dict[str, Row]:
    """Return the answered rows by code, as plain values: a hundred model instances would cost more than the query."""
    asked = asked_codes(last)
    rows = last.current_answers.filter(revision__gt=0).values_list(
        "criterion__code", "level", "na_reason", "note", "answered_by__name", "answered_by__email", "answered_at"
    )
    return {row[0]: row for row in rows if row[0] in asked and (row[1] is not None or row[2])}


def _ghost(last: Audit, row: Row, *, same: bool) -> Ghost:
    code, level, na_reason, note, name, email, at = row
    return Ghost(
        audit=last.pk,
        reference=last.reference,
        code=code,
        level=level,
        na_reason=na_reason,
        note=note,
        by=name or email or "",
        at=at,
        same=same,
    )


_remembered: dict[tuple[str, str], Origins] = {}


def origins_of(old: Edition, new: Edition) -> Origins:
    """Return, by newer code, the older codes and whether an answer holds unchanged; compared once per process."""
    key = (old.sha256, new.sha256)
    if key not in _remembered:
        if len(_remembered) >= REMEMBERED:
            _remembered.pop(next(iter(_remembered)), None)
        _remembered[key] = {
            change.code: (tuple(each["code"] for each in change.old), change.carry is Carry.UNCHANGED)
            for change in compare(edition_document(old), edition_document(new)).criteria
            if change.new is not None and change.old
        }
    return _remembered[key]
