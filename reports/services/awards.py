"""Signing frozen results of an award with the installation's key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from awards.models import Result
from awards.selectors.results import signatures_wanted
from awards.services.results import Sealed, signature_keep
from reports.signing.jose import certificates_pem, jws_of
from reports.signing.keys import key_of

if TYPE_CHECKING:
    from datetime import datetime


def results_sign(*, result_id: int, at: datetime) -> int:
    """Sign frozen results, and corrections of them, that have no signature yet; return how many were signed.

    Outside a transaction: a token may take its time. What somebody else signed meanwhile stays. Raises KeySourceError.
    """
    result = Result.objects.get(pk=result_id)
    signed = {row.correction_id: row for row in result.signatures.all()}
    corrections = list(result.corrections.all())
    contents: dict[int | None, str] = {each.pk: each.content for each in corrections}
    contents[None] = result.content
    wanted = signatures_wanted(signed, corrections)
    for correction in sorted(wanted, key=lambda each: each or 0):
        key = key_of(settings.SIGNING)
        head, _body, signature = jws_of(contents[correction].encode(), key)
        sealed = Sealed(head, signature, certificates_pem(key), key.name, key.fingerprint)
        signature_keep(result_id=result.pk, correction_id=correction, sealed=sealed, by=None, at=at)
    return len(wanted)
