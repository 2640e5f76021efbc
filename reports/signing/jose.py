"""Signing JSON with the key of the PDFs: JWS (RFC 7515) over canonical JSON (RFC 8785); the key as JWK (RFC 7517)."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_der_x509_certificate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reports.signing.keys import Key

HALF = 32  # bytes of each half of a P-256 signature


def jws(payload: Mapping[str, Any], key: Key, **header: str) -> tuple[str, str, str]:
    """Return protected header, payload and signature, each base64url without padding.

    The payload is the canonical JSON of the object, so that whoever has the object can make it again.
    """
    return jws_of(rfc8785.dumps(dict(payload)), key, **header)


def jws_of(content: bytes, key: Key, **header: str) -> tuple[str, str, str]:
    """Return the same for bytes that are kept as they are."""
    named = {"alg": algorithm(key), "kid": key.fingerprint, **header}
    head, body = _url(rfc8785.dumps(named)), _url(content)
    return head, body, _url(_raw(f"{head}.{body}".encode(), key))


def algorithm(key: Key) -> str:
    """Return the name of the signature algorithm in a JWS header."""
    public = _public(key)
    if isinstance(public, ec.EllipticCurvePublicKey):
        return "ES256"
    return "EdDSA" if isinstance(public, ed25519.Ed25519PublicKey) else "RS256"


def jwk(key: Key) -> dict[str, Any]:
    """Return the public key as a JWK with its certificates (``x5c``); ``kid`` is the certificate's fingerprint."""
    chain = [base64.b64encode(each.dump()).decode() for each in key.chain]
    digest = hashlib.sha256(key.certificate.dump()).digest()
    about = {"kid": key.fingerprint, "use": "sig", "alg": algorithm(key), "x5c": chain, "x5t#S256": _url(digest)}
    return {**_numbers(_public(key)), **about}


def certificates_pem(key: Key) -> str:
    """Return the signer's certificate and those above it as PEM."""
    return "".join(
        load_der_x509_certificate(each.dump()).public_bytes(Encoding.PEM).decode("ascii") for each in key.chain
    )


def _numbers(public: Any) -> dict[str, str]:
    if isinstance(public, rsa.RSAPublicKey):
        numbers = public.public_numbers()
        return {"kty": "RSA", "n": _whole(numbers.n), "e": _whole(numbers.e)}
    if isinstance(public, ed25519.Ed25519PublicKey):
        return {"kty": "OKP", "crv": "Ed25519", "x": _url(public.public_bytes(Encoding.Raw, PublicFormat.Raw))}
    point = public.public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": _url(point.x.to_bytes(HALF)), "y": _url(point.y.to_bytes(HALF))}


def _raw(data: bytes, key: Key) -> bytes:
    """Sign as JWS wants it: of ECDSA the two numbers side by side, not their DER."""
    with key.turn:
        signature: bytes = asyncio.run(key.signer.async_sign_raw(data, "sha256"))
    if algorithm(key) != "ES256":
        return signature
    first, second = decode_dss_signature(signature)
    return first.to_bytes(HALF) + second.to_bytes(HALF)


def _public(key: Key) -> Any:
    return load_der_x509_certificate(key.certificate.dump()).public_key()


def _whole(number: int) -> str:
    return _url(number.to_bytes((number.bit_length() + 7) // 8))


def _url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def compact(parts: tuple[str, str, str]) -> str:
    """Return the three parts of a JWS in the compact form."""
    return ".".join(parts)


def as_json(document: Mapping[str, Any], key: Key) -> str:
    """Return a document with its signature beside it: ``{"document", "protected", "signature"}``, to be read by eye.

    It is a JWS with detached content (RFC 7515, appendix F): the signed payload is the canonical JSON of ``document``.
    """
    head, _body, signature = jws(document, key)
    return json.dumps({"document": document, "protected": head, "signature": signature}, ensure_ascii=False, indent=2)
