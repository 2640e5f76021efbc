"""Market releases: loading, and the steps of their life. All are in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.text import slugify

from benchmarks.market import parse_market, release_sha256
from benchmarks.models import MarketFigure, MarketRelease
from ledger.services import ledger_append

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from benchmarks.comparable import Figure


class ReleaseExistsError(Exception):
    """A release of that code with other content, or that content under another code, is loaded already."""


@transaction.atomic
def market_load(
    *, content: bytes, code: str, title: str, by: User | None, at: datetime, is_demo: bool = False
) -> MarketRelease:
    """Load a market release; loading the same again changes nothing and returns the release there is.

    Raises MarketError (every fault with its line) or ReleaseExistsError. A release never changes once loaded.
    """
    figures = parse_market(content)
    sha256 = release_sha256(figures)
    code = slugify(code)[:60]
    if not code:
        raise ReleaseExistsError("A release needs a code of letters, digits and hyphens.")
    loaded = MarketRelease.objects.filter(code=code).first() or MarketRelease.objects.filter(sha256=sha256).first()
    if loaded is not None:
        return _same(loaded, code, sha256)
    release = MarketRelease.objects.create(code=code, title=title[:200], sha256=sha256, loaded_at=at, is_demo=is_demo)
    MarketFigure.objects.bulk_create([_row(release, figure) for figure in figures])
    payload = {"code": code, "sha256": sha256, "figures": len(figures)}
    ledger_append(action="market.load", subject=f"market_release:{release.pk}", by=by, at=at, payload=payload)
    return release


def _same(loaded: MarketRelease, code: str, sha256: str) -> MarketRelease:
    if loaded.code != code:
        raise ReleaseExistsError(f"The same figures are loaded already, as release “{loaded.code}”.")
    if loaded.sha256 != sha256:
        raise ReleaseExistsError(f"Release “{code}” is loaded with other figures; give this one another code.")
    return loaded


def _row(release: MarketRelease, figure: Figure) -> MarketFigure:
    return MarketFigure(release=release, **vars(figure))
