"""Whoever changes a signed report in any way is found out, in words that say which way."""

from __future__ import annotations

import hashlib
import io
import json
import random
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.management import call_command
from django.db import transaction
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from reports.carried import Basis
from reports.checking import UnusableError, apart, check, trusted_from
from reports.checking.apart import check_apart
from reports.checking.container import MOST_EMBEDDED
from reports.checking.score import first_difference
from reports.document import DecisionEntry
from reports.pdf import Attached, write
from reports.signing.pades import signed
from tests.factories import AT
from tests.reports.signed import make_document, own_key, sign_report, with_file

if TYPE_CHECKING:
    from pathlib import Path

    from reports.checking import Verdict
    from reports.document import CertificationReport
    from reports.signing.keys import Key


pytestmark = pytest.mark.django_db  # for the report alone


@pytest.fixture(scope="module")
def report(django_db_setup: None, django_db_blocker: Any) -> CertificationReport:
    with django_db_blocker.unblock(), transaction.atomic():
        document = make_document()
        transaction.set_rollback(True)
    return document


@pytest.fixture(scope="module")
def key(tmp_path_factory: Any) -> Key:
    return own_key(tmp_path_factory.mktemp("key"))


@pytest.fixture(scope="module")
def pdf(report: CertificationReport, key: Key) -> bytes:
    return sign_report(report, key)


@pytest.fixture(scope="module")
def trust(key: Key) -> Any:
    return (key.certificate,)


def states(verdict: Verdict) -> dict[str, str]:
    return {row.check: row.state for row in verdict.rows}


def words(verdict: Verdict, name: str) -> str:
    return next(row.words() for row in verdict.rows if row.check == name)


def test_check_finds_everything_as_it_should_be(pdf: bytes, trust: Any, report: CertificationReport) -> None:
    verdict = check(pdf, trust)
    assert states(verdict) == {
        **dict.fromkeys(("seal", "revision", "signer", "content", "edition", "result", "score", "shown"), "good"),
        "decision": "good",
        "ledger": "open",
    }
    assert verdict.holds
    assert verdict.facts["content_sha256"] == report.content_sha256()
    assert verdict.facts["tier"] == report.tier == "base"
    assert verdict.facts["totals"]["base"] == {"low": "80", "high": "80"}


def test_check_leaves_the_signer_open_when_nobody_is_trusted(pdf: bytes, key: Key) -> None:
    verdict = check(pdf)
    assert verdict.holds
    assert states(verdict)["signer"] == "open"
    assert "own key, not by a known authority" in words(verdict, "signer")
    assert key.fingerprint in words(verdict, "signer")


def test_check_finds_any_changed_byte(pdf: bytes, trust: Any) -> None:
    chance = random.Random(7)  # noqa: S311 - the same places every time
    gap = pdf.index(b"/Contents <") + len(b"/Contents <")
    places = [chance.randrange(len(pdf)) for _ in range(20)] + [gap + chance.randrange(3000) for _ in range(30)]
    for place in (*places, 0, 8, len(pdf) - 2):
        changed = bytearray(pdf)
        changed[place] ^= 0x01
        try:
            verdict = check(bytes(changed), trust)
        except UnusableError:
            continue
        assert not verdict.holds, place


def test_check_says_that_bytes_were_changed(pdf: bytes, trust: Any) -> None:
    place = pdf.index(b"stream", len(pdf) // 3) + 60
    changed = pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]
    assert "changed after it was signed" in words(check(changed, trust), "seal")


@pytest.mark.parametrize("case", ["lower", "padding"])
def test_check_finds_changes_where_no_signature_can_look(pdf: bytes, trust: Any, case: str) -> None:
    start = pdf.index(b"/Contents <") + len(b"/Contents <")
    end = pdf.index(b">", start)
    held = pdf[start:end].lower() if case == "lower" else pdf[start : end - 2] + b"01"
    assert states(check(pdf[:start] + held + pdf[end:], trust))["seal"] == "bad"


def test_check_finds_an_appended_revision(pdf: bytes, trust: Any) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    for later in (out.getvalue(), pdf + b"\n% a remark\n"):
        verdict = check(later, trust)
        assert (states(verdict)["seal"], states(verdict)["revision"]) == ("good", "bad")
        assert "what you see may not be what was signed" in words(verdict, "revision")


