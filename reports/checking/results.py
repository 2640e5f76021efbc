"""Checking frozen results of an award from the file that was handed out: whose they are, and whether they follow.

The file is JSON: ``document`` with ``protected`` and ``signature`` (a JWS with detached content), ``certificates``
(PEM, the signer's first), and ``corrections`` of the same form.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509 import load_der_x509_certificate
from pyhanko.keys import load_certs_from_pemder_data

from benchmarks.message import marked as _
from ledger.chain import UnfitContentError, canonical
from reports.checking.container import BROKEN, MOST_BYTES, UnusableError
from reports.checking.signer import check_signer, fingerprint, signer_facts
from reports.checking.verdict import BAD, GOOD, OPEN, Verdict, row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from asn1crypto.x509 import Certificate

    from reports.checking.verdict import Row

FORMATS = ("touchstone-award-results/1", "touchstone-award-results/2")
HALF = 32  # bytes of each half of a P-256 signature


@dataclass(frozen=True)
class Signed:
    """Who signed, as ``check_signer`` wants it; a JWS says no time."""

    signer_cert: Certificate
    other_embedded_certs: Sequence[Certificate]
    self_reported_timestamp: datetime | None = None


def is_results(data: bytes) -> bool:
    """Say whether the bytes are JSON rather than a PDF."""
    return data.lstrip()[:1] == b"{"


def check_results(data: bytes, trusted: Sequence[Certificate] = ()) -> Verdict:
    """Return the verdict on frozen results. Raises UnusableError when the file holds none."""
    found = _read(data)
    document = found["document"]
    signed = _signed(found)
    rows = [_seal(found, signed)]
    if signed:
        rows.append(check_signer(signed, trusted))
    rows += [*_again(document), _awarded(document), _corrections(found, document, signed)]
    return Verdict("results", tuple(rows), _facts(document, signed))


def _read(data: bytes) -> dict[str, Any]:
    if len(data) > MOST_BYTES:
        raise UnusableError(_("it is larger than any file of ours"))
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UnusableError(_("it is no JSON that can be read")) from error
    document = found.get("document")
    if not isinstance(document, dict) or document.get("format") not in FORMATS:
        raise UnusableError(_("it holds no frozen results of an award"))
    return dict(found)


def _signed(found: Mapping[str, Any]) -> Signed | None:
    try:
        certificates = list(load_certs_from_pemder_data(str(found["certificates"]).encode()))
        return Signed(certificates[0], certificates[1:])
    except BROKEN:
        return None


def _seal(found: Mapping[str, Any], signed: Signed | None) -> Row:
    """Say whether the signature is one over exactly this document, by the key of the certificate in the file."""
    if signed is None or not found.get("signature"):
        return row("seal", BAD, _("The file is not signed. Nothing shows who made it, or that it was not changed."))
    if not _holds(found, signed.signer_cert):
        return row("seal", BAD, _("The file was changed after it was signed, or another key signed it."))
    return row("seal", GOOD, _("Every byte that was signed is as it was signed."))


def _holds(part: Mapping[str, Any], certificate: Certificate) -> bool:
    try:
        header = json.loads(_bytes(part["protected"]))
        message = f"{part['protected']}.{_url(canonical(part['document']).encode())}".encode()
        if header["kid"] != fingerprint(certificate):
            return False
        _verify(load_der_x509_certificate(certificate.dump()).public_key(), _bytes(part["signature"]), message)
    except (InvalidSignature, UnfitContentError, *BROKEN):
        return False
    return True


def _verify(public: Any, signature: bytes, message: bytes) -> None:
    """Raise InvalidSignature, also for a kind of key that no file of ours is signed with."""
    if isinstance(public, ec.EllipticCurvePublicKey):
        if len(signature) != 2 * HALF:
            raise InvalidSignature
        first, second = int.from_bytes(signature[:HALF]), int.from_bytes(signature[HALF:])
        public.verify(encode_dss_signature(first, second), message, ec.ECDSA(hashes.SHA256()))
    elif isinstance(public, ed25519.Ed25519PublicKey):
        public.verify(signature, message)
    elif isinstance(public, rsa.RSAPublicKey):
        public.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    else:
        raise InvalidSignature


def _again(document: Mapping[str, Any]) -> list[Row]:
    """Compute the order of every stage again from the scores in the document."""
    from awards.tally import code_version, replayed

    try:
        wrong = replayed(document)
    except BROKEN:
        return [row("replay", BAD, _("The scores cannot be read: nothing can be computed of them."))]
    same = document.get("code") == code_version()
    code = _("It was made by the code that is used here.") if same else _("It was made by another version of the code.")
    if wrong:
        template = _("Computed again from the scores, another order comes out in: {stages}.")
        found = row("replay", BAD, template, stages=", ".join(map(str, wrong)))
    else:
        found = row("replay", GOOD, _("Computed again from the scores, every place is the same."))
    return [found, row("code", GOOD if same else OPEN, code)]


def _awarded(document: Mapping[str, Any]) -> Row:
    """Say whether the winners are those that places and gates lead to."""
    from awards.honours import honours_again

    if "awards" not in document:
        return row("winners", OPEN, _("These results do not say what the awards ask for."))
    try:
        same = honours_again(document) == document["winners"]
    except BROKEN:
        same = False
    if same:
        return row("winners", GOOD, _("The winners are those that the places lead to."))
    return row("winners", BAD, _("The places lead to other winners than those that are named."))


def _corrections(found: Mapping[str, Any], document: Mapping[str, Any], signed: Signed | None) -> Row:
    """Follow the chain from the hash of the results through every correction."""
    given = found.get("corrections") or []
    try:
        before = _hash(document)
        for part in given:
            fine = part["document"]["before"] == before
            if not fine or signed is None or not _correction_holds(part):
                return row("corrections", BAD, _("A correction was changed, left out or put in."))
            before = _hash(part["document"])
    except (UnfitContentError, *BROKEN):
        return row("corrections", BAD, _("A correction was changed, left out or put in."))
    if not given:
        return row("corrections", OPEN, _("The file has no correction. Whether there is a newer one it cannot say."))
    template = _("Corrections, each signed and tied to what came before: {count}.")
    return row("corrections", GOOD, template, count=len(given))


def _correction_holds(part: Mapping[str, Any]) -> bool:
    """Say whether a correction is signed by the key of its own certificate: keys change over the years."""
    signed = _signed(part)
    return signed is not None and _holds(part, signed.signer_cert)


def _facts(document: Mapping[str, Any], signed: Signed | None) -> dict[str, Any]:
    programme = document.get("programme")
    return {
        "signer": signer_facts(signed) if signed else None,
        "content_sha256": _hash(document),
        "programme": programme if isinstance(programme, dict) else None,
        "code": document.get("code"),
        "frozen_at": document.get("at"),
    }


def _hash(document: Any) -> str:
    return hashlib.sha256(canonical(document).encode()).hexdigest()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
