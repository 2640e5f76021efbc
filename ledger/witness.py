"""Checkpoints of the chain, each signed with Ed25519, in a file beside the database: no Django.

One JSON object a line: ``sequence``, ``hash``, ``at``, ``key`` (SHA-256 of the public key, in hex) and ``signature``,
made over the canonical JSON (RFC 8785) of the first four. Whoever can write to the database can compute a whole new
chain, and cannot sign for it without the key; whoever has the public key and the file finds that out.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from ledger.chain import Checkpoint, canonical, time_text

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

_HASH = re.compile("[0-9a-f]{64}")


class WitnessError(ValueError):
    """A file of checkpoints or a key is unusable; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint as it stands in a file; ``key`` and ``signature`` are empty where nobody signed."""

    checkpoint: Checkpoint
    at: str
    key: str
    signature: str
    line: int


def private_key(path: Path) -> Ed25519PrivateKey:
    """Return the key of this installation, made on first use, readable by its owner alone. Raises WitnessError."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_once(path, Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise WitnessError(f"{path}: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise WitnessError(f"{path}: this is no Ed25519 key")
    return key


def public_key(path: Path) -> Ed25519PublicKey:
    """Read the public key (PEM) with which checkpoints are to agree. Raises WitnessError."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, TypeError) as error:
        raise WitnessError(f"{path}: {error}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise WitnessError(f"{path}: this is no Ed25519 key")
    return key


def public_pem(key: Ed25519PrivateKey) -> str:
    """Return what everybody may have."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def fingerprint(key: Ed25519PublicKey) -> str:
    """Return the SHA-256 of the raw public key, in hex."""
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()


def signed_line(checkpoint: Checkpoint, *, at: datetime, key: Ed25519PrivateKey) -> str:
    """Return a checkpoint as a line of the file, without the line break."""
    facts: dict[str, Any] = {"sequence": checkpoint.sequence, "hash": checkpoint.hash, "at": time_text(at)}
    facts["key"] = fingerprint(key.public_key())
    return canonical({**facts, "signature": key.sign(canonical(facts).encode()).hex()})


def append_line(path: Path, text: str) -> None:
    """Add a line to a file, through to the disk; what is in it stays as it is. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, f"{text}\n".encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def read(path: Path) -> list[Signed]:
    """Read a file of checkpoints: one JSON object, or one a line. Raises WitnessError; OSError for a missing file."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
        found = [_read_line(json.loads(line), number) for number, line in lines]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise WitnessError(f"{path}: not a checkpoint file ({error})") from error
    if not found:
        raise WitnessError(f"{path}: not a checkpoint file (it is empty)")
    return found


def _read_line(facts: Any, number: int) -> Signed:
    sequence, digest = facts["sequence"], facts["hash"]
    if type(sequence) is not int or sequence < 0 or not _HASH.fullmatch(str(digest)):
        raise ValueError("sequence must be a whole number and hash 64 hex digits")
    at, key, signature = (str(facts.get(name, "")) for name in ("at", "key", "signature"))
    return Signed(Checkpoint(sequence, digest), at, key, signature, number)


def signature_fault(signed: Signed, key: Ed25519PublicKey) -> str | None:
    """Say what is wrong with a signature by this key, or None."""
    if not signed.signature:
        return "it is not signed"
    if signed.key != fingerprint(key):
        return f"it is signed by another key ({signed.key[:16]}…)"
    facts = {"sequence": signed.checkpoint.sequence, "hash": signed.checkpoint.hash, "at": signed.at, "key": signed.key}
    try:
        key.verify(bytes.fromhex(signed.signature), canonical(facts).encode())
    except (InvalidSignature, ValueError):
        return "its signature does not hold: the line was changed after it was signed"
    return None


def _write_once(path: Path, data: bytes) -> None:
    """Write the file whole, unless somebody else was first; ``mkstemp`` makes it readable by its owner alone."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".making-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(name, path)
    finally:
        os.unlink(name)  # noqa: PTH108 - beside os.link, of the same name
