"""The charts of the public register: how many listed certificates by tier, country, industry and remaining time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.models import Industry
from audits.life import REMAINING
from audits.selectors.findings import bucket_words
from reports.charts.stacks import Stack
from reports.renderers.dashboard import address, counted_chart, part
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reports.renderers.charts import Chart

CODES = ("tier", "country", "industry", "ends")
MOST_BARS = 16


def register_charts(
    counts: Mapping[str, Mapping[str, int]],
    *,
    tiers: Mapping[str, Mapping[str, str]],
    language: str,
) -> list[Chart]:
    """Return one chart each, in the order of ``CODES``; a bar leads to its part of the register."""
    industries = dict(Industry.choices)
    spans = {str(first): bucket_words(first, last) for first, last in REMAINING}
    titles = {
        "tier": (_("By tier"), _("Tier"), {code: text(tiers[code]) for code in counts["tier"] if code in tiers}),
        "country": (_("By country"), _("Country"), {}),
        "industry": (_("By industry"), _("Industry"), {code: str(words) for code, words in industries.items()}),
        "ends": (_("When certificates end"), _("Ends in"), spans),
    }
    found = []
    for what in CODES:
        title, head, names = titles[what]
        rows = [
            Stack(
                names.get(key, key),
                "",
                (part(number, _listed(what, key, language), names.get(key, key)),),
            )
            for key, number in list(counts[what].items())[:MOST_BARS]
        ]
        found.append(
            counted_chart(
                what,
                title,
                rows,
                [_("Certificates")],
                what=head,
                empty=_("No listed certificate matches."),
            )
        )
    return found


def _listed(what: str, key: str, language: str) -> str:
    return address("register", **{what: key, "lang": language}) + "#list"
