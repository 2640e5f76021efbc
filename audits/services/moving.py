"""Moving an audit under way to another edition: exactly what was previewed, whole or not at all; nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from audits.carrying import UNDO, MoveRefusedError
from audits.models import Answer, AuditMove, Finding
from audits.selectors.moving import move_plan, target_for
from audits.services.locking import audit_lock, subject_of
from audits.workflow import PLANNABLE
from ledger.services import ledger_append
from standards.editions.comparison import Carry
from standards.models import Criterion, Edition

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from accounts.models import User
    from audits.carrying import Outcome
    from audits.models import Audit
    from audits.selectors.moving import Move

BATCH = 500


@transaction.atomic
def audit_move(
    *, audit_id: int, edition_id: int, fingerprint: str, read: Collection[str], reason: str, by: User, at: datetime
) -> AuditMove:
    """Move the audit to another edition, or undo its last move, as the plan with this ``fingerprint`` says.

    ``read``: the groups (again, gone) that the person says to have read. Answers that hold are carried with their
    revision, evidence and findings; what has to be answered again, and what falls away, stays as it was with the
    criterion of the edition that is left.
    Raises ``NotEditableError`` and ``MoveRefusedError`` with every reason; plan_changed when anything is not as it was
    when the preview was made.
    """
    # Answers before the audit, as whoever saves an answer locks them: nobody waits for the other in a circle.
    locked = Answer.objects.select_for_update(no_key=True).filter(audit=audit_id).order_by("pk")
    list(locked.values_list("pk", flat=True))
    audit = audit_lock(audit_id, within=PLANNABLE)
    # Whoever supersedes or withdraws the edition meanwhile waits, or was first.
    list(Edition.objects.select_for_update(no_key=True).filter(pk=edition_id).values_list("pk", flat=True))
    move = move_plan(audit, target_for(audit, edition_id), today=at.date())
    refused = [] if reason.strip() else ["no_reason"]
    if move.fingerprint != fingerprint:
        refused.append("plan_changed")
    elif not set(move.must_read) <= set(read):
        refused.append("unread")
    if refused:
        raise MoveRefusedError(*refused)
    return _made(audit, move, reason=reason.strip(), by=by, at=at)


def _made(audit: Audit, move: Move, *, reason: str, by: User, at: datetime) -> AuditMove:
    old, new = audit.edition, move.target.edition
    _carry(audit, move, _criteria(old), _criteria(new))
    audit.edition, audit.edition_sha256 = new, new.sha256
    audit.facts, audit.market = move.facts, move.market
    audit.save(update_fields=["edition", "edition_sha256", "facts", "market"])
    made = AuditMove.objects.create(
        audit=audit,
        old_edition=old,
        new_edition=new,
        plan=move.plan,
        plan_sha256=move.fingerprint,
        undoes=move.target.undoes,
        reason=reason,
        by=by,
        at=at,
    )
    ledger_append(
        action="audit.move_undone" if move.plan["kind"] == UNDO else "audit.moved",
        subject=subject_of(audit),
        by=by,
        at=at,
        payload={
            "from": old.sha256,
            "to": new.sha256,
            "plan_sha256": made.plan_sha256,
            "counts": move.plan["counts"],
            "tiers": move.plan["tiers"],
            "reason": reason,
        },
    )
    return made


def _criteria(edition: Edition) -> dict[str, int]:
    return dict(Criterion.objects.filter(edition=edition).values_list("code", "pk"))


def _carry(audit: Audit, move: Move, old: Mapping[str, int], new: Mapping[str, int]) -> None:
    """Take carried answers and their findings over, and make rows for what is asked anew; a fixed number of queries."""
    undone = move.target.undoes
    if undone is not None:
        # Nobody ever wrote in the rows that the move made; the plan was refused otherwise.
        fresh = [old[outcome.code] for outcome in move.outcomes if outcome.carry is Carry.GONE]
        audit.answers.filter(criterion__in=fresh).delete()
        carried = [(each["code"], each["from"][0]["code"]) for each in undone.plan["criteria"] if _is_carried(each)]
    else:
        carried = [(each.given[0].code, each.code) for each in move.outcomes if each.carry is Carry.UNCHANGED]
    places = {old[source]: new[code] for source, code in carried}
    _repoint(Answer, audit, places)
    _repoint(Finding, audit, places)
    if undone is None:
        _ask(audit, [each for each in move.outcomes if each.carry in {Carry.AGAIN, Carry.NEW}], old, new)


def _is_carried(criterion: Mapping[str, Any]) -> bool:
    return bool(criterion["carry"] == Carry.UNCHANGED)


def _repoint(model: type[Answer | Finding], audit: Audit, places: Mapping[int, int]) -> None:
    """Put the rows on these criteria of the one edition on those of the other."""
    rows: Any = list(model._default_manager.filter(audit=audit, criterion__in=places))  # noqa: SLF001 - Django's own API
    for row in rows:
        row.criterion_id = places[row.criterion_id]
    model._default_manager.bulk_update(rows, ["criterion"], batch_size=BATCH)  # noqa: SLF001


def _ask(audit: Audit, asked: Collection[Outcome], old: Mapping[str, int], new: Mapping[str, int]) -> None:
    """Make an empty row for each criterion that is asked again or for the first time, with what was answered before."""
    made = Answer.objects.bulk_create([Answer(audit=audit, criterion_id=new[each.code]) for each in asked], BATCH)
    sources = {old[given.code] for each in asked for given in each.given}
    rows = dict(audit.answers.filter(criterion__in=sources).values_list("criterion_id", "pk"))
    through = Answer.former.through
    # An answer that was itself asked again, and not given, hands on what was answered before it.
    earlier: dict[int, list[int]] = {}
    for link in through.objects.filter(from_answer__in=rows.values()):
        earlier.setdefault(link.from_answer_id, []).append(link.to_answer_id)
    links = (
        through(from_answer_id=answer.pk, to_answer_id=former)
        for answer, each in zip(made, asked, strict=True)
        for former in dict.fromkeys(
            found for given in each.given for found in (rows[old[given.code]], *earlier.get(rows[old[given.code]], ()))
        )
    )
    through.objects.bulk_create(links, BATCH)
