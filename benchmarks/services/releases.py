"""Market releases: loading, and the steps of their life. All are in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.text import slugify

from benchmarks.life import DRAFT, PUBLISHED, STEPS, refusals
from benchmarks.market import parse_market, release_sha256
from benchmarks.models import MarketFigure, MarketRelease, ReleaseStep
from ledger.services import ledger_append

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from accounts.models import User
    from benchmarks.comparable import Figure


# Addresses of pages, and the releases that the pool makes itself.
RESERVED = frozenset({"new", "compare"})
POOL = "peer-pool-"


class ReleaseExistsError(Exception):
    """A release of that code with other content, or that content under another code, is loaded already."""


class ReleaseStepRefusedError(Exception):
    """The step cannot be made; ``reasons`` are the codes of ``life.refusals``."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        """Keep the codes for whoever puts them into words."""
        super().__init__(", ".join(reasons))
        self.reasons = reasons


@transaction.atomic
def market_load(
    *,
    content: bytes,
    code: str,
    title: str,
    by: User | None,
    at: datetime,
    is_demo: bool = False,
    publish: bool = True,
) -> MarketRelease:
    """Load a market release; loading the same again changes nothing and returns the release there is.

    With ``publish`` it is published at once, as the operator's command does; else it is a draft. Raises MarketError
    (every fault with its line) or ReleaseExistsError. A published release never changes.
    """
    figures = parse_market(content)
    sha256 = release_sha256(figures)
    code = slugify(code)[:60]
    if not code:
        raise ReleaseExistsError("A release needs a code of letters, digits and hyphens.")
    if code in RESERVED or code.startswith(POOL):
        raise ReleaseExistsError(f"The code “{code}” is kept for something else.")
    loaded = MarketRelease.objects.filter(code=code).first() or MarketRelease.objects.filter(sha256=sha256).first()
    if loaded is None:
        release = MarketRelease(code=code, title=title[:200], sha256=sha256, is_demo=is_demo)
        loaded = release_write(release, figures, by=by, at=at)
    else:
        _require_same(loaded, code, sha256)
    if publish and loaded.status == DRAFT:
        loaded = release_step(release=loaded, step="publish", seen_sha256=loaded.sha256, by=by, at=at)
    return loaded


def release_write(release: MarketRelease, figures: Sequence[Figure], *, by: User | None, at: datetime) -> MarketRelease:
    """Store a new draft with its figures, in the caller's transaction."""
    release.loaded_at, release.loaded_by = at, by
    release.save(force_insert=True)
    MarketFigure.objects.bulk_create([MarketFigure(release=release, **vars(figure)) for figure in figures])
    payload = {"code": release.code, "sha256": release.sha256, "figures": len(figures)}
    ledger_append(action="market.load", subject=_subject(release), by=by, at=at, payload=payload)
    return release


def _require_same(loaded: MarketRelease, code: str, sha256: str) -> None:
    if loaded.code != code:
        raise ReleaseExistsError(f"The same figures are loaded already, as release “{loaded.code}”.")
    if loaded.sha256 != sha256:
        raise ReleaseExistsError(f"Release “{code}” is loaded with other figures; give this one another code.")


@transaction.atomic
def release_step(
    *,
    release: MarketRelease,
    step: str,
    seen_sha256: str,
    by: User | None,
    at: datetime,
    reason: str = "",
    supersede: Collection[int] = (),
) -> MarketRelease:
    """Make a step of ``life.STEPS`` with what the person saw. Raises ReleaseStepRefusedError.

    ``supersede``: ids of published releases that a newly published one takes the place of. Audits that were compared
    with them keep their verdicts; new ones can no longer choose them.
    """
    locked = MarketRelease.objects.select_for_update().get(pk=release.pk)
    reasons = refusals(step, status=locked.status, sha256=locked.sha256, seen_sha256=seen_sha256, reason=reason)
    if reasons:
        raise ReleaseStepRefusedError(reasons)
    if step == "publish":
        locked.published_at = at
    _move(locked, step, reason, by, at)
    if step == "publish":
        beside = MarketRelease.objects.select_for_update().filter(status=PUBLISHED, pk__in=supersede)
        for older in beside.exclude(pk=locked.pk).order_by("pk"):
            _move(older, "supersede", locked.code, by, at)
    return locked


@transaction.atomic
def release_discard(*, release: MarketRelease, by: User, at: datetime) -> None:
    """Throw a draft away. Raises ReleaseStepRefusedError for anything else."""
    locked = MarketRelease.objects.select_for_update().get(pk=release.pk)
    if locked.status != DRAFT:
        raise ReleaseStepRefusedError(("wrong_status",))
    payload, subject = {"code": locked.code, "sha256": locked.sha256}, _subject(locked)
    locked.delete()
    ledger_append(action="market.discard", subject=subject, by=by, at=at, payload=payload)


def _move(release: MarketRelease, step: str, reason: str, by: User | None, at: datetime) -> None:
    release.status = STEPS[step].target
    release.save(update_fields=["status", "published_at"])
    reason = reason.strip()
    ReleaseStep.objects.create(release=release, name=step, reason=reason, by=by, at=at)
    payload = {"code": release.code, "sha256": release.sha256} | ({"reason": reason} if reason else {})
    ledger_append(action=f"market.{step}", subject=_subject(release), by=by, at=at, payload=payload)


def _subject(release: MarketRelease) -> str:
    return f"market_release:{release.pk}"
