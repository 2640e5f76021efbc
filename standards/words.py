"""Words for the steps in the life of an edition and for the codes with which they are refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from standards.life import possible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.utils.functional import _StrPromise as LazyText


@dataclass(frozen=True)
class StepWords:
    """What a person reads about a step before it is made, and after."""

    name: str
    label: LazyText
    explains: LazyText
    done: LazyText
    needs_reason: bool = False
    danger: bool = False


STEPS: dict[str, StepWords] = {
    "send": StepWords(
        "send",
        _("Send to review"),
        _("Text, weights and gates are frozen while it is in review. A second person approves it or sends it back."),
        _("The edition is in review. A second person approves it or sends it back."),
    ),
    "return": StepWords(
        "return",
        _("Send back to draft"),
        _("The edition becomes a draft again and can be changed. Say what is to be changed."),
        _("The edition is a draft again."),
        needs_reason=True,
    ),
    "publish": StepWords(
        "publish",
        _("Approve and publish"),
        _("You approve exactly the content with the SHA-256 below. From then on it can never change, by any route."),
        _("The edition is published."),
    ),
    "withdraw": StepWords(
        "withdraw",
        _("Withdraw"),
        _(
            "No new audit can be planned on a withdrawn edition, and it stays withdrawn. Audits under way and "
            "certificates keep it. The reason is shown to everybody who reads it."
        ),
        _("The edition is withdrawn."),
        needs_reason=True,
        danger=True,
    ),
}
# Steps that happen within others, or with an operator's command.
DONE: dict[str, LazyText] = {
    "send": _("Sent to review"),
    "return": _("Sent back to draft"),
    "publish": _("Approved and published"),
    "supersede": _("Superseded"),
    "withdraw": _("Withdrawn"),
}
SECTIONS: dict[str, LazyText] = {
    "tiers": _("Tiers and gates"),
    "facts": _("Facts"),
    "schemes": _("Other schemes"),
    "scale": _("Scale"),
    "market": _("Market figures"),
    "lineage": _("Lineage"),
}
REFUSALS: dict[str, LazyText] = {
    "wrong_status": _("The edition has moved on; this step is not possible from its present state."),
    "faults": _("The edition has faults. Mend them first."),
    "gaps": _("Texts are missing in a language that the edition declares. Write them, or take the language back."),
    "nobody": _("Only a person can approve."),
    "sent_it": _("You sent this edition to review. A second person has to approve it."),
    "edited_it": _("You were the last to write in this edition. A second person has to approve it."),
    "other_content": _("The content has changed since you saw it. Look at it again."),
    "no_reason": _("Give a reason; it becomes part of the record."),
}


def words_for(codes: Iterable[str]) -> list[str]:
    """Return the words for the codes, in the reader's language."""
    return [str(REFUSALS[code]) for code in codes]


def steps_for(status: str) -> list[tuple[str, StepWords]]:
    """Return the steps that lead on from a status, by name, with their words."""
    return [(step.name, STEPS[step.name]) for step in possible(status)]
