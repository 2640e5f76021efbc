"""The preview of moving an audit of 110 answered criteria to the next edition.

Beside it the same question asked row by row through the ORM, as the field's usual tools do when a framework is updated:
per requirement its new version, the old answer, its evidence and its findings, each by a query of its own; without
scores, gates, reasons and hash, which it has no words for.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tests.bench.common import median, peak, queries, start
from tests.bench.row import Row

AT = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)
STANDARDS = Path(__file__).parents[2] / "fixtures" / "standards"
EDITIONS = ("four-block-2025.yaml", "four-block-2026.yaml")
NOTE = "Seen in the call recordings of the first week; two agents were interviewed."


def rows() -> list[Row]:
    """Fill a database of its own and measure; the median of each side after one warm-up."""
    with tempfile.TemporaryDirectory() as folder:
        start(Path(folder))
        audit, new = _world()
        found = [_preview(audit, new)]
        from django.db import connections

        connections.close_all()
    return found


def _world() -> tuple[Any, Any]:
    """Return an audit in fieldwork with every criterion answered and evidenced, and the edition to move to."""
    from accounts.models import Centre, Organisation, User
    from audits.models import Answer, Audit, Evidence, Finding
    from standards.services import edition_load, edition_publish

    old, new = (
        edition_publish(edition=edition_load(data=(STANDARDS / name).read_bytes(), at=AT).edition, at=AT)
        for name in EDITIONS
    )
    user = User.objects.create_user("leader@example.org", name="Leader")
    body = Organisation.objects.create(name="Audit body", country="HK")
    centre = Centre.objects.create(
        organisation=Organisation.objects.create(name="Bank", country="HK"),
        name="Harbour",
        country="HK",
        industry="banking",
        channels=["voice", "email", "chat", "messaging", "social", "video", "bot", "self_service", "in_person"],
        languages=["en"],
        seats=40,
    )
    audit = Audit.objects.create(
        reference="A-2026-00001",
        kind="certification",
        centre=centre,
        auditee_id=centre.organisation_id,
        conductor=body,
        edition=old,
        edition_sha256=old.sha256,
        status="fieldwork",
        scope="All channels.",
        onsite_from=date(2026, 9, 14),
        onsite_to=date(2026, 9, 18),
        created_at=AT,
        created_by=user,
    )
    said = {"note": NOTE, "revision": 1, "answered_by": user, "answered_at": AT}
    criteria = list(old.criteria.order_by("position"))
    answers = Answer.objects.bulk_create(
        [Answer(audit=audit, criterion=each, level=each.position % 6, **said) for each in criteria]
    )
    pieces = Evidence.objects.bulk_create(
        [
            Evidence(
                audit=audit,
                title=f"File {number}",
                filename=f"{number}.pdf",
                media_type="application/pdf",
                size=1000,
                sha256=f"{number:064x}",
                uploaded_by=user,
                uploaded_at=AT,
            )
            for number in range(len(answers))
        ]
    )
    through = Evidence.answers.through
    through.objects.bulk_create(
        through(evidence=piece, answer=answer) for piece, answer in zip(pieces, answers, strict=True)
    )
    Finding.objects.bulk_create(
        Finding(
            audit=audit,
            criterion=each,
            number=number,
            kind="minor",
            statement="The wallboard was off.",
            objective_evidence="Seen at 10:00.",
            due=AT.date(),
            raised_by=user,
            raised_at=AT,
        )
        for number, each in enumerate(criteria[::10], 1)
    )
    return audit, new


def _fresh(audit: Any) -> Any:
    """Fetch the audit as a page does."""
    from audits.models import Audit

    return Audit.objects.select_related("edition", "centre").defer("edition__document").get(pk=audit.pk)


def _preview(audit: Any, new: Any) -> Row:
    from audits.selectors.moving import move_plan, target_for

    def ours() -> Any:
        fetched = _fresh(audit)
        return move_plan(fetched, target_for(fetched, new.pk), today=AT.date())

    plan, by_hand = ours().plan, _row_by_row(audit, new)
    if {each["code"]: len(each["from"]) for each in plan["criteria"] if each["carry"] == "unchanged"} != by_hand:
        raise AssertionError("The baseline finds other criteria that carry over.")
    counts = queries(ours), queries(lambda: _row_by_row(audit, new))
    what = f"preview of moving an audit of {audit.answers.count()} answers, with scores ({counts[0]} queries)"
    return Row(
        what,
        median(ours),
        f"row by row through the ORM, without scores ({counts[1]} queries)",
        median(lambda: _row_by_row(audit, new)),
        peak(),
    )


def _row_by_row(audit: Any, new: Any) -> dict[str, int]:
    """Ask for each criterion by itself what it was, what was answered, and what hangs on it; those that carry over."""
    from audits.models import Answer, Evidence, Finding
    from standards.editions.lineage import lineage_of
    from standards.models import Criterion
    from standards.selectors import edition_document

    document = edition_document(new)
    known = set(Criterion.objects.filter(edition=audit.edition_id).values_list("code", flat=True))
    carried = {}
    for criterion in Criterion.objects.filter(edition=new).order_by("position"):
        origin = lineage_of(document, criterion.code, known)
        before = [Criterion.objects.get(edition=audit.edition_id, code=code) for code in origin.codes]
        for each in before:
            answer = Answer.objects.get(audit=audit, criterion=each)
            list(Evidence.objects.filter(answers=answer))
            list(Finding.objects.filter(audit=audit, criterion=each))
        if len(before) == 1 and _means_the_same(before[0], criterion, origin.meaning):
            carried[criterion.code] = 1
    return carried


def _means_the_same(old: Any, new: Any, meaning: str) -> bool:
    if old.kind != new.kind or meaning == "changed":
        return False
    same = old.requirement["en"] == new.requirement["en"] and all(
        old.anchors.get(level, {}).get("en") == words.get("en") for level, words in new.anchors.items()
    )
    return same or meaning == "same"
