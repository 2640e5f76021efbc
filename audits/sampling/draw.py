"""A seeded draw that anybody can repeat with any tool that knows SHA-256."""

from __future__ import annotations

import hashlib
import heapq
from typing import TYPE_CHECKING

from audits.sampling.errors import SamplingError
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from audits.sampling.population import Population

METHOD = "sha256-order-1"
LONGEST_SEED = 100  # characters


def draw(population: Population, *, size: int, seed: str) -> tuple[str, ...]:
    r"""Return the ids drawn, in the order of drawing.

    Every id gets the SHA-256 of ``<seed>\n<SHA-256 of the file>\n<id>`` in UTF-8; those with the smallest hashes are
    drawn. So nobody can choose, a repeat gives the same, and a larger sample with the same seed begins with this one.
    Raises ``SamplingError``.
    """
    if not seed.strip() or len(seed) > LONGEST_SEED or not seed.isprintable():
        raise SamplingError(_("The seed has to be a text of 1 to {most} characters."), most=LONGEST_SEED)
    if not 1 <= size <= population.size:
        raise SamplingError(
            _("{size} records cannot be drawn from a population of {population}."),
            size=size,
            population=population.size,
        )
    head = hashlib.sha256(f"{seed}\n{population.sha256}\n".encode())

    def place(name: str) -> bytes:
        hashed = head.copy()
        hashed.update(name.encode())
        return hashed.digest()

    return tuple(heapq.nsmallest(size, population.ids, key=place))
