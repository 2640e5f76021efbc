"""Is the signature whole: every byte as it was signed, nothing added since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asn1crypto import cms, core, x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509 import load_der_x509_certificate
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

from benchmarks.message import marked as _
from reports.checking.container import BROKEN
from reports.checking.verdict import BAD, GOOD, row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.x509 import Certificate
    from pyhanko.sign.validation import EmbeddedPdfSignature

    from reports.checking.container import Container
    from reports.checking.verdict import Row

DIGESTS = frozenset({"sha256", "sha384", "sha512"})
TIMESTAMP = "signature_time_stamp_token"


def check_seal(container: Container) -> Iterator[Row]:
    """Yield whether the signature covers the bytes as they are, and what came after it."""
    signature = container.signature
    if signature is None:
        yield row("seal", BAD, _("The file is not signed. Nothing shows who made it, or that it was not changed."))
        return
    fault = _fault(container.data, signature)
    if fault:
        yield row("seal", BAD, fault)
    else:
        yield row("seal", GOOD, _("Every byte that was signed is as it was signed."))
    yield _revision(container, signature)


def _fault(data: bytes, signature: EmbeddedPdfSignature) -> str:
    """Return what is wrong with the signature itself; empty when nothing is."""
    changed = _("The file was changed after it was signed: its bytes are not those that the signature covers.")
    try:
        intact, valid = validate_sig_integrity(
            signature.signer_info, signature.signer_cert, "data", signature.compute_digest()
        )
        if not intact:
            return changed
        if not valid:
            return _("The signature was changed: it is not one by the key that it names.")
        if signature.md_algorithm not in DIGESTS:
            return _("The signature uses a hash that no longer protects anything.")
        if not _gap_is_clean(data, signature):
            return _("Bytes around the signature were changed after signing.")
    except BROKEN:
        return _("The signature cannot be read: it was damaged or changed.")
    return ""


def _gap_is_clean(data: bytes, signature: EmbeddedPdfSignature) -> bool:
    """Say whether the only bytes that no signature can cover, those of its own place, hold it and zeros and no more.

    What the signer does not sign in the CMS structure is written anew from what it has to be, and compared.
    """
    start, first, second, length = (int(each) for each in signature.byte_range)
    der = _rewritten(signature)
    room = (second - first - 2) // 2
    written = b"<" + der.hex().upper().encode() + b"00" * (room - len(der)) + b">"
    return start == 0 and second + length <= len(data) and data[first:second] == written


def _rewritten(signature: EmbeddedPdfSignature) -> bytes:
    """Return the CMS structure as a PAdES signer writes it, with the signed and checked parts of this one."""
    signer = signature.signer_info
    digest = {"algorithm": signature.md_algorithm, "parameters": core.Null()}
    known = {
        "version": "v1",
        "sid": _sid(signature.signer_cert),
        "digest_algorithm": digest,
        "signed_attrs": signer["signed_attrs"],
        "signature_algorithm": _plain_algorithm(signer["signature_algorithm"]),
        "signature": signer["signature"],
    }
    stamps = signer["unsigned_attrs"]
    if stamps and {each["type"].native for each in stamps} == {TIMESTAMP}:
        known["unsigned_attrs"] = stamps
    content = {
        "version": "v1",
        "digest_algorithms": [digest],
        "encap_content_info": {"content_type": "data"},
        "certificates": _chain(signature),
        "signer_infos": [known],
    }
    written: bytes = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(content)}).dump()
    return written


def _sid(certificate: x509.Certificate) -> cms.SignerIdentifier:
    named = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    return cms.SignerIdentifier({"issuer_and_serial_number": cms.IssuerAndSerialNumber(named)})


def _plain_algorithm(found: cms.SignedDigestAlgorithm) -> cms.SignedDigestAlgorithm:
    """Return the algorithm with the parameters that it has to have; those of PSS are its own."""
    name = found["algorithm"].native
    return found if name == "rsassa_pss" else cms.SignedDigestAlgorithm({"algorithm": name})


def _chain(signature: EmbeddedPdfSignature) -> list[cms.CertificateChoices]:
    """Return the certificates in their order, as far as each is the signer's or has signed another of them, once."""
    held = [each.chosen for each in signature.signed_data["certificates"]]
    issuers = {each.dump(): load_der_x509_certificate(each.dump()) for each in held}
    signers = {signature.signer_cert.dump()}
    for der, issuer in issuers.items():
        if any(_issued(other, issuer) for name, other in issuers.items() if name != der or _is_root(issuer)):
            signers.add(der)
    return [cms.CertificateChoices("certificate", each) for each in held if each.dump() in signers]


def _is_root(certificate: Certificate) -> bool:
    return certificate.issuer == certificate.subject


def _issued(certificate: Certificate, issuer: Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, *BROKEN):
        return False
    return True


def _revision(container: Container, signature: EmbeddedPdfSignature) -> Row:
    """Say whether something was appended: an incremental update leaves the signed bytes alone and hides them."""
    end = int(signature.byte_range[2]) + int(signature.byte_range[3])
    if end == len(container.data) and not container.revisions:
        return row("revision", GOOD, _("Nothing was appended after signing."))
    if container.latest != container.files:
        return row(
            "revision",
            BAD,
            _(
                "A revision was appended after signing, and it replaces embedded content. "
                "What was signed is judged below, not what was appended."
            ),
        )
    return row(
        "revision",
        BAD,
        _(
            "A revision was appended after signing: what you see may not be what was signed. "
            "The signed part ends {count} bytes before the end of the file."
        ),
        count=len(container.data) - end,
    )
