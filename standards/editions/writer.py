"""From a document back to the YAML of an edition file, without loss: reading it gives the same SHA-256.

What has its default value is left out. Texts are quoted or folded, so that none of them can be read as a number.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import yaml

from standards.editions.reader import LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

WIDTH = 120
LONG = 90
_STRING = "tag:yaml.org,2002:str"
_NEEDED = {"gates", "title", "requirement"}
# How people write a file: who it is, what it asks, how it counts, the long lists last. A stored document is sorted.
_ORDER = {
    key: place
    for place, key in enumerate(
        (
            *("en", "zh-hans", "zh-hant", "gate", "code", "version", "title", "languages", "based_on", "notice"),
            *("points_total", "points", "scale", "schemes", "facts", "type", "unit", "choices", "market", "fact"),
            *("clause", "requirement", "look_at", "evidence", "anchors", "kind", "facets", "weight", "tier"),
            *(
                "mandatory",
                "na_allowed",
                "when",
                "includes",
                "kpis",
                "computed",
                "rule",
                "level",
                "trend",
                "crosswalk",
                "min",
                "max",
                "names",
            ),
            *("min_percent", "max_percent", "above", "equals", "one_of", "at_least", "none_below", "above_percent"),
            *("quarters", "max_age_months", "from", "meaning", "practices", "reason", "help", "summary", "intro"),
            *("tiers", "gates", "blocks", "clauses", "criteria", "lineage"),
        )
    )
}
# What the reader fills in when a key is left out.
_CRITERION = {"weight": 1, "mandatory": False, "na_allowed": False}


class _Text(str):
    """A text for people: quoted, or folded where it is long."""

    __slots__ = ()


class _Words(list[str]):
    """A list of codes, written on one line."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Writes texts in quotes, numbers without exponent, and never an anchor or an alias."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML asks about each value
        return True


def _text(dumper: _Dumper, value: _Text) -> yaml.ScalarNode:
    return dumper.represent_scalar(_STRING, value, style=">" if len(value) > LONG and value.isprintable() else '"')


def _words(dumper: _Dumper, value: _Words) -> yaml.SequenceNode:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=True)


def _word(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar(_STRING, value, style=None if value[:1].isalpha() else '"')


def _float(dumper: _Dumper, value: float) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:float", f"{Decimal(str(value)):f}")


_Dumper.add_representer(_Text, _text)
_Dumper.add_representer(_Words, _words)
_Dumper.add_representer(str, _word)
_Dumper.add_representer(float, _float)


def edition_yaml(document: Mapping[str, Any]) -> str:
    """Return the edition file that ``parse_edition`` reads as this document."""
    head = {
        key: value
        for key, value in document.items()
        if key not in {"tiers", "blocks"} and (key in _NEEDED or value not in ({}, []))
    }
    whole = {
        **head,
        "scale": _stated(document["scale"]),
        "facts": [_stated(fact) for fact in document["facts"]],
        "tiers": [_stated(tier) for tier in document["tiers"]],
        "blocks": [_block(block) for block in document["blocks"]],
    }
    if not whole["facts"]:
        del whole["facts"]
    return yaml.dump(
        _marked(whole), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH, default_flow_style=False
    )


def section_yaml(name: str, value: Any) -> str:
    """Return one section of the head as it would stand in the file, without its name."""
    stated = [_stated(each) for each in value] if name in {"tiers", "facts"} else value
    return yaml.dump(
        _marked(stated), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH, default_flow_style=False
    )


def plain_yaml(value: Any) -> str:
    """Return other plain data as YAML in the same hand: texts quoted or folded, codes bare, nothing left out."""
    return yaml.dump(_marked(value), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH)


def _block(block: Mapping[str, Any]) -> dict[str, Any]:
    return {**_stated(block), "clauses": [_clause(clause) for clause in block["clauses"]]}


def _clause(clause: Mapping[str, Any]) -> dict[str, Any]:
    return {**_stated(clause), "criteria": [_criterion(criterion) for criterion in clause["criteria"]]}


def _criterion(criterion: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value for key, value in _stated(criterion).items() if key not in _CRITERION or value != _CRITERION[key]
    }


def _stated(part: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is empty and may be missing; what a part needs stays, even while a draft has no words for it."""
    return {key: value for key, value in part.items() if key in _NEEDED or value not in ({}, [], None, "")}


def _marked(value: Any, key: str = "") -> Any:
    """Tell texts for people from codes: the former stand in a mapping from language to text, or are a unit."""
    if isinstance(value, dict):
        language = bool(value) and all(
            isinstance(each, str) and LANGUAGE.fullmatch(name) for name, each in value.items()
        )
        return {name: _Text(value[name]) if language else _marked(value[name], name) for name in _in_order(value)}
    if isinstance(value, list):
        words = all(isinstance(each, str) for each in value)
        return _Words(value) if words else [_marked(each) for each in value]
    return _Text(value) if key == "unit" else value


def _in_order(names: Iterable[str]) -> list[str]:
    """Return keys as people write them: known ones first, then levels by number, then all others by name."""
    return sorted(names, key=lambda name: (_ORDER.get(name, len(_ORDER)), int(name) if name.isdecimal() else 0, name))
