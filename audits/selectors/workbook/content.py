"""A whole workbook of an audit, ready to be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.crypto import salted_hmac
from django.utils.translation import get_language, gettext

from audits.models import EvidenceKind, FindingKind
from audits.samples import RecordResult
from audits.selectors.workbook.rows import criteria_of, rows_now
from audits.workbook.layout import NO, NOT_APPLICABLE, SHEETS, YES
from audits.workbook.seal import Meta, Sent, seal_rows
from audits.workbook.texts import carried
from audits.workbook.writer import Content, Row
from audits.workbook_words import LABELS, readme
from standards.selectors import edition_spec
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from audits.models import Audit
    from audits.selectors.workbook.rows import Rows


def sign(words: str) -> str:
    """Return the signature of this installation."""
    return salted_hmac("audits.workbook", words, algorithm="sha256").hexdigest()


def workbook_content(audit: Audit, *, user: User, nonce: str, at: datetime) -> Content:
    """Return everything of an audit that a workbook holds, as the person may see it; nine queries at most.

    ``nonce`` names this export and no other.
    """
    now = rows_now(audit, user)
    meta = Meta(
        audit=audit.reference,
        edition=audit.edition.code,
        edition_version=audit.edition.version,
        edition_sha256=audit.edition.sha256,
        exported_at=at.isoformat(timespec="seconds"),
        exported_by=user.pk,
        locale=get_language() or "en",
        nonce=nonce,
    )
    proofs = {sheet.name: sheet.proof for sheet in SHEETS}
    sent = {
        name: {key: Sent(row.rev, row.carried, carried(row.shown.get(proofs[name], ""))) for key, row in rows.items()}
        for name, rows in now.items()
    }
    return Content(
        title=audit.reference,
        readme=readme(audit, meta),
        rows={sheet.name: _rows(sheet.name, now) for sheet in SHEETS},
        choices=choices_of(audit),
        labels={key: str(label) for key, label in LABELS.items()},
        meta=seal_rows(meta, sent, sign),
    )


def _rows(name: str, now: Rows) -> list[Row]:
    id_key = next(sheet.id_key for sheet in SHEETS if sheet.name == name)
    return [Row({id_key: key, "_rev": str(row.rev), **row.shown, **row.values}) for key, row in now[name].items()]


def choices_of(audit: Audit) -> dict[str, list[tuple[str, str]]]:
    """Return the codes that columns take, with their words in the reader's language; no query."""
    levels = sorted({level for row in edition_spec(audit.edition).rows for level in row.levels})
    return {
        "level": [
            *((str(level), gettext("Level %(level)s") % {"level": level}) for level in levels),
            (NOT_APPLICABLE, gettext("not applicable")),
        ],
        "evidence_kind": [(code, str(label)) for code, label in EvidenceKind.choices],
        "yes_no": [(YES, gettext("yes")), (NO, gettext("no"))],
        "result": [(code, str(label)) for code, label in RecordResult.choices if code],
        "finding_kind": [(code, str(label)) for code, label in FindingKind.choices],
        "criterion": [(code, text(each["title"])) for code, each in criteria_of(audit).items()],
    }
