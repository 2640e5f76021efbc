"""From what an operator said to a key that signs, with its certificate."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificates
from pyhanko.keys.internal import translate_pyca_cryptography_cert_to_asn1, translate_pyca_cryptography_key_to_asn1
from pyhanko.sign import SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from reports.signing.own import own_key_file
from reports.signing.source import KeySourceError, token_of

if TYPE_CHECKING:
    from asn1crypto.x509 import Certificate
    from pyhanko.sign import Signer

    from reports.signing.source import KeySource

CURVE = "secp256r1"
LEAST_RSA_BITS = 2048


@dataclass(frozen=True)
class Key:
    """A key that signs. ``own``: made by this installation, so that nobody vouches for it.

    ``turn``: a session with a token serves one thread at a time.
    """

    signer: Signer
    own: bool
    turn: Lock = field(default_factory=Lock, repr=False, compare=False)

    @property
    def certificate(self) -> Certificate:
        """Return the signer's certificate."""
        certificate: Certificate = self.signer.signing_cert
        return certificate

    @property
    def chain(self) -> tuple[Certificate, ...]:
        """Return the signer's certificate and those that came with it."""
        others = [each for each in self.signer.cert_registry if each.dump() != self.certificate.dump()]
        return (self.certificate, *others)

    @property
    def name(self) -> str:
        """Return the common name of the signer, or the whole name where it has none."""
        return name_of(self.certificate)

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 over the certificate (DER) as 64 hexadecimal digits."""
        return hashlib.sha256(self.certificate.dump()).hexdigest()


def name_of(certificate: Certificate) -> str:
    """Return the common name in a certificate, or its whole name where it has none."""
    return str(certificate.subject.native.get("common_name") or certificate.subject.human_friendly)


@lru_cache(maxsize=4)
def key_of(source: KeySource) -> Key:
    """Return the key; made on first use where the source is the installation's own. Raises KeySourceError."""
    if source.is_own:
        return Key(_from_files(own_key_file(source.folder), None, ""), own=True)
    if source.is_token:
        return Key(_from_token(source), own=False)
    load = _from_pkcs12 if source.is_pkcs12 else _from_files
    return Key(load(Path(source.key), source.certificate or None, source.password), own=False)


def _from_files(key_file: Path, certificate_file: str | None, password: str) -> SimpleSigner:
    data = _read(key_file, "SIGNING_KEY")
    try:
        key = load_pem_private_key(data, password.encode() or None)
    except (ValueError, TypeError) as error:
        raise KeySourceError(f"SIGNING_KEY: {key_file} has no private key that opens with its password.") from error
    certificates = _certificates(certificate_file) if certificate_file else _parsed(data)
    return _signer(key, certificates)


def _from_pkcs12(key_file: Path, certificate_file: str | None, password: str) -> SimpleSigner:
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates

    try:
        key, own, others = load_key_and_certificates(_read(key_file, "SIGNING_KEY"), password.encode() or None)
    except ValueError as error:
        raise KeySourceError(f"SIGNING_KEY: {key_file} does not open with SIGNING_PASSWORD.") from error
    more = _certificates(certificate_file) if certificate_file else []
    return _signer(key, [*([own] if own else []), *others, *more])


def _signer(key: Any, certificates: list[Any]) -> SimpleSigner:
    """Bring key and certificate together; refuse keys that our JSON signatures do not know, and too short ones."""
    public = key.public_key() if key else None
    fits = (
        (isinstance(public, rsa.RSAPublicKey) and public.key_size >= LEAST_RSA_BITS)
        or (isinstance(public, ec.EllipticCurvePublicKey) and public.curve.name == CURVE)
        or isinstance(public, ed25519.Ed25519PublicKey)
    )
    if not fits:
        raise KeySourceError("SIGNING_KEY: the key must be RSA from 2048 bits, NIST P-256, or Ed25519.")
    matching = [each for each in certificates if each.public_key() == public]
    if not matching:
        raise KeySourceError("SIGNING_CERTIFICATE: there is no certificate for the key in SIGNING_KEY.")
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(map(translate_pyca_cryptography_cert_to_asn1, _above(matching[0], certificates)))
    return SimpleSigner(
        signing_cert=translate_pyca_cryptography_cert_to_asn1(matching[0]),
        signing_key=translate_pyca_cryptography_key_to_asn1(key),
        cert_registry=store,
    )


def _above(certificate: Any, certificates: list[Any]) -> list[Any]:
    """Return the certificates that vouch for one, from its issuer up; others in the file are left out."""
    chain: list[Any] = []
    while certificate.issuer != certificate.subject:
        found = next((each for each in certificates if each.subject == certificate.issuer and each not in chain), None)
        if found is None:
            break
        chain.append(found)
        certificate = found
    return chain


def _from_token(source: KeySource) -> Signer:
    """Open a session with a token; needs the optional package python-pkcs11."""
    try:
        from pyhanko.config.pkcs11 import TokenCriteria
        from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
    except ImportError as error:
        raise KeySourceError(
            "SIGNING_KEY: a PKCS#11 token needs the package python-pkcs11; see docs/installation.md."
        ) from error
    named = token_of(source.key)
    chain = [translate_pyca_cryptography_cert_to_asn1(each) for each in _certificates(source.certificate)]
    try:
        session = open_pkcs11_session(
            named.module,
            token_criteria=TokenCriteria(label=named.token) if named.token else None,
            user_pin=source.password or None,
        )
        signer = PKCS11Signer(
            session,
            cert_label=None if chain else named.label,
            key_label=named.label,
            signing_cert=chain[0] if chain else None,
            ca_chain=chain[1:],
        )
        found = signer.signing_cert is not None
    except Exception as error:  # the library has its own dozens
        raise KeySourceError(f"SIGNING_KEY: the token does not open: {str(error) or type(error).__name__}") from error
    if not found:
        raise KeySourceError(f"SIGNING_KEY: the token has no certificate “{named.label}”; set SIGNING_CERTIFICATE.")
    return signer


def _certificates(file: str) -> list[Any]:
    return _parsed(_read(Path(file), "SIGNING_CERTIFICATE")) if file else []


def _parsed(data: bytes) -> list[Any]:
    try:
        return load_pem_x509_certificates(data)
    except ValueError:
        return []


def _read(path: Path, variable: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeySourceError(f"{variable}: {path} cannot be read: {error.strerror}.") from error
