"""Keys from every place an operator may keep them, and words for those that do not open."""

from __future__ import annotations

import io
import stat
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pypdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from reports.checking.container import open_container
from reports.checking.seal import check_seal
from reports.checking.signer import check_signer
from reports.pdf import Attached, write
from reports.signing.keys import key_of
from reports.signing.own import own_key_file
from reports.signing.pades import signed
from reports.signing.source import KeySource, KeySourceError, token_of
from tests.factories import AT

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def issue(name: str, key: Any, by: tuple[Any, Any] | None = None) -> Any:
    """Return a certificate for a key, by itself or by (issuer's certificate, key)."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by[0].subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=20_000))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
    )
    return builder.sign(by[1] if by else key, hashes.SHA256())


def private(key: Any, password: bytes = b"") -> bytes:
    sealed = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    done: bytes = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealed)
    return done


@pytest.fixture(scope="module")
def authority() -> Any:
    key = ec.generate_private_key(ec.SECP256R1())
    return issue("Authority", key), key


@pytest.fixture(scope="module")
def seal(authority: Any) -> Any:
    key = rsa.generate_private_key(65537, 2048)
    return key, issue("Meridian Assurance", key, authority)


def pem(certificate: Any) -> bytes:
    done: bytes = certificate.public_bytes(serialization.Encoding.PEM)
    return done


def source_of(folder: Path, form: str, seal: Any, authority: Any) -> KeySource:
    key, certificate = seal
    if form == "p12":
        data = pkcs12.serialize_key_and_certificates(
            b"seal", key, certificate, [authority[0]], serialization.BestAvailableEncryption(b"word")
        )
        (folder / "seal.p12").write_bytes(data)
        return KeySource(folder, str(folder / "seal.p12"), password="word")
    (folder / "seal.pem").write_bytes(private(key, b"word") + (pem(certificate) if form == "pem" else b""))
    (folder / "chain.pem").write_bytes(pem(certificate) + pem(authority[0]))
    return KeySource(folder, str(folder / "seal.pem"), str(folder / "chain.pem") if form == "two" else "", "word")


@pytest.mark.parametrize("form", ["pem", "two", "p12"])
def test_a_key_signs_from_wherever_it_is_kept(form: str, seal: Any, authority: Any, tmp_path: Path) -> None:
    from asn1crypto.x509 import Certificate

    key = key_of(source_of(tmp_path, form, seal, authority).checked())
    data, _pages = write('<html lang="en"><title>Seen</title><p>Seen.</p>', css="", identifier=b"x" * 32, at=AT)
    container = open_container(signed(data, key))
    assert [row.state for row in check_seal(container)] == ["good", "good"]
    assert container.signature
    assert (key.name, key.own) == ("Meridian Assurance", False)
    root = Certificate.load(authority[0].public_bytes(serialization.Encoding.DER))
    vouched = check_signer(container.signature, (root,))
    assert vouched.state == "good"
    assert "vouches" in vouched.words()


def test_the_own_key_is_made_once_and_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    file = own_key_file(tmp_path / "signing")
    before = file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert own_key_file(tmp_path / "signing").read_bytes() == before
    assert [each.name for each in file.parent.iterdir()] == [file.name]
    assert key_of(KeySource(tmp_path / "signing")).own


def test_a_key_that_does_not_open_says_which_setting_is_wrong(seal: Any, authority: Any, tmp_path: Path) -> None:
    short = ec.generate_private_key(ec.SECP384R1())
    (tmp_path / "short.pem").write_bytes(private(short) + pem(issue("Short", short)))
    (tmp_path / "alone.pem").write_bytes(private(seal[0]))
    cases = {
        "opens with its password": KeySource(tmp_path, source_of(tmp_path, "pem", seal, authority).key, "", "wrong"),
        "does not open with SIGNING_PASSWORD": KeySource(
            tmp_path, source_of(tmp_path, "p12", seal, authority).key, "", "no"
        ),
        "must be RSA from 2048 bits": KeySource(tmp_path, str(tmp_path / "short.pem")),
        "no certificate for the key": KeySource(tmp_path, str(tmp_path / "alone.pem")),
    }
    for words, source in cases.items():
        with pytest.raises(KeySourceError, match=words):
            key_of(source)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"key": "/nowhere.pem"}, "is not a file"),
        ({"password": "x"}, "mean nothing without SIGNING_KEY"),
        ({"key": "pkcs11:token=a"}, "needs object and module-path"),
    ],
)
def test_settings_that_cannot_be_right_are_refused_at_the_start(source: Any, words: str, tmp_path: Path) -> None:
    with pytest.raises(KeySourceError, match=words):
        KeySource(tmp_path, **source).checked()


def test_token_of_reads_a_pkcs11_uri() -> None:
    token = token_of("pkcs11:token=My%20board;object=seal?module-path=/usr/lib/x.so")
    assert (token.module, token.token, token.label) == ("/usr/lib/x.so", "My board", "seal")


def test_a_signed_pdf_stays_archival_and_accessible(tmp_path: Path) -> None:
    """PDF/A-3a and PDF/UA-1, in a metadata that signing leaves as it was; every carried file named once."""
    attached = [Attached(name, "", b"{}") for name in ("b.json", "a.json")]
    data, _pages = write(
        '<html lang="en"><title>Seen</title><p>Seen.', css="", identifier=b"x" * 32, at=AT, attached=attached
    )
    before, after = (pypdf.PdfReader(io.BytesIO(each)) for each in (data, signed(data, key_of(KeySource(tmp_path)))))
    metadata = [each.trailer["/Root"]["/Metadata"].get_data() for each in (before, after)]
    assert metadata[0] == metadata[1]
    for mark in (b'part="3"', b'conformance="A"', b"<pdfuaid:part>1</pdfuaid:part>", b"pdfaExtension:schemas"):
        assert mark in metadata[1]
    root = after.trailer["/Root"]
    assert "/Version" not in root
    assert [each.get_object()["/AFRelationship"] for each in root["/AF"]] == ["/Data", "/Data"]
    assert list(root["/Names"]["/EmbeddedFiles"]["/Names"])[::2] == ["a.json", "b.json"]
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    widget = root["/AcroForm"]["/Fields"][0].get_object()
    assert widget["/F"] & 4  # printed, as PDF/A wants
    assert max(widget["/Rect"]) < 0  # and off the page, as PDF/UA wants
