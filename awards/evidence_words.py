"""What judges read beside the scores, in words: figures of tables, verdicts of the market, ways of judging."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from awards.scheme import SURVEY
from benchmarks.kpis.registry import KPIS
from benchmarks.templatetags.benchmark_words import amount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

    Words = str | _StrPromise

VERDICTS: dict[str, tuple[Words, str]] = {
    "above": (_("Above the market"), "is-good"),
    "not_shown_below": (_("Not shown below the market"), "is-good"),
    "below": (_("Below the market"), "is-bad"),
    "insufficient": (_("Insufficient evidence"), "is-warn"),
}
HOW: dict[str, Words] = {
    "papers": _("On paper"),
    "visit": _("Site visit"),
    "presentation": _("Presentation before the panel"),
}

TEN = 10  # from here on one decimal says enough


def figures_words(figures: Mapping[str, Any]) -> list[str]:
    """Return what the table of an ask says, in sentences, with the 95 % interval of each figure."""
    kind = figures["kind"]
    rows = _("%(n)s answers") if kind == SURVEY else _("%(n)s mystery contacts")
    said = [str(rows) % {"n": figures["n"]}]
    if figures["clusters"]:
        said[0] += str(_(" in %(clusters)s groups")) % {"clusters": figures["clusters"]}
    if figures["nps"]:
        said.append(f"NPS {_interval(figures['nps'])}")
    low, high = figures["scale"]
    said.append(
        str(_("mean %(mean)s of %(low)s to %(high)s")) % {"mean": _interval(figures["mean"]), "low": low, "high": high}
    )
    if top := figures["top"]:
        words = _("%(share)s per cent at %(mark)s or above")
        said.append(str(words) % {"share": _interval(top), "mark": top["mark"]})
    said += [f"{each['name'] or '–'}: {each['mean']} (n = {each['n']})" for each in figures["channels"]]
    if figures["blank"]:
        said.append(str(_("%(n)s rows without a score")) % {"n": figures["blank"]})
    return said


def _interval(figure: Mapping[str, Any]) -> str:
    if figure["low"] is None:
        return str(figure["value"])
    return f"{figure['value']} ({figure['low']}–{figure['high']})"


def market_words(each: Mapping[str, Any]) -> dict[str, str]:
    """Return a verdict of the market in words: name, value, the market's value, verdict and style."""
    words, style = VERDICTS[each["state"]]
    unit = "" if each["unit"] in {None, "", "%"} else f" {each['unit']}"
    value = f"{_short(each['value'])}{'%' if each['unit'] == '%' else unit}"
    return {
        "name": gettext(KPIS[each["kpi"]].name) if each["kpi"] in KPIS else each["kpi"],
        "value": f"{value} ±{_short(each['half_width'])}" if each["half_width"] else value,
        "market": f"{amount(each['market'])}{'%' if each['unit'] == '%' else unit}",
        "words": str(words),
        "style": style,
    }


def _short(value: float) -> str:
    """Return a measured value as people read it; all its digits would also tell whose it is."""
    return amount(round(value, 1 if abs(value) >= TEN else 2))
