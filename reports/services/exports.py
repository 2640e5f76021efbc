"""Exports: asked for, rendered by a worker, cancelled, tried again.

A worker owns an export by its number of attempts: whoever raised it last may write progress and the result, so a run
that was cancelled, or taken over after a crash, cannot overwrite anything.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, Sum
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from audits.models import Audit, Certificate
from ledger.outbox import outbox_add
from ledger.services import ledger_append
from reports.models import Export, ExportKind, ExportStatus
from reports.papers import Order, document_of, may_have, waits_for
from reports.pdf import MissingGlyphError, SettingTooLargeError, SettingTooLongError
from reports.renderers import render_certificate, render_lens_pdf, render_lens_workbook, render_pdf
from reports.selectors import LensChoices, audit_document, certificate_document, certificate_printable, lens_document
from reports.signing.keys import key_of
from reports.signing.pades import signed
from reports.signing.source import KeySourceError
from reports.storage import export_write
from standards.shelf import lenses

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping
    from datetime import date, datetime

    from reports.papers import Document
    from reports.renderers import Printed
    from standards.lenses import Lens

logger = logging.getLogger(__name__)
RENDER_TASK = "reports.export_render"
WAITING = (ExportStatus.QUEUED, ExportStatus.RUNNING)
STALE = timedelta(minutes=10)
MOST_WAITING = 10
MOST_ATTEMPTS = 3


class ExportRefusedError(Exception):
    """The export cannot be asked for, cancelled or tried again now; the message says why, in words."""


@transaction.atomic
def export_request(
    *,
    audit: Audit | None,
    language: str,
    by: User,
    at: datetime,
    kind: str = ExportKind.REPORT,
    options: dict[str, Any] | None = None,
) -> Export:
    """Ask for a report, certificate or document. One that the same person is already waiting for is returned as it is.

    Raises ExportRefusedError for an unknown language or lens and when the person is waiting for ten others.
    """
    if language not in dict(settings.LANGUAGES):
        raise ExportRefusedError(_("Reports are printed in the languages of this installation only."))
    options = options or {}
    _check(audit, kind, options, by=by, at=at)
    if "beside" in options and (options["beside"] not in dict(settings.LANGUAGES) or options["beside"] == language):
        raise ExportRefusedError(_("The second language has to be another one of this installation's."))
    # Whoever asks twice at once waits here, and then finds the first.
    if audit is None:
        User.objects.select_for_update().only("pk").get(pk=by.pk)
    else:
        Audit.objects.select_for_update().only("pk").get(pk=audit.pk)
    waiting = Export.objects.filter(requested_by=by, status__in=WAITING)
    same = waiting.filter(audit=audit, language=language, kind=kind, options=options).first()
    if same:
        return same
    if waiting.filter(batch=None).count() >= MOST_WAITING:
        raise ExportRefusedError(_("You are waiting for ten reports already. Let one finish, or cancel one."))
    quota_check(by)
    facts = {"kind": kind, "options": options, "language": language}
    export = Export.objects.create(audit=audit, requested_by=by, requested_at=at, **facts)
    _enqueue(export, "export.requested", by=by, at=at)
    return export


def quota_check(person: User) -> None:
    """Raise ExportRefusedError when the files of a person's exports take more than ``EXPORT_QUOTA_BYTES``."""
    kept = Export.objects.filter(requested_by=person, status=ExportStatus.DONE).aggregate(size=Sum("size"))["size"]
    if (kept or 0) > settings.EXPORT_QUOTA_BYTES:
        words = _("Your exports take more room than one person may have. They expire after %(days)s days.")
        raise ExportRefusedError(words % {"days": settings.EXPORT_DAYS})


@transaction.atomic
def export_cancel(*, export_id: uuid.UUID, by: User, at: datetime) -> Export:
    """Stop waiting for an export; a worker that is busy with it will throw its result away."""
    export = _locked(export_id)
    if export.status not in WAITING:
        raise ExportRefusedError(_("This export has ended already; there is nothing to cancel."))
    export.status, export.finished_at, export.step = ExportStatus.CANCELLED, at, ""
    export.save(update_fields=["status", "finished_at", "step"])
    _record(export, "export.cancelled", by=by, at=at)
    return export


@transaction.atomic
def export_retry(*, export_id: uuid.UUID, by: User, at: datetime) -> Export:
    """Put a failed or cancelled export back into the queue."""
    export = _locked(export_id)
    if export.status not in (ExportStatus.FAILED, ExportStatus.CANCELLED, ExportStatus.EXPIRED):
        raise ExportRefusedError(_("Only an export that failed or was cancelled can be tried again."))
    export.status, export.percent, export.step, export.error = ExportStatus.QUEUED, 0, "", ""
    export.started_at = export.finished_at = None
    export.save()
    _enqueue(export, "export.retried", by=by, at=at)
    return export


