"""A workbook goes out, and what comes back is saved: by the same services as everything else, whole or not at all."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction

from audits.models import Answer, Audit
from audits.samples import SampleItem
from audits.selectors.workbook.checks import finding_key
from audits.selectors.workbook.content import sign, workbook_content
from audits.selectors.workbook.report import counts_of, fingerprint_of, is_good, workbook_plan
from audits.services.answers import AnswerInput, answer_save
from audits.services.errors import AuditError
from audits.services.evidence import evidence_attach, evidence_detach
from audits.services.findings import finding_edit, finding_raise
from audits.services.locking import audit_lock, subject_of
from audits.services.pieces import evidence_describe
from audits.services.samples import sample_item_save
from audits.workbook.comparing import GOOD, Status
from audits.workbook.layout import ANSWERS, BETWEEN, EVIDENCE, FINDINGS, NOT_APPLICABLE, SAMPLES, YES
from audits.workbook.reader import read_workbook
from audits.workbook.seal import WorkbookError
from audits.workbook.writer import write_workbook
from benchmarks.message import marked as _
from ledger.services import ledger_append
from standards.models import Criterion

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from pathlib import Path

    from accounts.models import User
    from audits.selectors.workbook.report import Plan
    from audits.workbook.comparing import RowPlan
    from audits.workbook.reader import Returned


class WorkbookRefusedError(AuditError):
    """Nothing was written; ``code`` is rows_refused, plan_changed or settled_already, ``plan`` how things are."""

    def __init__(self, code: str, plan: Plan) -> None:
        """Keep both."""
        super().__init__(code)
        self.code, self.plan = code, plan


@transaction.atomic
def workbook_export(*, audit: Audit, by: User, at: datetime) -> bytes:
    """Return the audit as XLSX, as the person may see it; who took it away is in the ledger."""
    nonce = uuid.uuid4().hex
    data = write_workbook(workbook_content(audit, user=by, nonce=nonce, at=at))
    payload = {"export": nonce, "edition_sha256": audit.edition.sha256}
    ledger_append(action="workbook.exported", subject=subject_of(audit), by=by, at=at, payload=payload)
    return data


def workbook_read(path: Path, *, audit: Audit | None = None) -> tuple[Audit, Returned]:
    """Read a returned workbook and say of which audit it is; nothing is written.

    ``audit`` is the one it must be of, where that is known. Raises ``WorkbookError``: unusable, of another audit, or of
    an edition that the audit is not on.
    """
    returned = read_workbook(path, sign)
    meta = returned.meta
    found = audit or Audit.objects.select_related("edition", "centre").filter(reference=meta.audit).first()
    if found is None or found.reference != meta.audit:
        raise WorkbookError(_("The workbook is of audit {audit}, not of this one."), audit=meta.audit)
    _require_edition(found, returned)
    return found, returned


def _require_edition(audit: Audit, returned: Returned) -> None:
    meta = returned.meta
    if meta.edition_sha256 != audit.edition.sha256:
        raise WorkbookError(
            _("The workbook is of edition {old}; the audit is on {new} by now. Export it anew."),
            old=f"{meta.edition} {meta.edition_version}",
            new=str(audit.edition),
        )


@transaction.atomic
def workbook_import(
    *,
    audit_id: int,
    returned: Returned,
    sha256: str,
    by: User,
    at: datetime,
    source: str = "workbook",
    valid_only: bool = False,
    taken: Collection[str] = (),
    fingerprint: str | None = None,
) -> Plan:
    """Save what a workbook asks for, in one transaction, and return what became of each row.

    All or nothing, unless ``valid_only`` says to leave out what cannot be taken; the ledger says which it was.
    ``taken`` are keys of rows in conflict that are saved over what somebody else stored, which stays in the history.
    ``fingerprint`` is that of the plan that was shown: where anything is not as it was, nothing is written. ``sha256``
    is of the file, ``source`` what it was. Raises ``WorkbookRefusedError``, and ``WorkbookError`` where the audit has
    moved to another edition.
    """
    # Answers before the audit, as whoever saves one locks them: nobody waits for the other in a circle.
    locked = Answer.objects.select_for_update(no_key=True).filter(audit=audit_id).order_by("pk")
    list(locked.values_list("pk", flat=True))
    audit = audit_lock(audit_id)
    _require_edition(audit, returned)
    plan = workbook_plan(audit, returned, by=by, at=at, taken=taken)
    if fingerprint is not None and fingerprint_of(plan) != fingerprint:
        raise WorkbookRefusedError("plan_changed", plan)
    if not valid_only and not is_good(plan):
        raise WorkbookRefusedError("rows_refused", plan)
    updates = [row for row in plan if row.status == Status.UPDATE]
    if not updates:
        return plan
    answers = dict(audit.current_answers.values_list("criterion__code", "pk"))
    saving = _Saving(audit, answers, returned.meta.nonce, by, at)
    for row in updates:
        saving.save(row)
    payload = {
        "source": source,
        "export": returned.meta.nonce,
        "sha256": sha256,
        "valid_rows_only": valid_only,
        "counts": counts_of(plan),
        "overridden": [f"{row.title}!{row.line}" for row in updates if row.overrides],
        "left_out": [f"{row.title}!{row.line}" for row in plan if row.status not in GOOD],
    }
    ledger_append(action="workbook.imported", subject=subject_of(audit), by=by, at=at, payload=payload)
    return plan


class _Saving:
    """Rows of a plan, each saved by the service that saves it everywhere else."""

    def __init__(self, audit: Audit, answers: dict[str, int], nonce: str, by: User, at: datetime) -> None:
        self._audit, self._answers, self._nonce, self._by, self._at = audit, answers, nonce, by, at
        self._ways = {ANSWERS: self._answer, EVIDENCE: self._evidence, SAMPLES: self._sample, FINDINGS: self._finding}

    def save(self, row: RowPlan) -> None:
        """Save one row. Raises as its service does, so that nothing of the workbook is written."""
        self._ways[row.layout](row)

    def _answer(self, row: RowPlan) -> None:
        level = row.after["level"]
        content = AnswerInput(
            level=int(level) if level and level != NOT_APPLICABLE else None,
            na_reason=row.after["na_reason"],
            note=row.after["note"],
        )
        answer_save(answer_id=self._answers[row.id], content=content, revision=row.rev, by=self._by, at=self._at)

    def _evidence(self, row: RowPlan) -> None:
        piece, after = self._audit.evidence.get(pk=int(row.id[1:])), row.after
        evidence_describe(
            evidence=piece,
            title=after["title"],
            kind=after["kind"],
            confidential=after["confidential"] == YES,
            valid_until=_day(after["valid_until"]),
            by=self._by,
            at=self._at,
        )
        old, new = ({code for code in side["criteria"].split(BETWEEN) if code} for side in (row.before, after))
        for code in sorted(new - old):
            evidence_attach(answer=self._stored(code), evidence_id=piece.pk, by=self._by, at=self._at)
        for code in sorted(old - new):
            evidence_detach(answer=self._stored(code), evidence_id=piece.pk, by=self._by, at=self._at)

    def _stored(self, code: str) -> Answer:
        return self._audit.current_answers.select_related("criterion").get(criterion__code=code)

    def _sample(self, row: RowPlan) -> None:
        sample, _point, position = row.id[1:].partition(".")
        item = SampleItem.objects.get(sample__audit=self._audit, sample__number=int(sample), position=int(position))
        sample_item_save(
            item_id=item.pk,
            result=row.after["result"],
            note=row.after["note"],
            evidence=list(item.evidence.all()),
            revision=row.rev,
            by=self._by,
            at=self._at,
        )

    def _finding(self, row: RowPlan) -> None:
        after = row.after
        said = {
            "kind": after["kind"],
            "statement": after["statement"],
            "objective_evidence": after["objective_evidence"],
            "due": _day(after["due"]),
        }
        if row.is_new:
            criterion = Criterion.objects.get(edition=self._audit.edition_id, code=after["criterion"])
            key = finding_key(self._nonce, after)
            finding_raise(audit_id=self._audit.pk, criterion=criterion, key=key, by=self._by, at=self._at, **said)  # type: ignore[arg-type] # texts and a day
            return
        finding = self._audit.findings.get(number=int(row.id[1:]))
        finding_edit(
            finding_id=finding.pk,
            evidence=list(finding.evidence.values_list("pk", flat=True)),
            revision=row.rev,
            by=self._by,
            at=self._at,
            **said,  # type: ignore[arg-type] # likewise
        )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
