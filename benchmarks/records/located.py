"""YAML read strictly, with the line of every value, so that a fault can be named by its place."""

from __future__ import annotations

from typing import Any

import yaml

from benchmarks.message import Message, MessageError
from benchmarks.message import marked as _

MAX_BYTES = 200_000
MAX_ITEMS = 300  # each becomes a part of one expression, which must stay small enough to compute
MAX_DEPTH = 20


class MappingError(MessageError):
    """The mapping file cannot be used. ``line`` is where the fault is, from 1; the message carries it too."""

    def __init__(self, line: int, template: str, **params: Any) -> None:
        """Keep the line beside the message."""
        super().__init__(_("line {line}: {fault}"), line=line, fault=Message(template, params))
        self.line = line


class Located:
    """One value of the file: a text (``str``), a list or a dict of ``Located``, with its line."""

    def __init__(self, value: Any, line: int) -> None:
        """Take the value and the line it starts on, from 1."""
        self.value = value
        self.line = line

    def fail(self, template: str, **params: Any) -> MappingError:
        """Make the error for this place."""
        return MappingError(self.line, template, **params)

    def text(self, what: str | Message) -> str:
        """Return the value as text; MappingError when it is a list or a mapping."""
        if not isinstance(self.value, str):
            raise self.fail(_("{what} must be one value, not a list or a section."), what=what)
        return self.value

    def section(self, what: str | Message) -> dict[str, Located]:
        """Return the value as a section of names; MappingError otherwise."""
        if not isinstance(self.value, dict):
            raise self.fail(_("{what} must be a section with names in it."), what=what)
        return self.value

    def items(self, what: str | Message) -> list[Located]:
        """Return the value as a list; MappingError otherwise."""
        if not isinstance(self.value, list):
            raise self.fail(_("{what} must be a list."), what=what)
        if len(self.value) > MAX_ITEMS:
            raise self.fail(_("{what} has more than {most} entries."), what=what, most=MAX_ITEMS)
        return self.value

    def texts(self, what: str | Message) -> tuple[str, ...]:
        """Return the value as a list of texts; MappingError otherwise."""
        return tuple(item.text(what) for item in self.items(what))


def read(text: str) -> Located:
    """Read YAML in which every scalar stays text. Tags, anchors, aliases and repeated names are refused."""
    if len(text.encode("utf-8", errors="replace")) > MAX_BYTES:
        raise MappingError(1, _("the mapping is larger than {most:,} bytes."), most=MAX_BYTES)
    try:
        _refuse_excess(text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "not valid YAML"
        raise MappingError(mark.line + 1 if mark else 1, _("not valid YAML: {problem}."), problem=problem) from error
    if node is None:
        raise MappingError(1, _("the mapping is empty."))
    return _locate(node)


def _refuse_excess(text: str) -> None:
    """Refuse aliases, tags and deep nesting while reading: ten thousand brackets would take the parser minutes."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise MappingError(line, _("not valid YAML: nested too deeply."))
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise MappingError(line, _("anchors and aliases are not used in mappings; write the value out."))
        if getattr(event, "tag", None):
            raise MappingError(line, _("tags (!) are not used in mappings."))


def _locate(node: yaml.Node) -> Located:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return Located(_section(node), line)
    if isinstance(node, yaml.SequenceNode):
        return Located([_locate(item) for item in node.value], line)
    return Located(str(node.value), line)


def _section(node: yaml.MappingNode) -> dict[str, Located]:
    section: dict[str, Located] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise MappingError(line, _("a name must be one word."))
        if key.value in section:
            raise MappingError(line, _("“{name}” is there twice."), name=key.value)
        section[key.value] = _locate(value)
    return section
