"""The additive design: which judge scored which entrant, and least squares on it.

The larger side is eliminated, so that the system to solve is as large as the smaller side (60 judges, not 5,000
entrants): the reduced normal equations of the analysis of incomplete blocks (Fisher; Yates 1936). They are solved by a
Cholesky root, or, where even the smaller side is large, by conjugate gradients on the sparse design; variances need
the root.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import cholesky, solve_triangular
from scipy.sparse import csr_array
from scipy.sparse.linalg import LinearOperator, cg

from awards.panel.errors import refused
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from awards.panel.cards import Floats, Indices

MOST_SMALLER = 3000  # of entrants or judges, whichever are fewer: a square of that size is solved
MOST_CELLS = 40_000_000  # entrants x judges, held in memory for the variances
MOST_STEPS = 2000  # of conjugate gradients
TOLERANCE = 1e-12


@dataclass(frozen=True, eq=False)
class Spread:
    """The covariance of effects over sigma^2, up to what differences do not see: ``diag(own) + shared shared'``."""

    own: Floats
    shared: Floats

    @cached_property
    def _level(self) -> Floats:
        found: Floats = self.own + np.square(self.shared).sum(axis=1)
        return found

    def differences(self, rows: Indices, columns: Indices) -> Floats:
        """Return Var(i - j)/sigma^2 of every place in ``rows`` with every one in ``columns``; 0 with itself."""
        found: Floats = self.shared[rows] @ self.shared[columns].T
        found *= -2
        found += self._level[rows, None]
        found += self._level[None, columns]
        found[rows[:, None] == columns[None, :]] = 0.0
        return np.maximum(found, 0.0, out=found)

    def bounds(self) -> tuple[float, float]:
        """Return what Var(i - j)/sigma^2 of two different places is at least and at most."""
        radius = np.square(self.shared - self.shared.mean(axis=0)).sum(axis=1).max()
        return 2 * float(self.own.min()), float(2 * self.own.max() + 4 * radius)

    def mean_difference(self) -> float:
        """Return the mean of Var(i - j)/sigma^2 over all pairs, without making them."""
        size, sums = len(self.own), self.shared.sum(axis=0)
        trace = self.own.sum() + np.square(self.shared).sum()
        return float(2 / (size - 1) * (trace - (self.own.sum() + sums @ sums) / size))

    def variances(self) -> Floats:
        """Return Var(i)/sigma^2 where the effects sum to zero."""
        size = len(self.own)
        own = self.own * (1 - 2 / size) + self.own.sum() / size**2
        found: Floats = own + np.square(self.shared - self.shared.mean(axis=0)).sum(axis=1)
        return found


@dataclass(frozen=True, eq=False)
class Design:
    """One connected panel: of every score the places of its entrant and its judge, each place used at least once."""

    entrant: Indices
    judge: Indices
    entrants: int
    judges: int

    @cached_property
    def _swapped(self) -> bool:
        return self.judges > self.entrants

    @property
    def sized(self) -> bool:
        """Whether the variances fit into memory."""
        return min(self.entrants, self.judges) <= MOST_SMALLER and self.entrants * self.judges <= MOST_CELLS

    @cached_property
    def _sides(self) -> tuple[Indices, Indices]:
        """The larger side and the smaller one."""
        return (self.judge, self.entrant) if self._swapped else (self.entrant, self.judge)

    @cached_property
    def _met(self) -> csr_array:
        """Who met whom, a row per unit of the larger side."""
        shape = (max(self.entrants, self.judges), min(self.entrants, self.judges))
        return csr_array((np.ones(len(self.entrant)), self._sides), shape=shape)

    @cached_property
    def _shares(self) -> csr_array:
        """As ``_met``, every row divided by its sum."""
        large, _small = self._sides
        return csr_array((1.0 / np.bincount(large)[large], self._sides), shape=self._met.shape)

    @cached_property
    def _root(self) -> Floats:
        """The Cholesky root of the reduced equations, made regular along the direction that differences do not see."""
        counts = np.bincount(self._sides[1]).astype(float)
        reduced = np.diag(counts) - (self._met.T @ self._shares).toarray()
        reduced += counts.sum() / len(counts) ** 2
        root: Floats = cholesky(reduced, lower=True, overwrite_a=True)
        return root

    def effects(self, values: Floats) -> tuple[Floats, Floats]:
        """Return the effects of entrants and of judges; judges' sum to zero (or entrants', where they are fewer)."""
        large, small = self._sides
        means = np.bincount(large, weights=values) / np.bincount(large)
        right: Floats = np.bincount(small, weights=values - means[large]).astype(np.float64)
        of_small = self._by_root(right) if len(right) <= MOST_SMALLER else self._by_steps(right)
        of_small -= of_small.mean()
        of_large = means - self._shares @ of_small
        return (of_small, of_large) if self._swapped else (of_large, of_small)

    def _by_root(self, right: Floats) -> Floats:
        half = solve_triangular(self._root, right, lower=True)
        found: Floats = solve_triangular(self._root, half, lower=True, trans="T")
        return found

    def _by_steps(self, right: Floats) -> Floats:
        counts = np.bincount(self._sides[1]).astype(float)
        reduced = LinearOperator(
            (len(counts), len(counts)),
            matvec=lambda given: counts * given - self._met.T @ (self._shares @ given),
            dtype=np.float64,
        )
        scaled = LinearOperator(reduced.shape, matvec=lambda given: given / counts, dtype=np.float64)
        found, failed = cg(reduced, right, rtol=TOLERANCE, maxiter=MOST_STEPS, M=scaled)
        if failed:
            raise refused("severity", "not_solved", _("The links between judges are too thin for this many."))
        solved: Floats = found
        return solved

    def residuals(self, values: Floats) -> Floats:
        """Return what neither entrants nor judges explain."""
        merit, severity = self.effects(values)
        return values - merit[self.entrant] - severity[self.judge]

    @cached_property
    def spreads(self) -> tuple[Spread, Spread]:
        """The covariances of entrants' and of judges' effects; only where the design is ``sized``."""
        inverse = solve_triangular(self._root, np.eye(len(self._root)), lower=True).T
        small = Spread(np.zeros(len(self._root)), inverse)
        other = Spread(1.0 / np.bincount(self._sides[0]), self._shares @ inverse)
        return (small, other) if self._swapped else (other, small)
