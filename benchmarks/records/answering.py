"""Who was answered and how long they waited, where an export says it in another way than with a flag and a column."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from benchmarks.message import Message
from benchmarks.message import marked as _
from benchmarks.records.closeness import nearest, plain_header
from benchmarks.records.header_words import (
    ABANDONED,
    ANSWERED,
    ANSWERED_MOMENTS,
    ENDED_MOMENTS,
    NO,
    NOT,
    OUTCOMES,
    WAITS_OF_ABANDONED,
    WAITS_OF_ANSWERED,
)
from benchmarks.records.sample import Sample, Stated

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.records.looks import Look

_SHOWN = 5
_FEW = 40  # different values of a column that holds codes
_NEAR = 1.5  # see ``closeness``


def guess_answering(
    fields: dict[str, Any], sample: Sample, names: Sequence[str], looks: dict[str, Look]
) -> list[Stated]:
    """Add to the fields who was answered, who gave up and how long both waited; say from what."""
    stated = _outcomes(fields, sample, names)
    stated += _two_waits(fields, names, looks)
    if "answered" not in fields:
        stated += _moment_of_answer(fields, sample, looks)
    if "answered" not in fields:
        stated += _somebody_answered(fields, sample)
    return stated


def unknown_answering(fields: dict[str, Any], sample: Sample, names: Sequence[str]) -> list[Message]:
    """Say what to do where nothing tells who was answered."""
    if "answered" in fields:
        return []
    for name in sorted(names, key=lambda each: -_outcome_closeness(each)):
        counts = Counter(sample.column(name))
        if _outcome_closeness(name) and 1 < len(counts) <= _FEW:
            values = tuple(value for value, _count in counts.most_common(_SHOWN))
            words = _(
                "No column was found that says who was answered. “{name}” may say it, with {values}: name the values "
                "that mean answered. Until then there is no service level, speed of answer or abandonment."
            )
            return [Message(words, {"name": name, "values": values})]
    words = _(
        "No columns were found that say who was answered and how long people waited: there will be no service level, "
        "speed of answer or abandonment. Choose them below."
    )
    return [Message(words, {})]


def _outcomes(fields: dict[str, Any], sample: Sample, names: Sequence[str]) -> list[Stated]:
    """Find who was answered and who gave up: by a flag for those who gave up, or in one column of outcomes."""
    if "answered" in fields:
        return []
    if "abandoned" in fields:
        name = fields["abandoned"]["column"]
        left = [value for value in Counter(sample.column(name)) if value.lower() in NO]
        if left:
            fields["answered"] = {"column": name, "in": left}
            words = _("Who did not give up was answered: {values}.")
            return [Stated("answered", name, Message(words, {"values": tuple(left)}), "likely")]
    for name in sorted(names, key=lambda each: -_outcome_closeness(each)):
        counts = Counter(sample.column(name))
        if not _outcome_closeness(name) or len(counts) > _FEW:
            continue
        given_up = [value for value in counts if _says(value, ABANDONED)]
        answered = [value for value in counts if value not in given_up and _answered(value)]
        if answered and given_up:
            fields["answered"] = {"column": name, "in": answered}
            fields["abandoned"] = {"column": name, "in": given_up}
            others = tuple(value for value in counts if value not in {*answered, *given_up})
            if others:
                fields["queued"] = {"column": name, "in": [*answered, *given_up]}
            return [_outcome_stated(name, tuple(answered), tuple(given_up), others)]
    return []


def _says(value: str, words: Iterable[str]) -> bool:
    """Say whether a value is one of the words, begins with one ("Abandoned in queue"), or holds a Chinese one."""
    plain = plain_header(value)
    return any(
        plain == word or plain.startswith(f"{word} ") if word.isascii() else word in value for word in words
    ) or any(plain.endswith(f" {word}") for word in words if word.isascii() and len(word) > 5)  # noqa: PLR2004 - no "ok"


def _answered(value: str) -> bool:
    plain = plain_header(value)
    return _says(value, ANSWERED) and not any(
        word in plain.split() if word.isascii() else word in value for word in NOT
    )


def _outcome_closeness(header: str) -> int:
    plain = plain_header(header)
    return 2 * (plain in OUTCOMES) or int(any(word in plain for word in OUTCOMES))


def _outcome_stated(name: str, answered: tuple[str, ...], gave_up: tuple[str, ...], others: tuple[str, ...]) -> Stated:
    params = {"answered": answered, "gave_up": gave_up, "others": others[:_SHOWN]}
    if not others:
        return Stated("answered", name, Message(_("Answered: {answered}; gave up: {gave_up}."), params), "likely")
    words = _("Answered: {answered}; gave up: {gave_up}; all others are taken as never queued: {others}.")
    return Stated("answered", name, Message(words, params), "unsure")


def _two_waits(fields: dict[str, Any], names: Sequence[str], looks: dict[str, Look]) -> list[Stated]:
    """Join the wait until the answer and the wait until giving up, where they are two columns."""
    found = [
        _closest(words, [name for name in names if looks[name].type in {"number", "comma", "grouped", "clock"}])
        for words in (WAITS_OF_ANSWERED, WAITS_OF_ABANDONED)
    ]
    given = fields.get("wait_seconds", {})
    if None in found or found[0] == found[1] or given.get("column") not in {None, *found}:
        return []
    entry: dict[str, Any] = {"first_of": found}
    if looks[found[0] or ""].type == "clock":
        entry["unit"] = "h:m:s"
    elif "unit" in given:
        entry["unit"] = given["unit"]
    fields["wait_seconds"] = entry
    words = _("Those who were answered and those who gave up have their waits in two columns.")
    return [Stated("wait_seconds", " + ".join(map(str, found)), Message(words, {}), "likely")]


def _moment_of_answer(fields: dict[str, Any], sample: Sample, looks: dict[str, Look]) -> list[Stated]:
    """Take for answered whoever has a moment of the answer, where the moment of giving up is known too."""
    moments = [name for name, look in looks.items() if look.type in {"moment", "instant"}]
    arrived = fields.get("arrived_at", {})
    picked = _closest(ANSWERED_MOMENTS, moments)
    if not picked or picked == arrived.get("column"):
        return []
    blank = len(sample.rows) - sum(value[:4] not in {"1900", "0001", "9999"} for value in sample.column(picked))
    ended = _closest(ENDED_MOMENTS, [name for name in moments if name not in {picked, arrived.get("column")}])
    if not blank or ("wait_seconds" not in fields and not (ended and arrived.get("column"))):
        return []
    fields["answered"] = {"column": picked, "filled": "true"}
    stated = [Stated("answered", picked, Message(_("Whoever has this moment was answered."), {}), "unsure")]
    if "wait_seconds" not in fields:
        layout = {"format": arrived["format"]} if "format" in arrived else {}
        fields["wait_seconds"] = {"from": arrived["column"], "to": [picked, ended], **layout}
        words = _("Counted from the arrival to the answer, of those who were not answered to the end.")
        stated.append(Stated("wait_seconds", f"{picked} + {ended}", Message(words, {}), "unsure"))
        if not {"talk_seconds", "handle_seconds"} & fields.keys():
            fields["talk_seconds"] = {"from": picked, "to": [ended], **layout}
            words = _("Counted from the answer to the end: what was done after the call is not in it.")
            stated.append(Stated("talk_seconds", f"{picked} + {ended}", Message(words, {}), "unsure"))
    return stated


def _somebody_answered(fields: dict[str, Any], sample: Sample) -> list[Stated]:
    """Take for answered whoever has an agent, where some have none and the waits are known."""
    name = fields.get("agent", {}).get("column")
    if not name or "wait_seconds" not in fields or "none" in fields["agent"]:
        return []
    named = len(sample.column(name))
    if not 0 < named < len(sample.rows):
        return []
    fields["answered"] = {"column": name, "filled": "true"}
    words = _("Whoever has an agent was answered; {count} of the first {rows} rows have none.")
    params = {"count": len(sample.rows) - named, "rows": len(sample.rows)}
    return [Stated("answered", name, Message(words, params), "unsure")]


def _closest(words: tuple[str, ...], names: Sequence[str]) -> str | None:
    best = max(names, key=lambda name: nearest(words, name), default=None)
    return best if best and nearest(words, best) >= _NEAR else None


__all__ = ["guess_answering", "unknown_answering"]
