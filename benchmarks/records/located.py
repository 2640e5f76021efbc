"""YAML read strictly, with the line of every value, so that a fault can be named by its place."""

from __future__ import annotations

from typing import Any

import yaml

MAX_BYTES = 200_000


class MappingError(Exception):
    """The mapping file cannot be used. ``line`` is where the fault is, from 1; the message carries it too."""

    def __init__(self, line: int, message: str) -> None:
        """Keep the line beside the message."""
        super().__init__(f"line {line}: {message}")
        self.line = line


class Located:
    """One value of the file: a text (``str``), a list or a dict of ``Located``, with its line."""

    def __init__(self, value: Any, line: int) -> None:
        """Take the value and the line it starts on, from 1."""
        self.value = value
        self.line = line

    def fail(self, message: str) -> MappingError:
        """Make the error for this place."""
        return MappingError(self.line, message)

    def text(self, what: str) -> str:
        """Return the value as text; MappingError when it is a list or a mapping."""
        if not isinstance(self.value, str):
            raise self.fail(f"{what} must be one value, not a list or a section.")
        return self.value

    def section(self, what: str) -> dict[str, Located]:
        """Return the value as a section of names; MappingError otherwise."""
        if not isinstance(self.value, dict):
            raise self.fail(f"{what} must be a section with names in it.")
        return self.value

    def items(self, what: str) -> list[Located]:
        """Return the value as a list; MappingError otherwise."""
        if not isinstance(self.value, list):
            raise self.fail(f"{what} must be a list.")
        return self.value

    def texts(self, what: str) -> tuple[str, ...]:
        """Return the value as a list of texts; MappingError otherwise."""
        return tuple(item.text(what) for item in self.items(what))


def read(text: str) -> Located:
    """Read YAML in which every scalar stays text. Tags, anchors, aliases and repeated names are refused."""
    if len(text.encode("utf-8", errors="replace")) > MAX_BYTES:
        raise MappingError(1, f"the mapping is larger than {MAX_BYTES:,} bytes.")
    try:
        _refuse_aliases(text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "not valid YAML"
        raise MappingError(mark.line + 1 if mark else 1, f"not valid YAML: {problem}.") from error
    except RecursionError as error:
        raise MappingError(1, "not valid YAML: nested too deeply.") from error
    if node is None:
        raise MappingError(1, "the mapping is empty.")
    return _locate(node)


def _refuse_aliases(text: str) -> None:
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise MappingError(line, "anchors and aliases are not used in mappings; write the value out.")
        if getattr(event, "tag", None):
            raise MappingError(line, "tags (!) are not used in mappings.")


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
            raise MappingError(line, "a name must be one word.")
        if key.value in section:
            raise MappingError(line, f"“{key.value}” is there twice.")
        section[key.value] = _locate(value)
    return section
