"""Calibration entries: invented, with levels that are known, among the others. They count for nothing."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.db import transaction

from awards.models import Entry, EntryAnswer, EntryStatus, EntryVersion, ProgrammeStatus
from awards.services.errors import AwardError
from awards.services.recording import programme_lock, record, require_printable
from awards.services.submitting import version_content
from ledger.chain import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from accounts.models import User


@transaction.atomic
def calibration_add(
    *,
    programme_id: int,
    title: str,
    category: str,
    texts: Mapping[str, str],
    levels: Mapping[str, int],
    by: User,
    at: datetime,
) -> Entry:
    """Write a calibration entry; every judge of a blind round gets it with the next assignment.

    ``texts`` by ask, ``levels`` by criterion: what the chairs hold to be right. Raises ``AwardError``: wrong_status,
    no_category, bad_level, bad_text.
    """
    programme = programme_lock(programme_id, within={ProgrammeStatus.OPEN})
    scheme = programme.scheme
    require_printable(title, *texts.values())
    if category not in {each.code for each in scheme.categories}:
        raise AwardError("no_category")
    known = {criterion.code for criterion in scheme.criteria}
    if not levels or levels.keys() - known or any(not scheme.least <= each <= scheme.most for each in levels.values()):
        raise AwardError("bad_level", least=scheme.least, most=scheme.most)
    entry = Entry.objects.create(
        programme=programme,
        organisation=programme.organiser,
        category=category,
        title=title,
        calibration=dict(levels),
        status=EntryStatus.SUBMITTED,
        revision=1,
        created_by=by,
        created_at=at,
    )
    asked = [EntryAnswer(entry=entry, ask=ask, text=text, revision=1) for ask, text in texts.items()]
    EntryAnswer.objects.bulk_create(asked)
    text = canonical(version_content(entry, 1, at))
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    EntryVersion.objects.create(entry=entry, number=1, content=text, sha256=sha256, submitted_by=by, submitted_at=at)
    record(programme, "calibration_added", {"entry": entry.code, "levels": dict(levels)}, by=by, at=at)
    return entry
