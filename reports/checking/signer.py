"""Whose signature it is. A name proves nothing: only the certificate's fingerprint, or who vouches for it, does."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Protocol

from pyhanko.keys import load_certs_from_pemder_data
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError

from benchmarks.message import MessageError
from benchmarks.message import marked as _
from reports.carried import OWN_NAME
from reports.checking.container import BROKEN
from reports.checking.verdict import BAD, GOOD, OPEN, row

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from typing import Any

    from asn1crypto.x509 import Certificate

    from reports.checking.verdict import Row


class TrustError(MessageError):
    """What should be trusted is no certificate."""


def trusted_from(data: bytes) -> tuple[Certificate, ...]:
    """Return the certificates in a PEM or DER file. Raises TrustError."""
    try:
        found = tuple(load_certs_from_pemder_data(data))
        for each in found:
            each.native  # noqa: B018 - reads it whole, so that garbage is refused here
    except BROKEN as error:
        raise TrustError(_("it holds no certificate that can be read")) from error
    if not found:
        raise TrustError(_("it holds no certificate that can be read"))
    return found


def fingerprint(certificate: Certificate) -> str:
    """Return the SHA-256 over the certificate as 64 hexadecimal digits."""
    return hashlib.sha256(certificate.dump()).hexdigest()


class Signature(Protocol):
    """What is asked of a signature to say whose it is; that of a PDF is one."""

    @property
    def signer_cert(self) -> Certificate:
        """The signer's certificate."""

    @property
    def other_embedded_certs(self) -> Sequence[Certificate]:
        """The certificates that came with it."""

    @property
    def self_reported_timestamp(self) -> datetime | None:
        """When it was made, as the signer says."""


def signer_facts(signature: Signature) -> dict[str, Any]:
    """Return name, fingerprint and time of the signature as plain data; the time is what the signer says."""
    certificate, at = signature.signer_cert, signature.self_reported_timestamp
    return {
        "name": _name(certificate),
        "fingerprint": fingerprint(certificate),
        "self_signed": _self_signed(certificate),
        "at": at.isoformat() if at else None,
    }


def check_signer(signature: Signature, trusted: Sequence[Certificate]) -> Row:
    """Say whose signature it is, against the certificates that the asker trusts."""
    certificate = signature.signer_cert
    said = {"name": _name(certificate), "fingerprint": fingerprint(certificate)}
    if not trusted:
        return row("signer", OPEN, _unvouched(certificate), **said)
    if any(each.dump() == certificate.dump() for each in trusted):
        return row("signer", GOOD, _("Signed by “{name}”, with exactly the certificate that you trust."), **said)
    if _vouched_for(signature, trusted):
        return row("signer", GOOD, _("Signed by “{name}”, whose certificate one that you trust vouches for."), **said)
    if any(each.subject == certificate.subject or _name(each) == said["name"] for each in trusted):
        template = _(
            "Another signer with the same name: “{name}” signed with a key that is not the one you trust. "
            "Fingerprint here {fingerprint}, trusted {wanted}."
        )
        return row("signer", BAD, template, **said, wanted=fingerprint(trusted[0]))
    template = _("Signed by “{name}”, whom nothing that you trust vouches for. Fingerprint {fingerprint}.")
    return row("signer", BAD, template, **said)


def _unvouched(certificate: Certificate) -> str:
    """Choose the words where the asker named nobody."""
    if _name(certificate) == OWN_NAME:
        return _(
            "Signed by an installation's own key, not by a known authority. Fingerprint {fingerprint}: "
            "compare it with the one that the issuing body publishes, or name its certificate."
        )
    return _(
        "Signed by “{name}”. Whether that is who it says was not checked: name a certificate that you trust. "
        "Fingerprint {fingerprint}."
    )


def _vouched_for(signature: Signature, trusted: Sequence[Certificate]) -> bool:
    """Say whether a path leads from a trusted certificate to the signer's, as things stood when it was signed."""
    context = ValidationContext(
        trust_roots=list(trusted),
        moment=signature.self_reported_timestamp,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
    path = CertificateValidator(
        signature.signer_cert, intermediate_certs=signature.other_embedded_certs, validation_context=context
    )
    # A certificate that says what it is for must be for signatures; one that does not may be used for anything.
    usage = {"digital_signature"} if signature.signer_cert.key_usage_value else set()
    try:
        asyncio.run(path.async_validate_usage(usage))  # type: ignore[no-untyped-call]
    except (PathError, ValidationError, *BROKEN):
        return False
    return True


def _name(certificate: Certificate) -> str:
    return str(certificate.subject.native.get("common_name") or certificate.subject.human_friendly)


def _self_signed(certificate: Certificate) -> bool:
    return bool(certificate.subject == certificate.issuer)
