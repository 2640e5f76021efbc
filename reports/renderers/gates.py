"""What a gate wants and what it saw, in words."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from reports.charts import shown
from reports.renderers.labels import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reports.document import Gate


def number(text: str) -> str:
    """Return a number without needless decimals, at most one; other text as it is."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return plain(text)
    return shown(value, 0) if value == value.to_integral_value() else shown(value, 1)


def gate_title(gate: Gate) -> str:
    """Return what the gate is about."""
    kind, _colon, name = gate.code.partition(":")
    titles = {
        "total": _("Total score"),
        "block": _("Block %(name)s") % {"name": name},
        "mandatory_level": _("Mandatory criteria"),
        "clause_level": _("Clause %(name)s") % {"name": name},
        "na_share": _("Share of criteria not applicable"),
        "market": _("Market gate"),
        "findings": {
            "major_open": _("Open major nonconformities"),
            "minor_late": _("Minor nonconformities not closed in time"),
        }.get(name, plain(name)),
        "fact": fact_title(name),
    }
    return titles.get(kind, plain(gate.code))


def fact_title(name: str) -> str:
    """Return what a fact is called."""
    titles = {
        "cskm": _("Liveness of the service knowledge"),
        "trained_auditors": _("Trained internal auditors"),
        "decision_route": _("Decision route"),
        "market_quarters": _("Quarters in a row at market level"),
    }
    return titles.get(name, plain(name).capitalize())


def wanted_words(gate: Gate) -> str:
    """Return what the gate wants."""
    wanted = dict(gate.wanted)
    if "text" in wanted:
        return wanted["text"]
    if gate.code == "market":
        return _market_wanted(wanted)
    if "test" in wanted:
        return _test_words(wanted)
    if gate.code.startswith(("mandatory", "clause")):
        return _("all at level %(min)s or higher") % {"min": wanted.get("min", "")}
    if "min_percent" in wanted:
        return _("at least %(min)s %%") % {"min": number(wanted["min_percent"])}
    if "max_percent" in wanted:
        return _("at most %(max)s %%") % {"max": number(wanted["max_percent"])}
    if "max" in wanted:
        return _("at most %(max)s") % {"max": number(wanted["max"])}
    return _("at least %(min)s") % {"min": number(wanted.get("min", ""))}


def _test_words(wanted: Mapping[str, str]) -> str:
    value = number(wanted.get("value", ""))
    words = {"min": _("at least %(value)s"), "above": _("more than %(value)s")}
    return words.get(wanted["test"], "%(value)s") % {"value": value}


def _market_wanted(wanted: Mapping[str, str]) -> str:
    parts = []
    if wanted.get("none_below") == "true":
        parts.append(_("none below or too imprecise"))
    if wanted.get("at_least", "0") not in {"0", "1"}:
        parts.append(_("at least %(count)s judged") % {"count": wanted["at_least"]})
    if wanted.get("above_percent", "0") != "0":
        parts.append(_("%(share)s %% above") % {"share": number(wanted["above_percent"])})
    if wanted.get("quarters", "0") not in {"0", "1", ""}:
        parts.append(_("%(count)s quarters in a row") % {"count": wanted["quarters"]})
    return ", ".join(parts)


def seen_words(gate: Gate) -> str:
    """Return what the gate saw."""
    seen = dict(gate.seen)
    if "text" in seen:
        return seen["text"]
    if gate.code == "market":
        return _(
            "%(judged)s judged: %(above)s above, %(below)s below, %(insufficient)s too imprecise, %(missing)s missing"
        ) % {key: seen.get(key, "0") for key in ("judged", "above", "below", "insufficient", "missing")}
    if "reach" in seen:
        return _("%(reach)s of %(count)s") % {"reach": seen["reach"], "count": seen.get("count", "")}
    if "low" in seen:
        low, high = number(seen["low"]), number(seen.get("high", seen["low"]))
        return _with_percent(gate, low if low == high else f"{low}–{high}")
    if "percent" in seen:
        return f"{number(seen['percent'])} %"
    return number(seen.get("value", seen.get("count", ""))) or _("not stated")


def _with_percent(gate: Gate, text: str) -> str:
    return f"{text} %" if gate.code.startswith("block") else text
