"""What the reader of edition files finds, in the language of whoever writes a draft.

The reader is pure and speaks English, as do the operator's commands. Here its sentences are known by their shape; one
that is not known stays as it is.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

SHAPES = tuple(
    (re.compile(shape, re.DOTALL), words)
    for shape, words in (
        (r"is empty", _("is empty")),
        (r"longer than (?P<most>\d+) characters", _("longer than %(most)s characters")),
        (r"contains HTML; write plain text", _("contains HTML; write plain text")),
        (r"contains the control character (?P<sign>\S+)", _("contains the control character %(sign)s")),
        (
            r"must be from (?P<low>\S+) to (?P<high>\S+), not (?P<given>.+)",
            _("must be from %(low)s to %(high)s, not %(given)s"),
        ),
        (r"must be a number, not (?P<given>.+)", _("must be a number, not %(given)s")),
        (r"must be a whole number", _("must be a whole number")),
        (r"must have at most (?P<places>\d+) decimals", _("must have at most %(places)s decimals")),
        (r"(?P<given>'.*') is not one of (?P<known>.+)", _("%(given)s is not one of %(known)s")),
        (r"unknown: (?P<given>'.*')", _("unknown: %(given)s")),
        (r"(?P<given>'.*') is there twice", _("%(given)s is there twice")),
        (r"the code (?P<code>\S+) is there twice.*", _("the code %(code)s is there twice")),
        (
            r"the code must begin with (?P<start>\S+) and go on: (?P<given>.+)",
            _("the code must begin with %(start)s and go on: %(given)s"),
        ),
        (
            r"not a code of at most (?P<most>\d+) letters, digits, \. _ -: (?P<given>.+)",
            _("not a code of at most %(most)s letters, digits, . _ -: %(given)s"),
        ),
        (
            r"cannot be the code of a criterion: its address leads elsewhere",
            _("cannot be the code of a criterion: its address leads elsewhere"),
        ),
        (
            r"(?P<given>'.*') cannot be a version: its address leads elsewhere",
            _("%(given)s cannot be a version: its address leads elsewhere"),
        ),
        (r"is mandatory, so N/A cannot be allowed", _("is mandatory, so N/A cannot be allowed")),
        (r"includes needs at least one word", _("needs at least one word")),
        (
            r"the points add up to (?P<sum>\S+), but points_total is (?P<total>\S+)",
            _("the points of the blocks add up to %(sum)s, but there are %(total)s in all"),
        ),
        (
            r"needs a criterion of tier (?P<tier>\S+) without N/A and condition",
            _("needs a criterion of tier %(tier)s without N/A and condition"),
        ),
        (r"needs at least (?P<least>\d+) items?", _("needs at least %(least)s")),
        (r"en has to be among them", _("English has to be among them")),
        (r"the English text is missing", _("the English text is missing")),
        (r"the text in (?P<language>\S+) is missing", _("the text in %(language)s is missing")),
        (
            r"(?P<code>\S+) is no criterion of edition (?P<version>\S+)",
            _("%(code)s is no criterion of edition %(version)s"),
        ),
        (
            r"edition (?P<version>\S+) has (?P<code>\S+), but the lineage does not carry it on.*",
            _("edition %(version)s has %(code)s, but the lineage does not carry it on: a code keeps its meaning"),
        ),
        (
            r"goes in a circle: codes may not change places, a code keeps its meaning",
            _("goes in a circle: codes may not change places, a code keeps its meaning"),
        ),
        (r"no criterion of this edition has this code", _("no criterion of this edition has this code")),
        (r"unknown key (?P<key>'.*'); known are (?P<known>.+)", _("unknown key %(key)s; known are %(known)s")),
        (r"(?P<key>\S+) is missing", _("%(key)s is missing")),
        (r"not YAML: (?P<problem>.+)", _("not YAML: %(problem)s")),
        (r"the file is empty", _("the file is empty")),
        (
            r"(?P<size>\d+) MB is too large; the limit is (?P<limit>\d+) MB",
            _("%(size)s MB is too large; the limit is %(limit)s MB"),
        ),
        (r"not UTF-8 \(byte (?P<byte>\S+)\); save it as UTF-8", _("not UTF-8 (byte %(byte)s); save it as UTF-8")),
        (r"the file is UTF-16; save it as UTF-8", _("the file is UTF-16; save it as UTF-8")),
        (r"contains a NUL character", _("contains a NUL character")),
        (r"contains a tab; indent with spaces", _("contains a tab; indent with spaces")),
        (
            r"aliases \(\*(?P<name>.+)\) are not allowed; write the value out",
            _("aliases (*%(name)s) are not allowed; write the value out"),
        ),
        (r"anchors \(&(?P<name>.+)\) are not allowed", _("anchors (&%(name)s) are not allowed")),
        (
            r"the file has (?P<given>'.*'), this draft is (?P<wanted>'.*')",
            _("the file has %(given)s, this draft is %(wanted)s"),
        ),
    )
)


def fault_words(what: str) -> str:
    """Return what a fault says in the reader's language."""
    for shape, words in SHAPES:
        if match := shape.fullmatch(what):
            return str(words) % match.groupdict() if match.groupdict() else str(words)
    return what
