"""Who is linked to whom: entrants that share no judge, directly or through others, cannot be compared fairly."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from awards.panel.errors import Refusal, few
from benchmarks.message import Message
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from awards.panel.scores import Panel

FEWEST_JUDGES, FEWEST_ENTRANTS, FEWEST_DF = 2, 3, 5


@dataclass(frozen=True, slots=True)
class Component:
    """Entrants and judges that scorecards link; an entrant without a complete scorecard is one of its own."""

    entrants: tuple[str, ...]
    judges: tuple[str, ...]


def components(panel: Panel) -> tuple[Component, ...]:
    """Return the connected parts of the panel, the largest first; judges without a scorecard are left out."""
    cards, size = panel.cards, len(panel.entrants) + len(panel.judges)
    graph = csr_array((np.ones(len(cards)), (cards.entrant, cards.judge + len(panel.entrants))), shape=(size, size))
    count, label = connected_components(graph, directed=False)
    entrants: list[list[str]] = [[] for _each in range(count)]
    judges: list[list[str]] = [[] for _each in range(count)]
    for place, part in enumerate(label):
        if place < len(panel.entrants):
            entrants[part].append(panel.entrants[place])
        else:
            judges[part].append(panel.judges[place - len(panel.entrants)])
    found = [Component(tuple(e), tuple(j)) for e, j in zip(entrants, judges, strict=True) if e]
    return tuple(sorted(found, key=lambda part: (-len(part.entrants), part.entrants)))


def degrees_of_freedom(panel: Panel) -> int:
    """Return the residual degrees of freedom of the additive model on a connected panel."""
    return len(panel.cards) - len(panel.entrants) - len(set(panel.cards.judge.tolist())) + 1


def missing_links(panel: Panel) -> tuple[Refusal, ...]:
    """Return every reason why judges' severity cannot be told from entrants' merit; empty when it can."""
    return tuple(_missing(panel))


def _missing(panel: Panel) -> Iterator[Refusal]:
    parts = components(panel)
    if len(parts) > 1:
        yield _refusal(
            "not_connected",
            _(
                "The panel falls into {count} parts that no judge links: {first} (judges {judges}) and {others}. "
                "Have a judge of one part score entrants of the other."
            ),
            count=len(parts),
            first=few(parts[0].entrants),
            judges=few(parts[0].judges),
            others=few(tuple(name for part in parts[1:] for name in part.entrants)),
        )
    per_entrant = Counter(panel.cards.entrant.tolist())
    alone = tuple(name for place, name in enumerate(panel.entrants) if per_entrant[place] < FEWEST_JUDGES)
    if alone:
        yield _refusal(
            "too_few_judges",
            _("Every entrant needs at least {least} complete scorecards; these have fewer: {names}."),
            least=FEWEST_JUDGES,
            names=few(alone),
        )
    per_judge = Counter(panel.cards.judge.tolist())
    narrow = tuple(name for place, name in enumerate(panel.judges) if 0 < per_judge[place] < FEWEST_ENTRANTS)
    if narrow:
        yield _refusal(
            "too_few_entrants",
            _("Every judge needs at least {least} complete scorecards; these have fewer: {names}."),
            least=FEWEST_ENTRANTS,
            names=few(narrow),
        )
    df = degrees_of_freedom(panel)
    if len(parts) == 1 and df < FEWEST_DF:
        yield _refusal(
            "too_few_df",
            _("{df} degrees of freedom remain for the error; at least {least} are needed: more scorecards."),
            df=df,
            least=FEWEST_DF,
        )


def _refusal(code: str, template: str, **params: object) -> Refusal:
    return Refusal("severity", code, Message(template, params))
