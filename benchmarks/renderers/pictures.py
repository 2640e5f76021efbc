"""The pictures with their titles, their descriptions and the tables behind them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from benchmarks.charts.canvas import SCREEN, Look
from benchmarks.charts.control import OUTSIDE, limits, signals
from benchmarks.charts.heat import Cell, heat_map
from benchmarks.charts.marks import BETTER, MEAN, MEDIAN
from benchmarks.charts.multiples import multiples
from benchmarks.charts.over_time import Event, Lines, Moment, over_time
from benchmarks.charts.overview import Against, overview
from benchmarks.charts.standing import MarketBar, Own, PublishedFigure, standing
from benchmarks.comparable import CENTRE
from benchmarks.kpis.registry import KPIS
from benchmarks.renderers.words import (
    between,
    day,
    days,
    key_words,
    kpi_name,
    number,
    places_for,
    verdict_words,
    with_unit,
)
from benchmarks.standing import VERDICTS, Key, bar_values, figures_beside, period_label
from benchmarks.terms import term, variant_in_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from benchmarks.comparable import Figure
    from benchmarks.standing import CentreStanding, FigureBeside, Reading, Site
    from benchmarks.verdict import Verdict

MOST_ROWS = 10
MOST_COLUMNS = 12
_STATISTICS = {"mean": MEAN, "median": MEDIAN}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, what to know when reading it, and its numbers as a table; ``svg`` is empty without numbers."""

    title: str
    svg: SafeString
    notes: tuple[str, ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Happened:
    """Something to mark on a line over time: a release, a certificate."""

    at: date
    what: str


def overview_picture(found: CentreStanding, look: Look = SCREEN, *, only: str = "") -> Picture:
    """Draw all KPIs that the market has figures for, the worst first; the table has all of them.

    ``only`` keeps those of one verdict.
    """
    verdicts = [each for each in compared(found) if only in {"", each.state}]
    title = _("%(centre)s against the market") % {"centre": found.name}
    svg = overview(
        [_against(verdict) for verdict in verdicts[:MOST_ROWS]],
        worse="← " + _("worse"),
        market=_("market"),
        better=_("better") + " →",
        title=title,
        description="; ".join(f"{kpi_name(each.kpi)}: {verdict_words(each.state)}" for each in verdicts),
        look=look,
    )
    notes = [_("Distances are in steps of the precision that each KPI asks for, so that rows can be compared.")]
    if len(verdicts) > MOST_ROWS:
        notes.append(_("%(count)s more KPIs are in the table.") % {"count": len(verdicts) - MOST_ROWS})
    rows = tuple(
        (
            kpi_name(each.kpi),
            verdict_words(each.state),
            with_unit(each.value, each.unit or "", places_for(each.unit or "")) if each.value is not None else "–",
            f"± {number(each.half_width, 2)}" if each.half_width is not None else "–",
            with_unit(each.figure["value"], each.figure["unit"], 2) if each.figure else "–",
            f"{each.figure['source']}, {each.figure['year']}" if each.figure else "–",
        )
        for each in verdicts
    )
    head = (_("KPI"), _("Verdict"), _("Centre"), _("95 % interval"), _("Market"), _("Published by"))
    return Picture(title, _safe(svg), tuple(notes), head, rows)


def compared(found: CentreStanding) -> list[Verdict]:
    """Return the verdicts at the market's centre where it has a figure, those that need attention first."""
    verdicts = [each for each in found.verdicts.get(CENTRE, {}).values() if each.state in VERDICTS]
    return sorted(verdicts, key=lambda each: VERDICTS.index(each.state))


def _against(verdict: Verdict) -> Against:
    unit, figure = verdict.unit or "", verdict.figure or {}
    market = _("market %(value)s") % {"value": with_unit(figure["value"], figure["unit"], 1)} if figure else ""
    at, half = None, None
    if verdict.margin is not None and verdict.precision:
        better = 1 if KPIS[verdict.kpi].direction == "higher" else -1
        at = better * verdict.margin / verdict.precision
        half = None if verdict.half_width is None else verdict.half_width / verdict.precision
    return Against(
        name=kpi_name(verdict.kpi),
        at=at,
        low=at - half if at is not None and half is not None else None,
        high=at + half if at is not None and half is not None else None,
        verdict=verdict.state,
        verdict_words=verdict_words(verdict.state),
        value=with_unit(verdict.value, unit, places_for(unit)) if verdict.value is not None else "–",
        market=market,
    )


def standing_picture(found: CentreStanding, key: Key, look: Look = SCREEN) -> Picture:
    """Draw the published figures of a KPI, the bars of the market and the centre's own value."""
    reading, mine = found.now(key), found.own(key)
    unit = reading.unit if reading else KPIS[key.kpi].unit
    places = places_for(unit)
    ours = [each for each in found.measured if each.kpi == key.kpi]
    beside = figures_beside(ours, [each for each in found.figures if each.kpi == key.kpi], found.profile, unit)
    bars = bar_values(key, mine, found.figures, found.profile, found.verdicts)
    verdict = found.verdicts.get(CENTRE, {}).get(key.kpi)
    here = verdict if verdict and (verdict.variant, verdict.channel) == (key.variant, key.channel) else None
    title = _("Where the centre stands: %(kpi)s") % {"kpi": kpi_name(key.kpi)}
    said = [verdict_words(here.state)] if here else []
    if reading:
        said.append(f"{found.name}: {with_unit(reading.value, unit, places)} ({between(reading.low, reading.high)})")
    said += [f"{term('bar', bar, _)}: {with_unit(value, unit, places)}" for bar, value in bars.items()]
    svg = standing(
        _own(found.name, reading, here, places),
        figures=[_published(each, places) for each in beside],
        bars=[MarketBar(f"{term('bar', bar, _)} {number(value, places)}", value) for bar, value in bars.items()],
        higher_is_better={"higher": True, "lower": False}.get(KPIS[key.kpi].direction),
        title=title,
        description="; ".join(said),
        write=number,
        look=look,
    )
    notes = [
        _("Filled marks may be compared with this centre; outlines may not, and the table says why."),
        _("Disc: mean. Diamond: median. Triangle: a quartile or decile."),
    ]
    if bars and len(bars) < 3:  # noqa: PLR2004 - the three bars
        notes.append(_("The market publishes no figure for the other bars."))
    head = (_("Published by"), _("Year"), _("Value"), _("Statistic"), _("n"), _("For whom"), _("Compared"))
    return Picture(title, _safe(svg), tuple(notes), head, tuple(_figure_row(each, places) for each in beside))


def _own(name: str, reading: Reading | None, verdict: Verdict | None, places: int) -> Own | None:
    if reading is None:
        return None
    state = verdict.state if verdict else ""
    return Own(name, with_unit(reading.value, reading.unit, places), reading.value, reading.low, reading.high, state)


def _published(each: FigureBeside, places: int) -> PublishedFigure:
    figure = each.figure
    value = float(figure.value)
    hint = f"{figure.source}, {figure.year}: {with_unit(value, figure.unit, places)}"
    n = _("n = %(n)s") % {"n": figure.n} if figure.n else _("n not stated")
    return PublishedFigure(
        label=f"{figure.year} {figure.source}",
        beside=n,
        value=value,
        statistic=_STATISTICS.get(figure.statistic, BETTER),
        like=each.like,
        hint=f"{hint} · {n} · {figure.url}",
    )


def _figure_row(each: FigureBeside, places: int) -> tuple[str, ...]:
    figure: Figure = each.figure
    whom = (("industry", figure.industry), ("region", figure.region), ("channel", figure.channel))
    return (
        figure.source,
        str(figure.year),
        with_unit(float(figure.value), figure.unit, places),
        term("statistic", figure.statistic, _),
        figure.n or "–",
        " · ".join(term(family, code, _) for family, code in whom)
        + f" · {variant_in_words(figure.kpi, figure.variant, _)}",
        _("yes") if each.like else " ".join(_(words) for words in [each.why] if words) or "–",
    )


def time_picture(found: CentreStanding, key: Key, happened: Sequence[Happened] = (), look: Look = SCREEN) -> Picture:
    """Draw a key over time with the control limits of an individuals chart, and what happened when."""
    readings = found.series.get(key, [])
    units = {reading.unit for reading in readings[-1:]}
    readings = [reading for reading in readings if reading.unit in units]
    unit = next(iter(units), "")
    places = places_for(unit)
    values = [reading.value for reading in readings]
    free = limits(values)
    marked = signals(values, free) if free else {}
    low, high = KPIS[key.kpi].within(free.low, free.high, unit) if free else (0.0, 0.0)
    around = replace(free, low=low, high=high) if free else None
    market = bar_values(key, found.own(key), found.figures, found.profile, found.verdicts).get(CENTRE)
    title = _("Over time: %(kpi)s") % {"kpi": key_words(key)}
    events = [Event(each.at, str(place), each.what) for place, each in enumerate(happened, 1)]
    svg = over_time(
        [_moment(reading) for reading in readings],
        lines=Lines(
            _("mean %(value)s") % {"value": number(around.mean if around else None, places)},
            _("upper %(value)s") % {"value": number(around.high if around else None, places)},
            _("lower %(value)s") % {"value": number(around.low if around else None, places)},
            _("market %(value)s") % {"value": number(market, places)},
        ),
        title=title,
        description="; ".join(f"{period_label(r.first, r.last)}: {with_unit(r.value, unit, places)}" for r in readings),
        limits=around,
        signals=marked,
        market=market,
        events=events,
        write=number,
        look=look,
    )
    rows = tuple(
        (
            days(reading.first, reading.last),
            with_unit(reading.value, unit, places),
            between(reading.low, reading.high, places),
            number(reading.n, 0),
            _signal_words(marked.get(place, "")),
        )
        for place, reading in enumerate(readings)
    )
    head = (_("Period"), _("Value"), _("95 % interval"), _("Contacts"), _("Signal"))
    notes = [_limit_words(around is not None), *(f"{event.mark}: {day(event.at)}, {event.hint}" for event in events)]
    return Picture(title, _safe(svg), tuple(notes), head, rows)


def _moment(reading: Reading) -> Moment:
    label = period_label(reading.first, reading.last)
    return Moment(reading.middle, label, reading.value, reading.low, reading.high)


def _signal_words(code: str) -> str:
    if not code:
        return "–"
    return _("outside the limits") if code == OUTSIDE else _("eight or more on one side of the mean")


def _limit_words(drawn: bool) -> str:
    if not drawn:
        return _("Control limits need at least eight periods that do not overlap, and some movement between them.")
    return _(
        "Control limits: mean ± 2.66 times the mean distance of neighbours (individuals chart). A diamond lies "
        "outside; a square belongs to eight or more in a row on one side of the mean. Whiskers are each value's own "
        "95 % interval."
    )


def heat_picture(found: CentreStanding, key: Key, look: Look = SCREEN) -> Picture:
    """Draw a KPI in one variant by channel and period, the twelve latest periods at most."""
    series = {each.channel: readings for each, readings in found.series.items() if _same_formula(each, key)}
    channels = sorted(series, key=lambda channel: (channel == "all", channel))
    unit = next((r[-1].unit for each, r in found.series.items() if each == key and r), KPIS[key.kpi].unit)
    places = places_for(unit)
    periods = sorted({(r.first, r.last) for each in series.values() for r in each})[-MOST_COLUMNS:]
    cells = {
        (row, periods.index((reading.first, reading.last))): reading
        for row, channel in enumerate(channels)
        for reading in series[channel]
        if reading.unit == unit and (reading.first, reading.last) in periods
    }
    names = [term("channel", channel, _) for channel in channels]
    labels = [period_label(first, last) for first, last in periods]
    title = _("By channel and period: %(kpi)s") % {"kpi": kpi_name(key.kpi)}
    said = "; ".join(
        f"{names[row]} {labels[column]}: {with_unit(reading.value, unit, places)}"
        for (row, column), reading in sorted(cells.items())
    )
    svg = heat_map(
        names,
        labels,
        {place: Cell(reading.value, f"n {number(reading.n, 0)}") for place, reading in cells.items()},
        scale_words=_("darker is more, whether good or not"),
        title=title,
        description=said,
        places=places,
        write=number,
        look=look,
    )
    rows = tuple(
        (
            names[row],
            labels[column],
            with_unit(reading.value, unit, places),
            between(reading.low, reading.high, places),
            number(reading.n, 0),
        )
        for (row, column), reading in sorted(cells.items())
    )
    head = (_("Channel"), _("Period"), _("Value"), _("95 % interval"), _("Contacts"))
    return Picture(title, _safe(svg), (variant_in_words(key.kpi, key.variant, _),), head, rows)


def _same_formula(one: Key, other: Key) -> bool:
    return (one.kpi, one.variant) == (other.kpi, other.variant)


def site_pictures(key: Key, unit: str, found: Sequence[Site], look: Look = SCREEN) -> list[Picture]:
    """Draw centres side by side on the same scales, in the order given."""
    places = places_for(unit)
    titles = [f"{site.name}: {kpi_name(key.kpi)}" for site in found]
    said = [
        "; ".join(f"{period_label(r.first, r.last)}: {with_unit(r.value, unit, places)}" for r in site.readings)
        for site in found
    ]
    drawn = multiples(
        [[_moment(reading) for reading in site.readings] for site in found],
        titles=titles,
        descriptions=said,
        markets=[site.market for site in found],
        write=number,
        look=look,
    )
    head = (_("Period"), _("Value"), _("95 % interval"), _("Contacts"))
    return [
        Picture(
            site.name,
            _safe(svg),
            (_("market %(value)s") % {"value": with_unit(site.market, unit, places)},)
            if site.market is not None
            else (),
            head,
            tuple(
                (
                    days(reading.first, reading.last),
                    with_unit(reading.value, unit, places),
                    between(reading.low, reading.high, places),
                    number(reading.n, 0),
                )
                for reading in site.readings
            ),
        )
        for site, svg in zip(found, drawn, strict=True)
    ]


def _safe(svg: str) -> SafeString:
    return mark_safe(svg)  # noqa: S308 - ``benchmarks.charts`` escapes every text that it writes
