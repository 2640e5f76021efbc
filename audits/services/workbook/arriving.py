"""What is brought to an audit is read and kept, looked at, and confirmed; a checklist is given its columns first."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import get_language

from audits.arrivals import Arrival, ArrivalKind
from audits.models import Audit
from audits.selectors.workbook.content import sign
from audits.selectors.workbook.report import report_of
from audits.selectors.workbook.rows import rows_now
from audits.services.errors import NotEditableError
from audits.services.workbook.handing import WorkbookRefusedError, workbook_import, workbook_read
from audits.workbook.checklist import as_sheet, read_checklist
from audits.workbook.layout import ANSWERS, SHEETS
from audits.workbook.reader import Returned
from audits.workbook.seal import Meta, Sent, seal_rows, unsealed
from audits.workbook.stored import as_data, from_data
from audits.workflow import EDITABLE

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from pathlib import Path

    from accounts.models import User
    from audits.selectors.workbook.report import Plan
    from audits.workbook.checklist import Columns

KEPT = timedelta(days=14)  # how long something that was not confirmed stays
LONGEST_NAME = 255


@transaction.atomic
def workbook_arrive(*, audit: Audit, path: Path, filename: str, by: User, at: datetime) -> Arrival:
    """Read a workbook of this audit and keep what it says. Raises ``WorkbookError`` and ``NotEditableError``."""
    _require_editable(audit)
    _audit, returned = workbook_read(path, audit=audit)
    return _keep(audit, ArrivalKind.WORKBOOK, path, filename, by, at, returned=as_data(returned))


@transaction.atomic
def checklist_arrive(*, audit: Audit, path: Path, filename: str, encoding: str, by: User, at: datetime) -> Arrival:
    """Read a checklist of any form and keep its rows. Raises ``audits.tabular.TableError`` and ``NotEditableError``."""
    _require_editable(audit)
    table = [[line, cells] for line, cells in read_checklist(path, encoding=encoding)]
    return _keep(audit, ArrivalKind.CHECKLIST, path, filename, by, at, table=table)


def _keep(
    audit: Audit, kind: ArrivalKind, path: Path, filename: str, by: User, at: datetime, **read: object
) -> Arrival:
    audit.arrivals.filter(settled_at=None, at__lt=at - KEPT).delete()
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Arrival.objects.create(
        audit=audit, kind=kind, filename=filename[-LONGEST_NAME:], sha256=sha256, by=by, at=at, **read
    )


@transaction.atomic
def checklist_map(*, arrival_id: int, columns: Columns, by: User, at: datetime) -> Arrival:
    """Say what the columns of a checklist are; its rows become answers that are compared with what is stored now.

    Raises ``WorkbookRefusedError`` (settled_already) and ``NotEditableError``.
    """
    arrival = _unsettled(arrival_id)
    audit = Audit.objects.select_related("edition", "centre").get(pk=arrival.audit_id)
    _require_editable(audit)
    sent = {key: Sent(row.rev, row.carried, key) for key, row in rows_now(audit, by)[ANSWERS.name].items()}
    exported = {sheet.name: sent if sheet is ANSWERS else {} for sheet in SHEETS}
    meta = Meta(
        audit=audit.reference,
        edition=audit.edition.code,
        edition_version=audit.edition.version,
        edition_sha256=audit.edition.sha256,
        exported_at=at.isoformat(timespec="seconds"),
        exported_by=by.pk,
        locale=get_language() or "en",
        nonce=uuid.uuid4().hex,
    )
    lines = [(line, cells) for line, cells in arrival.table or []]
    sheet = as_sheet(lines, columns, sent, title=arrival.filename)
    sealed = seal_rows(meta, exported, sign)
    arrival.returned = as_data(Returned(sealed, *unsealed(sealed, sign), (sheet,)))
    arrival.mapping = asdict(columns)
    arrival.save(update_fields=["returned", "mapping"])
    return arrival


@transaction.atomic
def arrival_settle(
    *, arrival_id: int, fingerprint: str, valid_only: bool, by: User, at: datetime, taken: Collection[str] = ()
) -> Plan:
    """Save what was brought, exactly as the plan with this ``fingerprint`` was shown; the report stays with it.

    Raises ``WorkbookRefusedError`` (settled_already, and as ``workbook_import``) and ``WorkbookError``.
    """
    arrival = _unsettled(arrival_id)
    returned = from_data(arrival.returned or {})
    plan = workbook_import(
        audit_id=arrival.audit_id,
        returned=returned,
        sha256=arrival.sha256,
        source=arrival.kind,
        valid_only=valid_only,
        taken=taken,
        fingerprint=fingerprint,
        by=by,
        at=at,
    )
    arrival.report = report_of(arrival.audit, returned, plan, written=True)
    arrival.settled_by, arrival.settled_at, arrival.valid_only = by, at, valid_only
    arrival.save(update_fields=["report", "settled_by", "settled_at", "valid_only"])
    return plan


def _require_editable(audit: Audit) -> None:
    if audit.status not in EDITABLE:
        raise NotEditableError(audit.status)


def _unsettled(arrival_id: int) -> Arrival:
    arrival = Arrival.objects.select_for_update(of=("self",)).select_related("audit").get(pk=arrival_id)
    if arrival.settled_at is not None:
        raise WorkbookRefusedError("settled_already", [])
    return arrival
