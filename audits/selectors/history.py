"""Every saved state of an answer and every mark on it, with the words that changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from standards.editions.wording import ADDED, REMOVED, Piece, differences

if TYPE_CHECKING:
    from audits.answering import AnswerReview, AnswerRevision
    from audits.models import Answer

SHOWN = 50  # saves; the ledger has them all
LONGEST_COMPARED = 8_000  # characters of both texts; longer ones are shown as removed and added whole


@dataclass(frozen=True, slots=True)
class Saved:
    """A save and what it changed against the one before; ``note`` is empty where no word changed."""

    row: AnswerRevision
    before: AnswerRevision | None
    na_reason: tuple[Piece, ...]
    note: tuple[Piece, ...]

    @property
    def moved(self) -> bool:
        """Say whether level or N/A changed."""
        if self.before is None:
            return self.row.level is not None or bool(self.row.na_reason)
        return (self.row.level, bool(self.row.na_reason)) != (self.before.level, bool(self.before.na_reason))


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the history: a save or a reviewer's mark."""

    saved: Saved | None = None
    mark: AnswerReview | None = None


def history_of(answer: Answer, *, with_marks: bool) -> list[Step]:
    """Return the history, the latest first; two queries (one without the marks of the review)."""
    rows = list(answer.revisions.select_related("by").order_by("-revision")[: SHOWN + 1])
    saves = [_saved(row, before) for row, before in zip(rows, [*rows[1:], None], strict=False)][:SHOWN]
    marks = list(answer.reviews.select_related("by").order_by("-pk")) if with_marks else []
    steps = [(each.row.at, 0, Step(saved=each)) for each in saves]
    steps += [(each.at, 1, Step(mark=each)) for each in marks]
    return [step for _at, _kind, step in sorted(steps, key=lambda each: each[:2], reverse=True)]


def _saved(row: AnswerRevision, before: AnswerRevision | None) -> Saved:
    return Saved(
        row,
        before,
        na_reason=_changed(before.na_reason if before else "", row.na_reason),
        note=_changed(before.note if before else "", row.note),
    )


def _changed(old: str, new: str) -> tuple[Piece, ...]:
    if old == new:
        return ()
    if len(old) + len(new) <= LONGEST_COMPARED:
        return differences(old, new)
    return tuple(piece for piece in (Piece(REMOVED, old), Piece(ADDED, new)) if piece.text)
