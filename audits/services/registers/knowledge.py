"""Knowledge indices: computing one from a list of articles, and withdrawing one that came from a wrong file."""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import asdict
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from audits.articles import read_articles
from audits.liveness import PARAMETERS, Liveness, Part, Pull, liveness
from audits.registers import KnowledgeIndex
from audits.services.registers.errors import RegisterError
from ledger.services import ledger_append
from standards.scoring.decimals import exact

if TYPE_CHECKING:
    from datetime import datetime
    from fractions import Fraction
    from pathlib import Path

    from accounts.models import Centre, User
    from audits.articles import ArticleList
    from audits.liveness import Period

MOST_REFUSED = 200
MOST_IGNORED = 30
LONGEST_FILE_NAME = 255
SIX_PLACES = Decimal("0.000001")


def knowledge_measure(
    *, centre: Centre, path: Path, file_name: str, encoding: str, period: Period, by: User, at: datetime
) -> KnowledgeIndex:
    """Compute and keep the index of one period; the same file for the same period again gives the row that is there.

    Raises ``audits.articles.ArticlesError``, and ``RegisterError`` for a period that cannot be. Reading is done
    before the transaction, so that a long list holds up nobody.
    """
    _require_sound(period, at)
    earlier = (
        KnowledgeIndex.objects.filter(centre=centre, last__lt=period.last, withdrawn_at=None)
        .order_by("-last", "-pk")
        .values_list("marks", flat=True)
        .first()
    )
    listed = read_articles(
        path, encoding=encoding, today=timezone.localdate(at), previous=_unpacked(bytes(earlier)) if earlier else None
    )
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    found = liveness(listed.articles, period)
    return _kept(
        centre=centre,
        listed=listed,
        found=found,
        period=period,
        file_name=file_name[:LONGEST_FILE_NAME],
        sha256=sha256,
        by=by,
        at=at,
    )


@transaction.atomic
def _kept(
    *,
    centre: Centre,
    listed: ArticleList,
    found: Liveness,
    period: Period,
    file_name: str,
    sha256: str,
    by: User,
    at: datetime,
) -> KnowledgeIndex:
    type(centre).objects.select_for_update().get(pk=centre.pk)  # of two uploads at once the second finds the first
    result, facts = _stored(found), _identity(period, sha256)
    same = KnowledgeIndex.objects.filter(centre=centre, withdrawn_at=None, **facts).first()
    if same and same.result == result:
        return same
    index = KnowledgeIndex.objects.create(
        centre=centre,
        **facts,
        file_name=file_name,
        articles=len(listed.articles),
        refused=[
            {"line": row.line, "template": row.reason.template, "params": dict(row.reason.params)}
            for row in listed.refused[:MOST_REFUSED]
        ],
        refused_count=len(listed.refused),
        columns=list(listed.columns),
        ignored=list(listed.ignored[:MOST_IGNORED]),
        parameters=asdict(PARAMETERS),
        result=result,
        low=_places(found.low, ROUND_FLOOR),
        high=_places(found.high, ROUND_CEILING),
        marks=zlib.compress(json.dumps(listed.marks, ensure_ascii=False).encode(), 6),
        created_at=at,
        created_by=by,
    )
    payload = {
        "centre": centre.pk,
        "file_sha256": sha256,
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "low": str(index.low),
        "high": str(index.high),
    }
    ledger_append(action="knowledge.measured", subject=f"knowledge:{index.pk}", by=by, at=at, payload=payload)
    return index


@transaction.atomic
def knowledge_withdraw(*, index_id: int, reason: str, by: User, at: datetime) -> KnowledgeIndex:
    """Say that an index came from a wrong file; it stays readable and counts for nothing. Raises ``RegisterError``."""
    index = KnowledgeIndex.objects.select_for_update().defer("marks").get(pk=index_id)
    if index.withdrawn_at:
        raise RegisterError("index_withdrawn")
    index.withdrawn_at, index.withdrawn_by, index.withdrawn_reason = at, by, reason
    index.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    ledger_append(
        action="knowledge.withdrawn", subject=f"knowledge:{index.pk}", by=by, at=at, payload={"reason": reason}
    )
    return index


def _require_sound(period: Period, at: datetime) -> None:
    if period.last < period.first:
        raise RegisterError("dates_reversed", "last")
    if period.last > timezone.localdate(at):
        raise RegisterError("in_future", "last")
    if (period.contacts is None) != (period.linked is None):
        raise RegisterError("contacts_halved", "linked" if period.linked is None else "contacts")
    if period.contacts is not None and period.linked is not None and period.linked > period.contacts:
        raise RegisterError("more_linked", "linked")


def _identity(period: Period, sha256: str) -> dict[str, Any]:
    return {
        "first": period.first,
        "last": period.last,
        "contacts": period.contacts,
        "linked": period.linked,
        "file_sha256": sha256,
    }


def _stored(found: Liveness) -> dict[str, Any]:
    return {
        "parts": [_part(part) for part in found.parts],
        "pulls": [_pull(pull) for pull in found.pulls],
        "batch_days": [day.isoformat() for day in found.batch_days],
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "code": part.code,
        "most": part.most,
        "low": exact(part.low),
        "high": exact(part.high),
        "seen": part.seen,
        "why": part.why.value if part.why else None,
    }


def _pull(pull: Pull) -> dict[str, Any]:
    article = pull.article
    return {
        "article": article.code,
        "title": article.title,
        "owner": article.owner,
        "uses": article.uses,
        "state": pull.state.value,
        "review_due": article.review_due.isoformat() if article.review_due else None,
        "line": article.line,
    }


def _places(value: Fraction, rounding: str) -> Decimal:
    """Return six decimals, rounded so that the interval never becomes narrower: nobody passes a gate by rounding."""
    with_more = Decimal(value.numerator) / Decimal(value.denominator)
    return with_more.quantize(SIX_PLACES, rounding)


def _unpacked(marks: bytes) -> dict[str, list[Any]]:
    known: dict[str, list[Any]] = json.loads(zlib.decompress(marks))
    return known
