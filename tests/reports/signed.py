"""A small audit of the whole way, printed and signed: what the tests of checking begin with."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from audits.services.results import result_refresh
from reports.renderers import render_pdf
from reports.selectors import audit_document
from reports.signing.keys import key_of
from reports.signing.pades import signed
from reports.signing.source import KeySource
from tests.factories import AT, leader_of, make_audit
from tests.reports.rows import answer_all, make_certificate

if TYPE_CHECKING:
    from pathlib import Path

    from audits.models import Audit
    from reports.document import CertificationReport
    from reports.signing.keys import Key


def make_audit_with_result(level: int = 4, **fields: Any) -> Audit:
    """Return an audit with a frozen result and a certificate."""
    audit = make_audit(**fields)
    answer_all(audit, level)
    audit.refresh_from_db()
    audit.facts = {"decision_route": {"value": "panel", "note": ""}}
    audit.save()
    result_refresh(audit=audit, by=leader_of(audit), at=AT)
    make_certificate(audit)
    return audit


def make_document(**fields: Any) -> CertificationReport:
    """Return the report on such an audit."""
    return audit_document(make_audit_with_result(**fields), language="en", at=AT)


def own_key(folder: Path) -> Key:
    """Return the own key of an installation in that folder."""
    return key_of(KeySource(folder))


def sign_report(report: CertificationReport, key: Key) -> bytes:
    """Print and sign a report."""
    return signed(render_pdf(report).data, key)


def with_file(data: bytes, name: str, content: bytes, *, packed: bool = False) -> bytes:
    """Append a revision in which an embedded file has another content."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data), strict=False)
    names = writer.root["/Names"]["/EmbeddedFiles"]["/Names"]
    held = next(each.get_object() for each in list(names)[1::2] if each.get_object()["/UF"] == name)
    stream = generic.StreamObject(stream_data=content)
    if packed:
        stream.compress()
    held["/EF"][generic.pdf_name("/F")] = writer.add_object(stream)
    writer.update_container(held)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