def test_check_finds_embedded_content_that_was_replaced_after_signing(pdf: bytes, trust: Any) -> None:
    verdict = check(with_file(pdf, "report.json", b"{}"), trust)
    assert states(verdict)["revision"] == "bad"
    assert "replaces embedded content" in words(verdict, "revision")
    assert states(verdict)["score"] == "good"  # what was signed is what is judged


def test_check_finds_another_signer_with_the_same_name(report: CertificationReport, trust: Any, tmp_path: Path) -> None:
    other = own_key(tmp_path)
    verdict = check(sign_report(report, other), trust)
    assert states(verdict)["seal"] == "good"
    assert states(verdict)["signer"] == "bad"
    assert "Another signer with the same name" in words(verdict, "signer")
    assert other.fingerprint in words(verdict, "signer")


def test_check_finds_that_nobody_signed(report: CertificationReport, trust: Any) -> None:
    from reports.renderers import render_pdf

    verdict = check(render_pdf(report).data, trust)
    assert not verdict.holds
    assert "not signed" in words(verdict, "seal")


def test_check_finds_content_that_the_pdf_does_not_name(report: CertificationReport, key: Key, trust: Any) -> None:
    from reports.renderers import render_pdf
    from reports.signing.pades import signed

    other = replace(report, tier="other").canonical()
    verdict = check(signed(with_file(render_pdf(report).data, "report.json", other), key), trust)
    assert states(verdict)["seal"] == "good"
    assert "embedded content was replaced" in words(verdict, "content")


def test_check_finds_a_score_that_does_not_follow(report: CertificationReport, key: Key, trust: Any) -> None:
    frozen = json.loads(json.dumps(report.basis.frozen))
    frozen["result"]["tiers"]["base"]["total"] = {"low": "950", "high": "950"}
    verdict = check(sign_report(replace(report, basis=Basis(frozen, ())), key), trust)
    assert not verdict.holds
    assert "tiers.base.total.high is 950 in the file, 80 anew" in words(verdict, "score")
    assert "not the frozen one" in words(verdict, "result")


def test_check_finds_a_document_that_shows_other_points(report: CertificationReport, key: Key, trust: Any) -> None:
    tier = replace(report.tiers[0], attained=False)
    verdict = check(sign_report(replace(report, tiers=(tier, *report.tiers[1:])), key), trust)
    assert states(verdict)["score"] == "good"
    assert states(verdict)["shown"] == "bad"


def test_check_finds_a_verdict_that_counted_otherwise_than_its_figures_say(
    report: CertificationReport, key: Key, trust: Any
) -> None:
    frozen = json.loads(json.dumps(report.basis.frozen))
    frozen["market"] = {"fcr": {"state": "missing"}, "nps": {"state": "below", "value": 12.0}}
    frozen["case"]["market"] = {"nps": "above", "fcr": "insufficient"}
    verdict = check(sign_report(replace(report, basis=Basis(frozen, ())), key), trust)
    assert states(verdict)["score"] == "good"
    assert "market.nps (centre) as below, the result has above" in words(verdict, "shown")


def test_check_finds_a_tier_that_was_granted_and_not_attained(
    report: CertificationReport, key: Key, trust: Any
) -> None:
    assert report.decision
    decision = DecisionEntry(True, "top", "panel", "", "Somebody", report.decision.decided_at)
    verdict = check(sign_report(replace(report, decision=decision), key), trust)
    assert "does not attain: top" in words(verdict, "decision")


def test_check_refuses_what_is_none_of_ours(pdf: bytes) -> None:
    import pypdf

    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    other = io.BytesIO()
    writer.write(other)
    for data, said in ((other.getvalue(), "not a report or certificate"), (b"Hello", "not a PDF"), (b"", "not a PDF")):
        with pytest.raises(UnusableError, match=said):
            check(data)


def test_check_refuses_a_bomb_before_it_goes_off(report: CertificationReport, key: Key) -> None:
    """Sixty megabytes of nothing, packed into sixty kilobytes."""
    from reports.renderers import render_pdf

    bomb = with_file(render_pdf(report).data, "report.json", b"0" * (MOST_EMBEDDED * 2), packed=True)
    assert len(bomb) < 400_000
    with pytest.raises(UnusableError, match="not a PDF that can be read"):
        check(bomb)


def test_check_apart_says_the_same_and_takes_no_more_than_it_may(pdf: bytes, key: Key, monkeypatch: Any) -> None:
    assert check_apart(pdf, trust=pem(key).decode()).as_json() == json.loads(
        json.dumps(check(pdf, trusted_from(pem(key))).as_json())
    )
    monkeypatch.setattr(apart, "SECONDS", 0.01)
    with pytest.raises(UnusableError, match="more time or memory"):
        check_apart(pdf)


