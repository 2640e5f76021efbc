"""Tables that an entrant uploads: answers of customers to a survey, results of mystery contacts. Pure: no Django.

The first line names the columns. ``score`` has to be there; known beside it are ``respondent`` (or ``contact``: each
once), ``channel``, and ``cluster`` (or ``day``, ``agent``: rows that have something in common). Other columns are left
alone. Figures are means over the rows; their 95 % interval lets rows of one cluster count as less than several.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from math import sqrt
from typing import TYPE_CHECKING, Any

from scipy.special import stdtrit

from awards.panel.marks import Marks, text_of
from awards.scheme import SURVEY
from benchmarks.message import Message, MessageError
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from awards.scheme import Ask

COLUMNS = {
    "score": ("score", "answer", "rating", "points", "评分", "評分", "分数", "分數"),
    "respondent": ("respondent", "contact", "受访者", "受訪者", "联系编号", "聯絡編號"),
    "channel": ("channel", "渠道", "通路"),
    "cluster": ("cluster", "day", "date", "agent", "household", "日期", "座席", "坐席"),
}
MOST_ROWS = 200_000
MOST_FAULTS = 10
MOST_CHANNELS = 12
LONGEST = 80  # characters of a channel or of a respondent's number that are told in a fault
FEWEST_CLUSTERS = 2
NPS_SCALE, PROMOTERS, DETRACTORS = (0, 10), 9, 6
SHARE = Decimal("0.01")


class TableFaultsError(MessageError):
    """The table cannot be used; ``faults`` names the first of everything that is wrong, each with its line."""

    def __init__(self, faults: Sequence[Message]) -> None:
        """Keep the faults."""
        super().__init__(faults[0].template, **faults[0].params)
        self.faults = tuple(faults)


@dataclass
class _Rows:
    """What was read: a score and a cluster per row; ``blank`` rows hold no score."""

    scores: list[Decimal] = field(default_factory=list)
    clusters: list[str] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)
    blank: int = 0


def figures_of(rows: Iterable[tuple[int, Sequence[Any]]], ask: Ask) -> dict[str, Any]:
    """Return the figures of a table as plain values, of (line, cells) with the header first.

    ``{"kind", "n", "blank", "scale", "clusters", "mean", "nps", "top", "channels"}``: ``clusters`` is None where no
    column says what rows have in common; a figure is ``{"value", "low", "high"}`` in decimal strings, ``low`` and
    ``high`` None where no interval can be given; ``nps`` only of a survey from 0 to 10, ``top`` (with its ``mark``)
    only where the ask says from which answer on. Raises ``TableFaultsError``.
    """
    found = _read(rows, ask)
    clusters = found.clusters if any(found.clusters) else None
    low, high = ask.scale
    figures: dict[str, Any] = {
        "kind": ask.kind,
        "n": len(found.scores),
        "blank": found.blank,
        "scale": [low, high],
        "clusters": len(set(clusters)) if clusters else None,
        "mean": _figure([float(each) for each in found.scores], clusters, low, high),
        "nps": None,
        "top": None,
        "channels": _channels(found),
    }
    if ask.kind == SURVEY and ask.scale == NPS_SCALE:
        signs = [100.0 * ((each >= PROMOTERS) - (each <= DETRACTORS)) for each in found.scores]
        figures["nps"] = _figure(signs, clusters, -100, 100)
    if ask.mark is not None:
        tops = [100.0 * (each >= ask.mark) for each in found.scores]
        figures["top"] = {"mark": ask.mark, **_figure(tops, clusters, 0, 100)}
    return figures


def _read(rows: Iterable[tuple[int, Sequence[Any]]], ask: Ask) -> _Rows:
    given = iter(rows)
    line, head = next(given, (1, ()))
    columns = _columns(line, head)
    faults: list[Message] = []
    found, marks, seen = _Rows(), Marks(), dict[str, int]()
    for line, cells in given:
        if len(found.scores) + found.blank == MOST_ROWS:
            faults.append(Message(_("line {line}: more than {most} rows."), {"line": line, "most": MOST_ROWS}))
        if len(faults) >= MOST_FAULTS:
            break
        try:
            _row(line, cells, columns, ask, found, marks, seen)
        except MessageError as error:
            faults.append(error.message)
    if not faults and not found.scores:
        faults.append(Message(_("There is no row with a score."), {}))
    if faults:
        raise TableFaultsError(faults)
    return found


def _columns(line: int, head: Sequence[Any]) -> dict[str, int]:
    """Return the place of each known column. Raises ``TableFaultsError``."""
    names = [text_of(cell).casefold() for cell in head]
    columns: dict[str, int] = {}
    for column, known in COLUMNS.items():
        places = [place for place, name in enumerate(names) if name in known]
        if column == "score" and not places:
            words = _("line {line}: there is no column “{name}”; the first line has to name the columns.")
            raise TableFaultsError([Message(words, {"line": line, "name": column})])
        if len(places) > 1:
            twice = ", ".join(names[place] for place in places)
            words = _("line {line}: more than one column says the same: {names}.")
            raise TableFaultsError([Message(words, {"line": line, "names": twice})])
        if places:
            columns[column] = places[0]
    return columns


def _row(
    line: int,
    cells: Sequence[Any],
    columns: Mapping[str, int],
    ask: Ask,
    found: _Rows,
    marks: Marks,
    seen: dict[str, int],
) -> None:
    """Add one row to what was found. Raises ``MessageError`` with what is wrong in it."""
    given = {name: cells[place] if place < len(cells) else None for name, place in columns.items()}
    respondent = text_of(given.get("respondent"))
    if respondent and respondent in seen:
        words = _("line {line}: “{name}” answered in line {first} already.")
        raise MessageError(words, line=line, name=respondent[:LONGEST], first=seen[respondent])
    score = marks.read(line, given["score"])
    if score is None:
        found.blank += 1
        return
    low, high = ask.scale
    if not low <= score <= high:
        words = _("line {line}: the score {score} is outside the scale from {low} to {high}.")
        raise MessageError(words, line=line, score=str(score), low=low, high=high)
    if ask.kind == SURVEY and score != int(score):
        raise MessageError(_("line {line}: the answer {score} is no whole number."), line=line, score=str(score))
    if respondent:
        seen[respondent] = line
    found.scores.append(score)
    found.clusters.append(text_of(given.get("cluster")))
    found.channels.append(text_of(given.get("channel"))[:LONGEST])


def _channels(found: _Rows) -> list[dict[str, Any]]:
    """Return number and mean by channel, the most frequent first; none where only one is named."""
    counts = Counter(found.channels)
    if len(counts) < 2:  # noqa: PLR2004 - one channel is what the whole says
        return []
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for channel, score in zip(found.channels, found.scores, strict=True):
        sums[channel] += score
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_CHANNELS]
    return [{"name": name, "n": n, "mean": _text(float(sums[name] / n))} for name, n in most]


def _figure(values: Sequence[float], clusters: Sequence[str] | None, least: float, most: float) -> dict[str, Any]:
    """Return the mean with its 95 % interval by Student's t, with the rows of one cluster summed up first.

    No interval where there are fewer than two clusters, or where all rows say the same: an error of zero would claim
    what a few equal answers cannot show.
    """
    n = len(values)
    mean = sum(values) / n
    sums: defaultdict[str | int, float] = defaultdict(float)
    for place, value in enumerate(values):
        sums[clusters[place] if clusters else place] += value - mean
    groups = len(sums)
    error = sqrt(groups / (groups - 1) * sum(each * each for each in sums.values())) / n if groups > 1 else 0.0
    if groups < FEWEST_CLUSTERS or error == 0:
        return {"value": _text(mean), "low": None, "high": None}
    reach = float(stdtrit(groups - 1, 0.975)) * error
    return {"value": _text(mean), "low": _text(max(least, mean - reach)), "high": _text(min(most, mean + reach))}


def _text(value: float) -> str:
    return str(Decimal(repr(value)).quantize(SHARE))
