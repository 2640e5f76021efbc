"""What an operator says about the signing key. Light: read by the settings, loads no library."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote

PKCS11 = "pkcs11:"
PKCS12 = (".p12", ".pfx")


class KeySourceError(ValueError):
    """The key cannot be used; the message names the variable and what is wrong with it."""


@dataclass(frozen=True)
class KeySource:
    """Where the key is.

    ``key`` is empty (an own key in ``folder``), a file (PEM, PKCS#12), or a PKCS#11 URI (RFC 7512).
    ``certificate``: PEM file of the signer's certificate and those above it, where the key's file has none.
    ``password``: pass phrase of the file, or PIN of the token.
    """

    folder: Path
    key: str = ""
    certificate: str = ""
    password: str = field(default="", repr=False)

    @property
    def is_own(self) -> bool:
        """Say whether the installation makes its own key."""
        return not self.key

    @property
    def is_token(self) -> bool:
        """Say whether the key is in a token or HSM."""
        return self.key.startswith(PKCS11)

    @property
    def is_pkcs12(self) -> bool:
        """Say whether the key is in a PKCS#12 file."""
        return self.key.lower().endswith(PKCS12)

    def checked(self) -> KeySource:
        """Return the source itself; KeySourceError for what cannot be right whatever the files hold."""
        if self.is_own and (self.certificate or self.password):
            raise KeySourceError("SIGNING_CERTIFICATE and SIGNING_PASSWORD mean nothing without SIGNING_KEY.")
        if self.is_token:
            token_of(self.key)
        elif self.key and not Path(self.key).is_file():
            raise KeySourceError(f"SIGNING_KEY: {self.key} is not a file.")
        if self.certificate and not Path(self.certificate).is_file():
            raise KeySourceError(f"SIGNING_CERTIFICATE: {self.certificate} is not a file.")
        return self


@dataclass(frozen=True)
class Token:
    """What a PKCS#11 URI names: the library, the token's label, the label of key and certificate."""

    module: str
    token: str
    label: str


def token_of(uri: str) -> Token:
    """Return what ``pkcs11:token=…;object=…?module-path=…`` names. Raises KeySourceError."""
    path, _question, query = uri.removeprefix(PKCS11).partition("?")
    named = dict(part.split("=", 1) for part in path.split(";") if "=" in part)
    module = dict(parse_qsl(query)).get("module-path", "")
    missing = [name for name, value in (("object", named.get("object")), ("module-path", module)) if not value]
    if missing:
        raise KeySourceError(f"SIGNING_KEY: a PKCS#11 URI needs {' and '.join(missing)}: {uri[:200]}")
    return Token(module, unquote(named.get("token", "")), unquote(named["object"]))
