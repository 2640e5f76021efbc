"""From the JSON of a case to a ``Case``, with the place of everything that is wrong."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NoReturn

from standards.scoring.gates import VERDICTS
from standards.scoring.model import BARS, QUARTERS_FACT, Case, FactGate, FactSpec, FindingsGate, MarketGate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from standards.scoring.model import EditionSpec, Row

SECTIONS = ("answers", "market", "findings", "facts")
MAX_DIGITS = 15


class CaseError(ValueError):
    """A case cannot be used. ``faults`` are (place, what is wrong), in the order of the file."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        """Keep all faults; the message is the first, with the number of the others."""
        self.faults = faults
        place, what = faults[0]
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        super().__init__(f"{place}: {what}{more}")


class _FaultError(Exception):
    """One fault while reading one value."""


def read_json(text: str) -> Any:
    """Return the JSON with exact decimals. Duplicate keys, NaN and malformed text are a ``CaseError``."""
    try:
        return json.loads(text, parse_float=_decimal, parse_constant=_constant, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        raise CaseError([(f"line {error.lineno}, column {error.colno}", f"not JSON: {error.msg}")]) from None
    except _FaultError as error:
        raise CaseError([("the file", str(error))]) from None
    except (RecursionError, ValueError):
        raise CaseError([("the file", "nested too deeply, or a number is too long")]) from None


def parse_case(edition: EditionSpec, data: Any) -> Case:
    """Return the case that plain data (from JSON or built by a caller) describes; ``CaseError`` names every fault."""
    if not isinstance(data, dict):
        raise CaseError([("the case", f"must be an object with {', '.join(SECTIONS)}")])
    faults = [(_name(key), f"unknown; known are {', '.join(SECTIONS)}") for key in data if key not in SECTIONS]
    parts: dict[str, dict[str, Any]] = {}
    for section in SECTIONS:
        part = data.get(section, {})
        if not isinstance(part, dict):
            faults.append((section, "must be an object"))
            part = {}
        parts[section] = part
    levels, not_applicable = _answers(edition, parts["answers"], faults)
    case = Case(
        levels=levels,
        not_applicable=not_applicable,
        market=dict(_read("market", parts["market"], lambda _name, value: _verdicts(value), faults)),
        findings=dict(_read("findings", parts["findings"], lambda _name, value: _count(value), faults)),
        facts=dict(_read("facts", parts["facts"], lambda name, value: _fact(_fact_spec(edition, name), value), faults)),
    )
    if faults:
        raise CaseError(faults)
    return case


def unread_names(edition: EditionSpec, case: Case) -> tuple[str, ...]:
    """Return the places in a case that no gate and no condition of this edition reads: often a typing error."""
    gates = [gate for tier in edition.tiers for gate in tier.gates]
    facts = {gate.fact for gate in gates if isinstance(gate, FactGate)}
    facts |= {condition.fact for _, condition in edition.conditional} | {QUARTERS_FACT}
    kpis = {kpi for gate in gates if isinstance(gate, MarketGate) for kpi in gate.kpis}
    findings = {gate.fact for gate in gates if isinstance(gate, FindingsGate)}
    known = (("market", case.market, kpis), ("findings", case.findings, findings), ("facts", case.facts, facts))
    return tuple(f"{section}.{name}" for section, part, names in known for name in part if name not in names)


def _answers(
    edition: EditionSpec, part: Mapping[str, Any], faults: list[tuple[str, str]]
) -> tuple[dict[str, int], frozenset[str]]:
    levels: dict[str, int] = {}
    not_applicable = set()
    for code, answer in part.items():
        try:
            level = _answer(edition, edition.row_by_code.get(code), answer)
        except _FaultError as fault:
            faults.append((f"answers.{_name(code)}", str(fault)))
            continue
        if level is None:
            not_applicable.add(code)
        else:
            levels[code] = level
    return levels, frozenset(not_applicable)


def _answer(edition: EditionSpec, row: Row | None, answer: Any) -> int | None:
    """Return the level, or None for N/A."""
    if row is None:
        raise _FaultError(f"no such criterion in {edition.code} {edition.version}")
    if not isinstance(answer, dict) or set(answer) not in ({"level"}, {"na"}):
        raise _FaultError('must be {"level": number} or {"na": "reason"}, one of the two')
    if "na" in answer:
        _check_not_applicable(row, answer["na"])
        return None
    level = answer["level"]
    if isinstance(level, bool) or not isinstance(level, int):
        raise _FaultError(f"the level must be a whole number, not {_name(level)}")
    if not row.low <= level <= row.high:
        raise _FaultError(f"the level must be from {row.low} to {row.high}, not {_name(level)}")
    return level


def _check_not_applicable(row: Row, reason: Any) -> None:
    if not isinstance(reason, str) or not reason.strip():
        raise _FaultError("N/A needs a reason in words")
    if not row.na_allowed:
        raise _FaultError("this criterion may not be N/A")


def _read(section: str, part: Mapping[str, Any], read: Any, faults: list[tuple[str, str]]) -> Iterator[tuple[str, Any]]:
    """Yield (name, value) of what is known; ``null`` says the same as leaving it out."""
    for name, value in part.items():
        try:
            if value is not None:
                yield name, read(name, value)
        except _FaultError as fault:
            faults.append((f"{section}.{_name(name)}", str(fault)))


def _verdicts(value: Any) -> str | dict[str, str]:
    """Return one verdict for every bar, or those by bar; a bar whose verdict is ``null`` has none."""
    if not isinstance(value, dict):
        return _verdict(value)
    unknown = next((bar for bar in value if bar not in BARS), None)
    if unknown is not None:
        raise _FaultError(f"bars are {', '.join(BARS)}, not {_name(unknown)}")
    found: dict[str, str] = {}
    for bar, verdict in value.items():
        try:
            found |= {} if verdict is None else {bar: _verdict(verdict)}
        except _FaultError as fault:
            raise _FaultError(f"{bar} {fault}") from None
    return found


def _verdict(value: Any) -> str:
    if not isinstance(value, str) or value not in VERDICTS:
        raise _FaultError(f"must be one of {', '.join(VERDICTS)}, not {_name(value)}")
    return value


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise _FaultError(f"must be a whole number from 0, not {_name(value)}")
    return value


def _fact_spec(edition: EditionSpec, name: str) -> FactSpec | None:
    return edition.facts.get(name) or (FactSpec(name, "number") if name == QUARTERS_FACT else None)


def _fact(spec: FactSpec | None, value: Any) -> Any:
    if spec is None:  # nothing reads it; ``unread_names`` tells
        return str(value)
    if spec.type == "number":
        return _number(value)
    if spec.type == "boolean":
        if not isinstance(value, bool):
            raise _FaultError(f"must be true or false, not {_name(value)}")
        return value
    if spec.type == "list":
        return _list(spec, value)
    return _choice(spec, value)


def _number(value: Any) -> Fraction:
    if isinstance(value, Fraction):
        return value
    text = value.strip() if isinstance(value, str) else value
    try:
        if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
            raise _FaultError(f"must be a number, not {_name(value)}")
        # A float means the decimals that it prints: 62.5, 0.1.
        number = Decimal(str(text) if isinstance(text, float) else text)
    except InvalidOperation:
        raise _FaultError(f"must be a number, not {_name(value)}") from None
    if not number.is_finite() or abs(number.adjusted()) > MAX_DIGITS:
        raise _FaultError(f"must be a finite number of at most {MAX_DIGITS} digits")
    return Fraction(number)


def _list(spec: FactSpec, value: Any) -> frozenset[str]:
    if not isinstance(value, (list, tuple, set, frozenset)) or not all(isinstance(each, str) for each in value):
        raise _FaultError("must be a list of codes")
    return frozenset(_choice(spec, each) for each in value)


def _choice(spec: FactSpec, value: Any) -> str:
    if not isinstance(value, str) or (spec.choices and value not in spec.choices):
        raise _FaultError(f"must be one of {', '.join(spec.choices)}, not {_name(value)}")
    return value


def _name(value: Any) -> str:
    """Quote what was found, safely and at most 60 characters of it."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 10**MAX_DIGITS:
        return "a huge number"
    if isinstance(value, Decimal):
        value = str(value)
    try:
        text = value if isinstance(value, str) else json.dumps(value)
    except (TypeError, ValueError):
        text = type(value).__name__
    text = "".join(letter if letter.isprintable() else "?" for letter in text[:60])
    return text or '""'


def _decimal(text: str) -> Decimal:
    return Decimal(text)


def _constant(text: str) -> NoReturn:
    raise _FaultError(f"{text} is not a number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # add() is None
        raise _FaultError(f"{_name(twice)} is there twice")
    return found
