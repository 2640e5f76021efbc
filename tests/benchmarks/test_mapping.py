"""The mapping file: what is refused, and at which line."""

from __future__ import annotations

import pytest

from benchmarks.forms import shipped_mappings
from benchmarks.records.mapping import MappingError, parse_mapping
from tests.benchmarks.samples import MAPPING

GOOD = MAPPING.splitlines()


def changed(old: str, new: str) -> str:
    """Change one thing in a good mapping."""
    assert old in MAPPING
    return MAPPING.replace(old, new)


def test_mapping_is_read() -> None:
    mapping = parse_mapping(MAPPING)
    assert mapping.delimiter == ";"
    assert mapping.fields["customer"].none == ("", "0")
    assert mapping.service_level_seconds == 20


@pytest.mark.parametrize("name", sorted(shipped_mappings()))
def test_shipped_mapping_is_valid(name: str) -> None:
    assert parse_mapping(shipped_mappings()[name].read_text()).fields


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "empty"),
        ("just a word", 1, "section"),
        ("a: [1, 2", 1, "not valid YAML"),
        ("kind: contacts\n\tformat: x", 2, "not valid YAML"),
        (changed("kind: contacts", "kind: parrots"), 1, "kind"),
        (changed("kind: contacts", "kind: contacts\nkind: contacts"), 2, "twice"),
        (changed("encoding: utf-8", "encoding: klingon"), 2, "encoding"),
        (changed("type: csv", "type: pdf"), 2, "type"),
        (changed('delimiter: ";"', "delimiter: ab"), 2, "delimiter"),
        (changed("Asia/Hong_Kong", "Asia/Atlantis"), 3, "time zone"),
        (changed("Asia/Hong_Kong", "../../etc/passwd"), 3, "time zone"),
        (changed("  agent: {column: agent}", "  agnt: {column: agent}"), 11, "unknown name “agnt”"),
        (changed("{column: handle}", "{colunm: handle}"), 10, "unknown name “colunm”"),
        (changed("{column: wait}", "{constant: 5}"), 7, "cannot be a constant"),
        (changed("{column: wait}", "[wait]"), 7, "must be a section"),
        (changed("  arrived_at: {column: arrived}\n", ""), 5, "arrived_at"),
        (changed("  wait_seconds: {column: wait}\n", ""), 5, "wait_seconds"),
        (changed("{column: agent}", "{column: agent, equals: x}"), 11, "cannot come from a condition"),
        (changed("{column: agent}", "&a {column: agent}"), 11, "anchors"),
        (changed("{column: agent}", "!!python/name:os.system {column: agent}"), 11, "tags"),
        (MAPPING + "thresholds: {service_level_seconds: soon}\n", 20, "whole number"),
        (MAPPING + "thresholds: {service_level_seconds: -5}\n", 20, "whole number"),
        (MAPPING + "sentinel_dates: [yesterday]\n", 20, "sentinel date"),
        (MAPPING + "note: " + "x" * 300_000, 1, "larger"),
        ("[" * 50_000, 1, "nested too deeply"),
        ("{a: " * 50_000, 1, "nested too deeply"),
        (MAPPING + f"duplicate_key: [{'id, ' * 301}]\n", 20, "more than 300 entries"),
        (changed('["0"]', f"[{'x, ' * 301}]"), 12, "more than 300 entries"),
    ],
)
def test_mapping_fault_is_named_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(MappingError) as caught:
        parse_mapping(text)
    assert caught.value.line == line
    assert words in str(caught.value)
    assert str(caught.value).startswith(f"line {line}: ")
