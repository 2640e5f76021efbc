"""From the bytes of a file to the verdict on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.message import marked as _
from reports.checking.container import BROKEN, DamagedError, open_container
from reports.checking.content import check_content, check_edition, read_carried
from reports.checking.plain import check_plain, is_plain
from reports.checking.results import check_results, is_results
from reports.checking.score import check_score
from reports.checking.seal import check_seal
from reports.checking.signer import check_signer, signer_facts
from reports.checking.verdict import BAD, OPEN, Verdict, row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asn1crypto.x509 import Certificate

    from reports.checking.container import Container
    from reports.checking.content import Carried
    from reports.checking.verdict import Row


def check(data: bytes, trusted: Sequence[Certificate] = ()) -> Verdict:
    """Return the verdict on a PDF of ours. Raises UnusableError when it cannot be one.

    ``trusted``: certificates of the signer or of whoever vouches for it; without any, whose signature it is stays open.
    Frozen results of an award, which are JSON, are known by their content.
    """
    if is_results(data):
        return check_results(data, trusted)
    try:
        container = open_container(data)
        if is_plain(container):
            kind, known, facts = check_plain(container)
            rows = [*check_seal(container), *_signer(container, trusted), *known]
            return Verdict(kind, tuple(rows), {"signer": _signer_facts(container), **facts})
        carried = read_carried(container.files)
    except DamagedError:
        words = _("The file was changed or damaged: it bears a signature, but its parts can no longer be read.")
        return Verdict("unknown", (row("seal", BAD, words),))
    rows = [*check_seal(container), *_signer(container, trusted)]
    rows += [check_content(carried, container), check_edition(carried), *check_score(carried), _ledger(carried)]
    return Verdict(carried.kind, tuple(rows), _facts(container, carried))


def _signer(container: Container, trusted: Sequence[Certificate]) -> list[Row]:
    if container.signature is None:
        return []
    try:
        return [check_signer(container.signature, trusted)]
    except BROKEN:
        return [row("signer", BAD, _("The signer's certificate cannot be read."))]


def _signer_facts(container: Container) -> dict[str, str] | None:
    try:
        return signer_facts(container.signature) if container.signature else None
    except BROKEN:
        return None


def _ledger(carried: Carried) -> Row:
    """Name the head of the ledger: whoever has the ledger can look it up, nobody else."""
    ledger = carried.manifest.get("ledger") or {}
    template = _("When it was printed the issuing body's ledger stood at entry {number}, {hash}: ask it to show that.")
    return row("ledger", OPEN, template, number=ledger.get("sequence"), hash=ledger.get("hash") or "–")


def _facts(container: Container, carried: Carried) -> dict[str, Any]:
    """Return what the file says of itself, for scripts."""
    content = carried.content
    frozen = (content.get("basis") or {}).get("frozen") or {}
    result = frozen.get("result") or {}
    return {
        "signer": _signer_facts(container),
        "content_sha256": carried.content_sha256,
        "edition": {**{key: carried.edition.get(key) for key in ("code", "version")}, "sha256": carried.edition_sha256},
        "market_sha256": frozen.get("market_sha256"),
        "result_sha256": content.get("result_sha256"),
        "tier": result.get("tier"),
        "totals": {code: tier.get("total") for code, tier in (result.get("tiers") or {}).items()},
        "reference": (content.get("engagement") or content).get("reference"),
        "certificate": content.get("certificate"),
        "ledger": carried.manifest.get("ledger"),
        "printed_at": carried.manifest.get("printed_at"),
    }
