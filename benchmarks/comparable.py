"""Like with like: which published figure, if any, may a measurement be compared with, and why not the others."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.kpis.definition import words as _
from benchmarks.kpis.registry import UNSTATED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from benchmarks.kpis.definition import Kpi

# The regions whose figures speak for a centre in a country, the closest first.
_REGIONS = {
    "HK": ("Hong Kong",),
    "CN": ("China",),
    "TW": ("Taiwan",),
    "GB": ("UK",),
    "US": ("US", "N America"),
    "CA": ("Canada", "N America"),
}
# What a centre is compared with, and the statistics that say it. "Upper" and "top" mean the better side, whatever the
# direction of the KPI.
CENTRE, UPPER_QUARTILE, TOP_DECILE = "centre", "upper_quartile", "top_decile"
BARS = {
    CENTRE: frozenset({"mean", "median"}),
    UPPER_QUARTILE: frozenset({"upper quartile"}),
    TOP_DECILE: frozenset({"top decile"}),
}
_DISTRIBUTION = frozenset({"lower quartile"}).union(*BARS.values())
_SPREAD = re.compile(r"^(sd|se)\s*=\s*(\d+(?:\.\d+)?)$")


def plain(value: Decimal) -> str:
    """Write a decimal without trailing zeros and without an exponent."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What a verdict needs of a measurement; ``se`` is clustered, ``value`` and ``se`` are in ``unit``.

    ``n`` (contacts or answers) and ``cluster`` (day, agent, customer) say how much more would settle an open verdict.
    ``low`` and ``high`` are the ends of the 95 % interval of a quantile, which reaches further to one side.
    """

    kpi: str
    variant: str
    channel: str
    value: float
    se: float | None
    clusters: int | None
    unit: str
    n: int | None = None
    cluster: str = ""
    low: float | None = None
    high: float | None = None

    def errors(self) -> tuple[float, float]:
        """Return the standard error towards lower and towards higher values; ``se`` must be known."""
        se = self.se or 0.0
        if self.low is None or self.high is None or not self.low < self.value < self.high:
            return se, se
        half = (self.high - self.low) / 2
        return se * (self.value - self.low) / half, se * (self.high - self.value) / half


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One published figure. ``line`` is its place in the release; ``value`` is in ``unit``."""

    line: int
    kpi: str
    variant: str
    value: Decimal
    unit: str
    statistic: str
    industry: str
    region: str
    channel: str
    year: int
    n: str
    spread: str
    source: str
    url: str
    grade: str
    note: str

    @property
    def plain_value(self) -> str:
        """The value for people, without trailing zeros."""
        return plain(self.value)


@dataclass(frozen=True)
class CentreProfile:
    """What decides which market a centre belongs to: two-letter country, industry and channels as in ``accounts``.

    Without channels, figures of every channel count as the centre's.
    """

    country: str
    industry: str
    channels: tuple[str, ...] = ()

    def regions(self) -> tuple[str, ...]:
        """Return the regions that speak for it, the closest first."""
        return (*_REGIONS.get(self.country.upper(), ()), "global")


@dataclass(frozen=True)
class Refusal:
    """Why some figures were not comparable: a code for translation, how many, and English words."""

    code: str
    figures: int
    words: str

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


Pair = tuple[Measured | None, Figure]


def choose(
    kpi: Kpi, ours: list[Measured], theirs: list[Figure], centre: CentreProfile, bar: str = CENTRE
) -> tuple[Pair | None, list[Refusal]]:
    """Choose the most specific, then most recent comparable figure, and the measurement it is compared with.

    The measurement is None when the release holds a figure for this centre's market but nothing was measured that it
    can be compared with: which figures count is for the release to decide, not for the centre by measuring something
    else. With no comparable figure at all the pair is None. The refusals say why other figures were passed over.
    """
    codes: dict[str, int] = {}
    pairs: list[Pair] = []
    lacking: list[Pair] = []
    for figure in theirs:
        why = _unfit(kpi, figure, centre, bar)
        if why is None:
            matches = [mine for mine in ours if _mismatch(kpi, mine, figure) is None]
            if figure.variant == UNSTATED:
                matches = _least_favourable(kpi, matches)
            pairs += [(mine, figure) for mine in matches]
            if not matches:
                why = _closest_mismatch(kpi, ours, figure) if ours else "not_measured"
                lacking += [(None, figure)] if _omitted(kpi, figure, why) else []
        if why:
            codes[why] = codes.get(why, 0) + 1
    refusals = [Refusal(code, count, _words(code, kpi)) for code, count in codes.items()]
    best = min(pairs or lacking, key=lambda pair: _rank(kpi, pair, centre), default=None)
    return best, refusals


def _least_favourable(kpi: Kpi, matches: list[Measured]) -> list[Measured]:
    """Return the variant in which the centre looks worst, for a publisher that does not name its formula.

    Whatever formula the publisher used, the centre then stands no worse. It needs every variant: with one missing the
    worst is not known, and there is none.
    """
    if not {mine.variant for mine in matches} >= {variant.code for variant in kpi.variants}:
        return []
    worst = min if kpi.direction == "higher" else max
    return [worst(matches, key=lambda mine: mine.value)]


