"""What a sample says, in words: how far it reaches, and when it is too thin to say it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from scipy.stats import beta

from audits.sampling.planning import sample_plan
from audits.sampling.reach import upper_share
from benchmarks.message import Message
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# A sample without a failure that leaves room for more than this share of failing records gets a warning.
THIN = 0.10
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found: records picked, looked at, failed, and of these not found at all; sizes in records."""

    method: str
    parameters: Mapping[str, Any]
    population: int | None
    picked: int
    looked_at: int
    failed: int
    not_found: int

    @property
    def open(self) -> int:
        """How many are still to be looked at."""
        return self.picked - self.looked_at


@dataclass(frozen=True, slots=True)
class Conclusion:
    """``says`` is what may be said, ``warns`` what must be said besides. ``holds``: None where nothing is claimed."""

    says: tuple[Message, ...]
    warns: tuple[Message, ...]
    holds: bool | None = None


def conclude(outcome: Outcome) -> Conclusion:
    """Say what the sample shows. Only drawn records speak for others; chosen ones never get a confidence."""
    if not outcome.picked:
        return Conclusion((), ())
    if outcome.method == "judgemental":
        return Conclusion((_counts(outcome),), tuple(_judgemental(outcome)))
    if outcome.open:
        waiting = Message(
            _("{open} of {picked} drawn records are still to be looked at; nothing is concluded before."),
            {"open": outcome.open, "picked": outcome.picked},
        )
        return Conclusion((waiting,), ())
    says, holds = _METHODS[outcome.method](outcome)
    return Conclusion((_counts(outcome), *says), tuple(_thin(outcome)), holds)


def _counts(outcome: Outcome) -> Message:
    values = {"looked_at": outcome.looked_at, "failed": outcome.failed, "missing": outcome.not_found}
    if outcome.not_found:
        return Message(_("{looked_at} looked at, {failed} failed; {missing} of these were not found."), values)
    return Message(_("{looked_at} looked at, {failed} failed."), values)


def _judgemental(outcome: Outcome) -> Iterator[Message]:
    yield Message(_("The records were chosen, not drawn: they say nothing about the others."), {})
    if outcome.open:
        yield Message(_("{open} of {picked} are still to be looked at."), _values(outcome))


def _values(outcome: Outcome) -> dict[str, Any]:
    """Return the counts by name, to fill in a message."""
    return {"open": outcome.open, "picked": outcome.picked, "looked_at": outcome.looked_at, "failed": outcome.failed}


def _reach(outcome: Outcome) -> Message:
    """Say up to which share may fail, one-sided."""
    upper = _upper(outcome)
    values = {"upper": _per_cent(upper), "confidence": _per_cent(CONFIDENCE)}
    if outcome.population is not None:
        return Message(
            _("With {confidence} % confidence at most {upper} % of the {population} records fail."),
            {**values, "population": outcome.population},
        )
    return Message(_("With {confidence} % confidence at most {upper} % of all records fail."), values)


def _upper(outcome: Outcome) -> float:
    return upper_share(
        failed=outcome.failed, looked_at=outcome.looked_at, confidence=CONFIDENCE, population=outcome.population
    )


def _discovery(outcome: Outcome) -> tuple[tuple[Message, ...], bool]:
    values = {"rate": outcome.parameters["rate"], "confidence": outcome.parameters["confidence"]}
    if outcome.failed:
        said = Message(
            _("A discovery sample holds without a failure only: it is not shown that fewer than {rate} % fail."), values
        )
        return (said, _reach(outcome)), False
    said = Message(_("It is shown with {confidence} % confidence that fewer than {rate} % fail."), values)
    return (said, _reach(outcome)), True


def _proportion(outcome: Outcome) -> tuple[tuple[Message, ...], None]:
    """Give the share that fails and its two-sided interval (Clopper and Pearson, 1934)."""
    failed, looked_at = outcome.failed, outcome.looked_at
    tail = (1 - float(Decimal(outcome.parameters["confidence"])) / 100) / 2
    low = float(beta.ppf(tail, failed, looked_at - failed + 1)) if failed else 0.0
    high = float(beta.ppf(1 - tail, failed + 1, looked_at - failed)) if failed < looked_at else 1.0
    values = {
        "share": _per_cent(failed / looked_at),
        "low": _per_cent(low),
        "high": _per_cent(high),
        "confidence": outcome.parameters["confidence"],
    }
    return (Message(_("{share} % fail; with {confidence} % confidence between {low} % and {high} %."), values),), None


def _acceptance(outcome: Outcome) -> tuple[tuple[Message, ...], bool]:
    plan = sample_plan("acceptance", outcome.parameters, population=outcome.population)
    assert plan is not None  # noqa: S101 - a drawn sample knows its population
    assert plan.acceptance is not None  # noqa: S101 - what the method gives
    accept = plan.acceptance.accept
    holds = outcome.failed <= accept
    words = (
        _("Accepted: {failed} failed, and the plan allows {accept}.")
        if holds
        else _("Not accepted: {failed} failed, and the plan allows {accept}.")
    )
    return (Message(words, {"failed": outcome.failed, "accept": accept}), _reach(outcome)), holds


def _sites(outcome: Outcome) -> tuple[tuple[Message, ...], None]:
    values = {"picked": outcome.picked, "population": outcome.population or outcome.picked}
    return (Message(_("{picked} of {population} sites were visited; the others were not looked at."), values),), None


def _thin(outcome: Outcome) -> Iterator[Message]:
    if outcome.method == "acceptance":
        yield Message(_("Acceptance plans are made for a series of lots; for one lot alone they promise little."), {})
    if outcome.method in {"discovery", "acceptance"} and not outcome.failed and (upper := _upper(outcome)) > THIN:
        yield Message(
            _("The sample is thin: {looked_at} records without a failure still leave room for {upper} % that fail."),
            {"looked_at": outcome.looked_at, "upper": _per_cent(upper)},
        )


def _per_cent(share: float) -> str:
    """Write a share as per cent with one decimal, none where it is whole."""
    return f"{share * 100:.1f}".removesuffix(".0")


_METHODS = {"discovery": _discovery, "proportion": _proportion, "acceptance": _acceptance, "sites": _sites}
