"""How far judges agree: intraclass correlations, Kendall's W, Fleiss' kappa. Each refuses what it cannot say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc

from awards.panel.errors import refused
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from awards.panel.cards import Cards, Floats
    from awards.panel.errors import RefusedError
    from awards.panel.scores import Panel

ROUNDING = 1e-20  # a sum of squares below this share of the squared scores is rounding


@dataclass(frozen=True, slots=True)
class Concordance:
    """Kendall's W with ties corrected; ``chi2`` is Friedman's, m(n-1)W, on ``df`` = n-1; ``p`` its upper tail."""

    w: float
    chi2: float
    df: int
    p: float


def table(panel: Panel, what: str) -> Floats:
    """Return the totals of a complete panel, a row per entrant and a column per judge. Raises ``RefusedError``."""
    size, judges = len(panel.entrants), len(panel.judges)
    if not panel.complete:
        raise refused(
            what,
            "incomplete_panel",
            _("Needs a complete scorecard of every entrant by every judge: {missing} of {wanted} are missing."),
            missing=size * judges - len(panel.totals),
            wanted=size * judges,
        )
    if size < 2 or judges < 2:  # noqa: PLR2004 - two of each
        raise refused(what, "too_small", _("Needs at least two entrants and two judges."))
    found: Floats = panel.cards.value.reshape(size, judges)
    return found


def intraclass(panel: Panel) -> dict[str, float | None]:
    """Return the six intraclass correlations of Shrout and Fleiss (1979), of a complete panel.

    A form is None where it would divide by an estimated variance that is not above zero. A negative value is a finding,
    not an error. Raises ``RefusedError``.
    """
    scores = table(panel, "icc")
    n, k = scores.shape
    rows, columns, rest = mean_squares(scores)
    within = (columns + (n - 1) * rest) / n
    found = {
        "ICC(1,1)": _ratio(rows - within, rows + (k - 1) * within),
        "ICC(2,1)": _ratio(rows - rest, rows + (k - 1) * rest + k * (columns - rest) / n),
        "ICC(3,1)": _ratio(rows - rest, rows + (k - 1) * rest),
        "ICC(1,k)": _ratio(rows - within, rows),
        "ICC(2,k)": _ratio(rows - rest, rows + (columns - rest) / n),
        "ICC(3,k)": _ratio(rows - rest, rows),
    }
    if all(value is None for value in found.values()):
        raise refused("icc", "no_variation", _("All scores are equal: there is nothing to tell apart."))
    return found


def mean_squares(scores: Floats) -> tuple[float, float, float]:
    """Return the mean squares between entrants, between judges and of the residuals; rounding is 0."""
    n, k = scores.shape
    centred = scores - scores.mean()
    of_rows, of_columns = centred.mean(axis=1), centred.mean(axis=0)
    rest = centred - of_rows[:, None] - of_columns[None, :]
    least = ROUNDING * float(np.square(scores).sum())
    squares = k * float(of_rows @ of_rows), n * float(of_columns @ of_columns), float(np.square(rest).sum())
    degrees = n - 1, k - 1, (n - 1) * (k - 1)
    rows, columns, residual = (s / d if s > least else 0.0 for s, d in zip(squares, degrees, strict=True))
    return rows, columns, residual


def _ratio(above: float, below: float) -> float | None:
    return above / below if below > 0 else None


def kendall_w(panel: Panel) -> Concordance:
    """Return how far the judges' rankings agree, equal scores sharing their rank. Raises ``RefusedError``."""
    scores = table(panel, "kendall_w")
    n, m = scores.shape
    ranks, ties = np.empty_like(scores), 0.0
    for judge, column in enumerate(scores.T):
        _values, place, counts = np.unique(column, return_inverse=True, return_counts=True)
        ranks[:, judge] = (np.cumsum(counts) - (counts - 1) / 2)[place]
        ties += float((counts.astype(np.float64) ** 3 - counts).sum())
    below = m**2 * (n**3 - n) - m * ties
    if below <= 0:
        raise refused("kendall_w", "all_tied", _("Every judge scores all entrants alike: there are no ranks."))
    sums = ranks.sum(axis=1)
    w = 12 * float(np.square(sums - sums.mean()).sum()) / below
    statistic = m * (n - 1) * w
    return Concordance(w, statistic, n - 1, float(chdtrc(n - 1, statistic)))


def fleiss_kappa(panel: Panel) -> float:
    """Return Fleiss' kappa (1971), each different score a category.

    Needs two entrants, and equally many scores for each, two or more. Raises ``RefusedError``.
    """
    cards: Cards = panel.cards
    raters = np.bincount(cards.entrant, minlength=len(panel.entrants))
    fewest, most = int(raters.min()), int(raters.max())
    if fewest != most or most < 2 or len(raters) < 2:  # noqa: PLR2004 - a pair, and two entrants
        raise _unequal(fewest, most)
    categories, category = np.unique(cards.value, return_inverse=True)
    cells, counts = np.unique(cards.entrant * len(categories) + category, return_counts=True)
    agreed = float((counts * (counts - 1)).sum()) / (len(raters) * most * (most - 1))
    shares = np.bincount(cells % len(categories), weights=counts) / len(cards)
    by_chance = float(shares @ shares)
    if len(categories) == 1:
        raise refused("fleiss_kappa", "no_variation", _("All scores are equal: there is nothing to tell apart."))
    return (agreed - by_chance) / (1 - by_chance)


def _unequal(fewest: int, most: int) -> RefusedError:
    return refused(
        "fleiss_kappa",
        "unequal_raters",
        _("Needs equally many scores, two or more, for each of two entrants or more; there are {fewest} to {most}."),
        fewest=fewest,
        most=most,
    )
