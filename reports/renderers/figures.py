"""The report's charts, from the document, with their titles and descriptions in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from benchmarks.renderers.words import verdict_words
from reports.charts import SCREEN, BlockBar, Look, Rung, block_bars, bullet, shown, tier_ladder
from reports.charts.ladder import REMARK_LINES, remark_lines
from reports.renderers.labels import attained_words, numeral, unit_words

if TYPE_CHECKING:
    from reports.document import CertificationReport, MarketComparison, Tier

_DIRECTIONS = {"higher": True, "lower": False}
_STATES = {True: "met", False: "not_met", None: "open"}


def ladder_figure(report: CertificationReport, look: Look = SCREEN) -> str:
    """Draw the tier ladder."""
    rungs = [
        Rung(
            title=tier.title,
            low=tier.total.low,
            high=tier.total.high,
            wanted=tier.wanted,
            state=_STATES[tier.attained],
            state_words=attained_words(tier.attained),
            remark=_knocked_out(tier),
        )
        for tier in report.tiers
    ]
    said = "; ".join(f"{rung.title}: {shown(rung.low)}–{shown(rung.high)}, {rung.state_words}" for rung in rungs)
    return tier_ladder(rungs, maximum=report.maximum, title=_("Tier ladder"), description=said, look=look)


def _knocked_out(tier: Tier) -> str:
    """Name the gates that are not met, as many as two lines hold: an average never hides a knock-out."""
    gates = tier.knocked_out
    if not gates:
        return ""
    blocks = [gate.code.partition(":")[2] for gate in gates if gate.code.startswith("block:")]
    names: dict[str, int] = {}
    for gate in gates:
        about_block = gate.code.startswith("block:")
        name = _("blocks %(codes)s") % {"codes": " ".join(blocks)} if about_block else gate.title
        names[name] = names.get(name, 0) + 1
    for shown_names in range(len(names), 0, -1):
        remark = _remark(names, shown_names)
        if len(remark_lines(f"{attained_words(tier.attained)}{remark}")) <= REMARK_LINES:
            break
    return remark


def _remark(names: dict[str, int], shown_names: int) -> str:
    """Name the first gates and count the others; ``names`` has the number of gates behind each name."""
    words, more = ", ".join([*names][:shown_names]), sum([*names.values()][shown_names:])
    if more:
        words = _("%(codes)s and %(count)s more") % {"codes": words, "count": more}
    return " · " + _("not met: %(names)s") % {"names": words}


def blocks_figure(report: CertificationReport, look: Look = SCREEN) -> str:
    """Draw the block bars as the focus tier counts them, with the bars of all tiers marked."""
    focus = report.focus
    if focus is None:
        return ""
    bars = [
        BlockBar(
            code=block.code,
            title=block.title,
            low=block.percent.low,
            high=block.percent.high,
            points_low=block.points.low,
            points_high=block.points.high,
            maximum=block.maximum,
            wanted=tuple(
                (numeral(place), other.wanted)
                for place, tier in enumerate(report.tiers, 1)
                for other in tier.blocks
                if other.code == block.code and other.wanted is not None
            ),
        )
        for block in focus.blocks
    ]
    said = "; ".join(f"{bar.code} {bar.title}: {shown(bar.low)}–{shown(bar.high)} %" for bar in bars)
    return block_bars(bars, title=_("Block scores"), description=said, look=look)


def comparison_figure(comparison: MarketComparison, look: Look = SCREEN) -> str:
    """Draw one KPI against the market, or nothing where there is no value."""
    if comparison.value is None:
        return ""
    unit = unit_words(comparison.unit)
    said = f"{shown(comparison.value, 2)} {unit}, {verdict_words(comparison.verdict)}"
    if comparison.figure is not None:
        said += f" ({shown(comparison.figure, 2)} {unit}, {comparison.publisher} {comparison.year or ''})"
    return bullet(
        comparison.value,
        figure=comparison.figure,
        low=comparison.interval.low if comparison.interval else None,
        high=comparison.interval.high if comparison.interval else None,
        higher_is_better=_DIRECTIONS.get(comparison.direction),
        verdict=comparison.verdict,
        title=comparison.title,
        description=said,
        look=look,
    )
