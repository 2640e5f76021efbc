"""Lenses: an audit re-read in another scheme's structure. No Django.

A lens is a YAML file (``fixtures/lenses/``, ``docs/lens-format.md``). Begin reading in ``model.py``; ``source.py``
reads a file, ``assigning.py`` puts an edition's criteria into the groups, ``results.py`` reads a case through it,
``delta.py`` says what an audit leaves to be looked at where a certificate is held. Nothing here changes a level or a
score.
"""

from standards.lenses.assigning import Branch, Coverage, assign, items_of
from standards.lenses.delta import Certificate, Delta, Minutes, delta_of
from standards.lenses.model import Band, Group, Item, Lens, Reading
from standards.lenses.results import GroupResult, LensResult, Obstacle, Outcome, Seen, grade_of, read_through
from standards.lenses.source import parse_lens, read_lens

__all__ = [
    "Band",
    "Branch",
    "Certificate",
    "Coverage",
    "Delta",
    "Group",
    "GroupResult",
    "Item",
    "Lens",
    "LensResult",
    "Minutes",
    "Obstacle",
    "Outcome",
    "Reading",
    "Seen",
    "assign",
    "delta_of",
    "grade_of",
    "items_of",
    "parse_lens",
    "read_lens",
    "read_through",
]