def export_render(*, export_id: str, at: datetime) -> bool:
    """Render an export and return whether this run finished it. May run twice; never raises for a bad document.

    Claims the row, checks the requester's right anew, and writes progress outside of any long transaction.
    """
    export = _claim(export_id, at=at)
    if export is None:
        logger.info("Export %s is not waiting: nothing to do.", export_id)
        return False
    with translation.override(export.requested_by.language):
        if not _still_allowed(export):
            return _fail(export, _("You may no longer export this audit."), at=at)
        try:
            printed = _print(export, at=at)
        except Exception as error:  # noqa: BLE001 - said in words, and logged
            return _fail(export, _why(export, error), at=at)
    return _finish(export, printed, at=at)


@transaction.atomic
def exports_recover(*, started_before: datetime, at: datetime) -> int:
    """Put exports back into the queue whose worker has died, and return how many; one that it dies of is given up."""
    running = Export.objects.select_for_update(of=("self",)).select_related("requested_by")
    stale = list(running.filter(status=ExportStatus.RUNNING, started_at__lte=started_before))
    for export in stale:
        if export.attempts >= MOST_ATTEMPTS:
            with translation.override(export.requested_by.language):
                _fail(export, _("The work was broken off three times. The operator finds the cause in the log."), at=at)
            continue
        export.status, export.percent, export.step = ExportStatus.QUEUED, 0, ""
        export.save(update_fields=["status", "percent", "step"])
        outbox_add(task=RENDER_TASK, argument=str(export.pk), at=at)
    return len(stale)


# --- how ------------------------------------------------------------------------------------------------------------


def _check(audit: Audit | None, kind: str, options: Mapping[str, Any], *, by: User, at: datetime) -> None:
    """Refuse what cannot be made, before it is queued."""
    if kind == ExportKind.DOCUMENT:
        _document_of(options, by=by, at=at)
    elif audit is None:
        raise ExportRefusedError(_("The audit of this report is not there."))
    elif kind == ExportKind.CERTIFICATE:
        _certificate_of(audit, at.date())
    elif kind != ExportKind.REPORT:
        _lens_of(options, audit)


def _locked(export_id: uuid.UUID) -> Export:
    return Export.objects.select_for_update(of=("self",)).select_related("audit").get(pk=export_id)


def _enqueue(export: Export, action: str, *, by: User, at: datetime) -> None:
    outbox_add(task=RENDER_TASK, argument=str(export.pk), at=at)
    _record(export, action, by=by, at=at)


def _record(export: Export, action: str, *, by: User, at: datetime, **facts: str) -> None:
    payload: dict[str, Any] = {"audit": export.audit_id, "language": export.language, **facts}
    if export.kind != ExportKind.REPORT:
        payload |= {"kind": export.kind, "options": export.options}
    ledger_append(action=action, subject=f"export:{export.pk}", by=by, at=at, payload=payload)


def _claim(export_id: str, *, at: datetime) -> Export | None:
    """Take a waiting export, or one whose worker has been silent for too long; None when somebody else has it."""
    free = Q(status=ExportStatus.QUEUED) | Q(status=ExportStatus.RUNNING, started_at__lt=at - STALE)
    claimed = Export.objects.filter(free, pk=export_id).update(
        status=ExportStatus.RUNNING, started_at=at, percent=5, step="reading", error="", attempts=F("attempts") + 1
    )
    return Export.objects.select_related("audit", "requested_by").get(pk=export_id) if claimed else None


def _still_allowed(export: Export) -> bool:
    """Ask the rules anew: rights may have gone since the request."""
    person = export.requested_by
    return (
        person.is_active
        and Export.objects.visible_to(person).filter(pk=export.pk).exists()
        and may_have(person, export)
    )


def _print(export: Export, *, at: datetime) -> Printed:
    """Render the document, and sign what is a PDF."""
    if export.kind == ExportKind.DOCUMENT:
        printed = _print_document(export, at=at)
    elif export.kind == ExportKind.REPORT:
        printed = _print_report(export, at=at)
    elif export.kind == ExportKind.CERTIFICATE:
        printed = _print_certificate(export, at=at)
    else:
        printed = _print_lens(export, at=at)
    if export.suffix == ".pdf":
        _owned(export).update(percent=80, step="signing")
        printed = replace(printed, data=signed(printed.data, key_of(settings.SIGNING)))
    _owned(export).update(percent=90, step="saving")
    return printed


def _print_document(export: Export, *, at: datetime) -> Printed:
    document = _document_of(export.options, by=export.requested_by, at=at)
    order = Order(subject=document.subject, by=export.requested_by, language=export.language, at=at)
    return document.kind.formats[document.format](order)


def _document_of(options: Mapping[str, Any], *, by: User, at: datetime) -> Document:
    """Return the document that options name; what is not there, or waits for something, is not made."""
    document = document_of(options, by)
    if document is None:
        raise ExportRefusedError(_("There is no such document for you: what it is about may have gone."))
    wait = waits_for(document, at)
    if wait:
        raise ExportRefusedError(wait)
    return document


def _audit_of(export: Export) -> Audit:
    """Return the audit of an export that is about one."""
    if export.audit is None:
        raise ExportRefusedError(_("The audit of this report is not there."))
    return export.audit


