"""Gate results in words.

The English texts are message ids: pass ``gettext`` as ``translate`` for another language. Names in the texts (facts,
KPIs) are codes; ``label`` may turn them into titles.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from standards.scoring.decimals import exact, one_decimal, shown

if TYPE_CHECKING:
    from standards.scoring.model import GateResult

__all__ = ["Translate", "one_decimal", "plain", "seen", "title", "wanted"]

Translate = Callable[[str], str]


def _(message: str) -> str:
    """Mark a message for makemessages; it is translated where the language is known."""
    return message


def seen(gate: GateResult, translate: Translate = str) -> str:
    """Say what the gate saw, for example ``612.4`` or ``21 of 23 at the level, 2 unanswered``."""
    return _SEEN[gate.kind](gate.seen, gate.wanted, translate)


def wanted(gate: GateResult, translate: Translate = str) -> str:
    """Say what the gate wanted, for example ``at least 550``."""
    return _WANTED[gate.kind](gate.wanted, translate)


_TITLES = {
    "total": _("Total score"),
    "block": _("Block %(about)s"),
    "mandatory_level": _("Mandatory criteria"),
    "clause_level": _("Clause %(about)s"),
    "na_share": _("Criteria not applicable"),
    "market": _("Market"),
    "findings:major_open": _("Open major nonconformities"),
    "findings:minor_late": _("Minor nonconformities not closed in time"),
}


def title(gate: str, facts: Mapping[str, str], translate: Translate = str) -> str:
    """Name a gate by its code, such as ``block:A``; ``facts`` are the titles of the edition's facts by code."""
    kind, _colon, about = gate.partition(":")
    if kind == "fact":
        return facts.get(about, about)
    return translate(_TITLES.get(gate) or _TITLES[kind]) % {"about": about}


# Choices of facts that editions share; an edition's own choices are shown with their underscores as spaces.
_CHOICES = {
    "file_review": _("File review"),
    "panel": _("Panel"),
    "panel_and_defence": _("Panel with defence"),
    "voice": _("Voice"),
    "email": _("E-mail"),
    "chat": _("Chat"),
    "messaging": _("Messaging app"),
    "social": _("Social media"),
    "video": _("Video"),
    "bot": _("Bot"),
    "self_service": _("Self-service"),
    "in_person": _("In person"),
}


def plain(value: Any, translate: Translate = str) -> str:
    """Write a fact's value: numbers in full, yes and no, choices in words, lists as the language separates them."""
    if value is None:
        return translate(_("not known"))
    if isinstance(value, bool):
        return translate(_("yes")) if value else translate(_("no"))
    if isinstance(value, Fraction):
        return exact(value)
    if isinstance(value, (tuple, frozenset)):
        return translate(_(", ")).join(sorted(plain(each, translate) for each in value))
    return translate(_CHOICES[value]) if value in _CHOICES else str(value).replace("_", " ")


def _range(low: Fraction, high: Fraction, limit: Fraction, translate: Translate, unit: str = "") -> str:
    if low == high:
        return shown(low, limit) + unit
    values = {"low": one_decimal(low) + unit, "high": shown(high, limit) + unit}
    return translate(_("%(low)s to %(high)s")) % values


def _seen_total(see: Mapping[str, Any], want: Mapping[str, Any], translate: Translate) -> str:
    return _range(see["low"], see["high"], want["min"], translate)


def _seen_block(see: Mapping[str, Any], want: Mapping[str, Any], translate: Translate) -> str:
    return _range(see["low"], see["high"], want["min_percent"], translate, " %")


def _seen_levels(see: Mapping[str, Any], _want: Mapping[str, Any], translate: Translate) -> str:
    if see["unanswered"]:
        return translate(_("%(reach)s of %(count)s at the level, %(unanswered)s unanswered")) % see
    return translate(_("%(reach)s of %(count)s at the level")) % see


def _seen_findings(see: Mapping[str, Any], _want: Mapping[str, Any], translate: Translate) -> str:
    return plain(see["count"], translate)


