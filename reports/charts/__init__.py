"""Charts as SVG text, from one source for screen and paper. Pure: no Django, no files, no clock.

Every function returns one ``<svg>`` with ``<title>`` and ``<desc>``, made of presentation attributes only (a content
security policy forbids style attributes), with text escaped. States differ by shape as well as by colour, so that a
grey print says the same.
"""

from benchmarks.charts.canvas import PAPER, SCREEN, Look, shown
from reports.charts.blocks import BlockBar, block_bars
from reports.charts.bullet import bullet
from reports.charts.groups import GroupBar, group_bars
from reports.charts.ladder import Rung, tier_ladder

__all__ = [
    "PAPER",
    "SCREEN",
    "BlockBar",
    "GroupBar",
    "Look",
    "Rung",
    "block_bars",
    "bullet",
    "group_bars",
    "shown",
    "tier_ladder",
]