def _print_report(export: Export, *, at: datetime) -> Printed:
    audit, beside = _audit_of(export), export.options.get("beside", "")
    report = audit_document(audit, language=export.language, at=at, beside=beside)
    second = audit_document(audit, language=beside, at=at) if beside else None
    _owned(export).update(percent=25, step="setting")
    return render_pdf(report, second)


def _print_certificate(export: Export, *, at: datetime) -> Printed:
    audit = _audit_of(export)
    _certificate_of(audit, at.date())
    levels = export.options.get("levels", True)
    document = certificate_document(audit, language=export.language, at=at, levels=levels)
    _owned(export).update(percent=25, step="setting")
    return render_certificate(document)


def _certificate_of(audit: Audit, today: date) -> Certificate:
    """Return the certificate that an audit led to; one that may not be relied on is not printed."""
    certificate = Certificate.objects.filter(audit=audit).first()
    if certificate is None:
        raise ExportRefusedError(_("This audit led to no certificate."))
    if not certificate_printable(certificate, today):
        raise ExportRefusedError(_("Only a certificate that is valid is printed; this one is not."))
    return certificate


def _print_lens(export: Export, *, at: datetime) -> Printed:
    audit = _audit_of(export)
    lens = _lens_of(export.options, audit)
    choices = LensChoices.restored(export.options)
    report = lens_document(audit, lens, choices=choices, language=export.language, at=at)
    _owned(export).update(percent=25, step="setting")
    return render_lens_pdf(report) if export.kind == ExportKind.LENS_PDF else render_lens_workbook(report)


def _lens_of(options: Mapping[str, Any], audit: Audit) -> Lens:
    """Return the lens that an export names; it may have gone, or been meant for another standard."""
    lens = lenses().get(options.get("lens", ""))
    if lens is None or not lens.fits(audit.edition.code):
        raise ExportRefusedError(_("This lens is not there, or not for the standard of this audit."))
    return lens


def _why(export: Export, error: Exception) -> str:
    """Say in words why a document could not be made; what only the operator can mend goes to the log."""
    if isinstance(error, (MissingGlyphError, ExportRefusedError)):
        return str(error)
    logger.error("Export %s failed", export.pk, exc_info=error)
    if isinstance(error, (MemoryError, SettingTooLargeError)):
        return _("The report needs more memory than a worker may use. Shorten notes.")
    if isinstance(error, SettingTooLongError):
        return _(
            "The pages took longer than %(seconds)s seconds and were stopped. Shorten notes, or try again later."
        ) % {"seconds": settings.RENDER_SECONDS}
    if isinstance(error, KeySourceError):
        return _("The file could not be signed. The operator finds the cause in the log.")
    return _("The report could not be made. The operator finds the cause in the log.")


def _owned(export: Export):  # type: ignore[no-untyped-def] # noqa: ANN202 - the plugin knows the type of the query set
    """Return the row as long as it is this run's."""
    return Export.objects.filter(pk=export.pk, status=ExportStatus.RUNNING, attempts=export.attempts)


def _finish(export: Export, printed: Printed, *, at: datetime) -> bool:
    """Store the file, then say so in one transaction with the ledger; a lost race changes nothing."""
    try:
        sha256 = export_write(printed.data, export.suffix)
    except OSError:
        logger.exception("Export %s could not be stored", export.pk)
        return _fail(export, _("The file could not be stored: the disk may be full."), at=at)
    result = {
        "filename": f"{_name_of(export)}-{export.language}{export.suffix}",
        "sha256": sha256,
        "content_sha256": printed.content_sha256,
        "size": len(printed.data),
        "pages": printed.pages,
    }
    with transaction.atomic():
        done = {"status": ExportStatus.DONE, "percent": 100, "step": "", "finished_at": at}
        if not _owned(export).update(**done, **result):
            return False
        facts = {"sha256": sha256, "content_sha256": printed.content_sha256}
        _record(export, "export.finished", by=export.requested_by, at=at, **facts)
    return True


def _name_of(export: Export) -> str:
    """Return how the file's name begins: what it is about, which document it is, and whether it is a draft."""
    draft = "-draft" if export.audit is not None and export.audit.result is None else ""
    if export.kind == ExportKind.DOCUMENT:
        document = document_of(export.options, export.requested_by)
        return f"{document.reference if document else export.options['document']}{draft}"
    audit = _audit_of(export)
    about = f"-{export.options['lens']}" if "lens" in export.options else ""
    if "beside" in export.options:
        about = f"-{export.options['beside']}"
    if export.kind == ExportKind.CERTIFICATE:
        about = f"-{audit.certificate.number}"
    return f"{audit.reference}{about}{draft}"


def _fail(export: Export, message: str, *, at: datetime) -> bool:
    """Keep the reason in words; always False."""
    with transaction.atomic():
        if _owned(export).update(status=ExportStatus.FAILED, error=message, finished_at=at, step=""):
            _record(export, "export.failed", by=export.requested_by, at=at, reason=message)
    return False