def test_first_difference_names_the_place() -> None:
    assert first_difference({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}) == ("a 2.b", 2, 3)
    assert first_difference({"a": True}, {"a": 1}) == ("a", True, 1)
    assert first_difference({"a": 1}, {"a": 1}) is None


def test_verify_report_tells_by_its_exit(
    pdf: bytes, key: Key, tmp_path: Path, capsys: Any, django_assert_num_queries: Any
) -> None:
    good, bad, cert = tmp_path / "good.pdf", tmp_path / "bad.pdf", tmp_path / "cert.pem"
    good.write_bytes(pdf)
    bad.write_bytes(pdf + b"x")
    cert.write_bytes(pem(key))
    cases = (
        ("good", str(good), "--trust", str(cert), "--json"),
        ("bad", str(bad)),
        ("no", "no.pdf"),
        ("trust", str(good), "--trust", str(good)),
    )
    found = {}
    for name, *arguments in cases:
        with django_assert_num_queries(0), pytest.raises(SystemExit) as stopped:
            call_command("verify_report", *arguments)
        found[name] = (stopped.value.code, *capsys.readouterr())
    assert [each[0] for each in found.values()] == [0, 1, 2, 2]
    assert "it holds no certificate that can be read" in found["trust"][2]
    assert json.loads(found["good"][1])["holds"] is True
    assert "IT DOES NOT HOLD" in found["bad"][1]
    assert found["no"][1] == ""
    assert found["no"][2] == "no.pdf: No such file or directory\n"


def test_the_check_runs_without_django(pdf: bytes, tmp_path: Path) -> None:
    file = tmp_path / "report.pdf"
    file.write_bytes(pdf)
    program = (
        "import sys; sys.modules['django'] = None\n"
        "from reports.checking.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(file)], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Computed anew" in done.stdout


def pem(key: Key) -> bytes:
    from cryptography.x509 import load_der_x509_certificate

    return load_der_x509_certificate(key.certificate.dump()).public_bytes(Encoding.PEM)


def test_trusted_from_reads_what_was_written(key: Key) -> None:
    assert trusted_from(pem(key))[0].dump() == key.certificate.dump()


def plain_pdf(name: str, content: bytes, key: Key) -> bytes:
    """Return a signed PDF of one page that carries one file and names it by its hash, as lens reports do."""
    sha256 = hashlib.sha256(content).hexdigest()
    carried = [Attached(name, f"SHA-256 {sha256}", content)]
    html = '<html lang="en"><title>Plain</title><p>Plain</p></html>'
    return signed(write(html, css="", identifier=bytes.fromhex(sha256), at=AT, attached=carried)[0], key)


LENS = rfc8785.dumps({"reference": "A-2026-00001", "lens": {"title": "EFQM 2025"}})


@pytest.mark.parametrize(
    ("name", "kind", "told"),
    [
        ("lens.json", "lens-report", "a lens report: it reads the audit A-2026-00001 in the structure of EFQM 2025"),
        ("action_plan.json", "document", "another document of ours (A-2026-00001)"),
    ],
)
def test_check_tells_other_documents_of_ours_apart(key: Key, trust: Any, name: str, kind: str, told: str) -> None:
    verdict = check(plain_pdf(name, LENS, key), trust)
    assert (verdict.kind, verdict.holds, verdict.facts["reference"]) == (kind, True, "A-2026-00001")
    assert states(verdict) == {"seal": "good", "revision": "good", "signer": "good", "content": "good", "score": "open"}
    assert told in words(verdict, "score")


def test_check_finds_a_lens_report_whose_content_was_replaced(key: Key, trust: Any) -> None:
    changed = with_file(plain_pdf("lens.json", LENS, key), "lens.json", LENS.replace(b"EFQM", b"XXXX"))
    verdict = check(changed, trust)
    assert states(verdict)["revision"] == "bad"
    other = check(plain_pdf("lens.json", LENS.replace(b":", b": "), key), trust)
    assert states(other)["content"] == "bad"  # not canonical: written by something else


def test_a_report_without_its_manifest_is_no_other_document(key: Key) -> None:
    with pytest.raises(UnusableError):
        check(plain_pdf("report.json", b"{}", key))