def _seen_na_share(see: Mapping[str, Any], want: Mapping[str, Any], translate: Translate) -> str:
    # Shown above the limit when it is above: the share is turned round, as the limit is a maximum.
    percent = -Fraction(shown(-see["percent"], -want["max_percent"]))
    return translate(_("%(count)s of %(asked)s (%(percent)s %%)")) % {**see, "percent": exact(percent)}


def _seen_fact(see: Mapping[str, Any], _want: Mapping[str, Any], translate: Translate) -> str:
    return plain(see["value"], translate)


def _seen_market(see: Mapping[str, Any], want: Mapping[str, Any], translate: Translate) -> str:
    parts = [translate(_("%(judged)s judged: %(above)s above, %(below)s below, %(insufficient)s insufficient")) % see]
    if see["missing"]:
        parts.append(translate(_("%(missing)s without a verdict")) % see)
    if see["otherwise"]:
        parts.append(translate(_("%(otherwise)s at the central figure, as the market publishes no other")) % see)
    if want["quarters"]:
        parts.append(translate(_("quarters in a row: %s")) % plain(see["quarters"], translate))
    return translate(_("; ")).join(parts)


def _want_min(want: Mapping[str, Any], translate: Translate) -> str:
    return translate(_("at least %s")) % exact(want["min"])


def _want_block(want: Mapping[str, Any], translate: Translate) -> str:
    return translate(_("at least %s %%")) % exact(want["min_percent"])


def _want_levels(want: Mapping[str, Any], translate: Translate) -> str:
    if want["own"]:
        message = _("level %(min)s of %(low)s to %(high)s, or that share of its own scale, on all %(count)s")
        return translate(message) % want
    return translate(_("level %(min)s or higher on all %(count)s")) % want


def _want_findings(want: Mapping[str, Any], translate: Translate) -> str:
    return translate(_("at most %s")) % plain(want["max"])


def _want_na_share(want: Mapping[str, Any], translate: Translate) -> str:
    return translate(_("at most %s %%")) % exact(want["max_percent"])


_TESTS = {"min": _("at least %s"), "above": _("more than %s"), "equals": _("%s"), "one_of": _("one of: %s")}


def _want_fact(want: Mapping[str, Any], translate: Translate) -> str:
    return translate(_TESTS[str(want["test"])]) % plain(want["value"], translate)


_BARS = {
    "upper_quartile": _("against the market's upper quartile"),
    "top_decile": _("against the market's top decile"),
}
_BARS_MISSING = {
    "centre": _("where none is published, against the central figure"),
    "left_out": _("where none is published, left out"),
}


def _want_market(want: Mapping[str, Any], translate: Translate) -> str:
    parts = [translate(_("at least %s judged")) % want["at_least"]]
    if want["bar"] in _BARS:
        parts.append(translate(_BARS[want["bar"]]))
    if want["otherwise"] in _BARS_MISSING and want["bar"] in _BARS:
        parts.append(translate(_BARS_MISSING[want["otherwise"]]))
    if want["none_below"]:
        parts.append(translate(_("none below or insufficient")))
    if want["above_percent"]:
        parts.append(translate(_("at least %s %% above")) % exact(want["above_percent"]))
    if want["quarters"]:
        parts.append(translate(_("%s quarters in a row")) % want["quarters"])
    return translate(_(", ")).join(parts)


_SEEN: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any], Translate], str]] = {
    "total": _seen_total,
    "block": _seen_block,
    "mandatory_level": _seen_levels,
    "clause_level": _seen_levels,
    "findings": _seen_findings,
    "na_share": _seen_na_share,
    "fact": _seen_fact,
    "market": _seen_market,
}
_WANTED: dict[str, Callable[[Mapping[str, Any], Translate], str]] = {
    "total": _want_min,
    "block": _want_block,
    "mandatory_level": _want_levels,
    "clause_level": _want_levels,
    "findings": _want_findings,
    "na_share": _want_na_share,
    "fact": _want_fact,
    "market": _want_market,
}