def most_favourable(kpi: Kpi, ours: list[Measured], figure: Figure) -> Measured | None:
    """Return the variant in which the centre looks best, where the publisher does not name its formula; else None.

    Only what holds in this variant too may be held against the centre.
    """
    if figure.variant != UNSTATED:
        return None
    best = max if kpi.direction == "higher" else min
    return best((mine for mine in ours if _mismatch(kpi, mine, figure) is None), key=lambda mine: mine.value)


def _omitted(kpi: Kpi, figure: Figure, why: str) -> bool:
    """Say whether the centre could have measured what the figure is about, and did not."""
    variant = kpi.variant(figure.variant)
    other_survey = variant is not None and variant.other_survey
    return why != "unit" and not (why in {"variant_other", "not_measured"} and other_survey)


def _unfit(kpi: Kpi, figure: Figure, centre: CentreProfile, bar: str) -> str | None:
    """Say why a figure can gate no measurement of this centre at this bar."""
    checks: Iterator[tuple[bool, str]] = iter(
        (
            (figure.region not in centre.regions(), "region"),
            (figure.industry not in {"all", centre.industry}, "industry"),
            (figure.variant == UNSTATED and not kpi.all_formulas, "variant_unstated"),
            (figure.statistic not in _DISTRIBUTION, "norm"),
            (figure.statistic not in BARS[bar], "bar"),
            ("ceiling" in figure.note.lower(), "ceiling"),
            (figure.grade not in {"A", "B"}, "grade"),
            (not _channel_fits(kpi, figure, centre), "channel"),
        )
    )
    return next((code for refused, code in checks if refused), None)


def _channel_fits(kpi: Kpi, figure: Figure, centre: CentreProfile) -> bool:
    """Say whether the centre works in the figure's channel; "all" needs several, or a KPI that channels do not move."""
    if figure.channel == "all":
        return kpi.channel_free or len(centre.channels) != 1
    return not centre.channels or figure.channel in centre.channels


def _mismatch(kpi: Kpi, mine: Measured, figure: Figure) -> str | None:
    """Say what keeps a fit figure and a measurement apart."""
    # A formula that is not named is one of the usual ones, with the usual threshold.
    formulas = {variant.code for variant in kpi.variants} if figure.variant == UNSTATED else {figure.variant}
    if mine.variant not in formulas:
        return "variant_other"
    if figure.unit != mine.unit:
        return "unit"
    if figure.channel != mine.channel and not (figure.channel == "all" and kpi.channel_free):
        return "channel"
    return None


def _closest_mismatch(kpi: Kpi, ours: list[Measured], figure: Figure) -> str:
    """Name the mismatch of the measurement that agrees furthest."""
    order = ("variant_other", "unit", "channel", "variant_unstated")
    found = [_mismatch(kpi, mine, figure) or "variant_unstated" for mine in ours]
    return max(found, key=order.index)


def _rank(kpi: Kpi, pair: Pair, centre: CentreProfile) -> tuple[Any, ...]:
    mine, figure = pair
    codes = [variant.code for variant in kpi.variants]
    variant = codes.index(figure.variant) if figure.variant in codes else len(codes)
    preferred = "median" if kpi.skewed else "mean"
    return (
        figure.industry != centre.industry,
        centre.regions().index(figure.region),
        figure.channel != (mine.channel if mine else figure.channel),
        -figure.year,
        figure.statistic != preferred,
        variant,
        figure.grade,
        figure.line,
    )


def participants(figure: Figure) -> int:
    """Return the number of participants where the release gives it as a whole number; else 0."""
    count = figure.n.strip().replace(",", "")
    return int(count) if count.isascii() and count.isdigit() else 0


def figure_error(figure: Figure) -> tuple[float, float] | None:
    """Return the figure's own standard error and degrees of freedom, where the release knows its spread; else None.

    ``se=…`` is taken as it is, with the degrees of freedom of ``n`` where that is a number; ``sd=…`` needs ``n``.
    """
    match = _SPREAD.match(figure.spread.strip().lower())
    n = participants(figure)
    if not match or float(match[2]) == 0:
        return None
    if match[1] == "se":
        return float(match[2]), float(n - 1) if n > 1 else 1e9
    return (float(match[2]) / n**0.5, float(n - 1)) if n > 1 else None


_WORDS = {
    "region": _("Figures of other regions do not speak for this centre."),
    "industry": _("Figures of other industries do not speak for this centre."),
    "variant_unstated": _("The publisher does not say which formula it used."),
    "norm": _("Targets, norms and regulatory minimums are not what the market does."),
    "bar": _("The figure says where another part of the market stands than the one that is asked about."),
    "ceiling": _("Nearly every centre reaches the highest value, so the figure tells none apart."),
    "grade": _("The source is too weak."),
    "not_measured": _(
        "A comparable figure exists, or could with another survey; the centre has not measured this KPI."
    ),
    "variant_other": _("The publisher used another formula than the centre."),
    "unit": _("The publisher used another unit than the centre."),
    "channel": _("The figure is of another channel than the measurement."),
}


def _words(code: str, kpi: Kpi) -> str:
    if code == "variant_unstated" and kpi.code == "service_level":
        return _("The publisher does not say which of the four service level formulas it used.")
    return _WORDS[code]
