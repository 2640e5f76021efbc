"""Words for the questions about a best practice, the steps in its life, and the codes with which they are refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.utils.functional import _StrPromise as LazyText


@dataclass(frozen=True)
class QuestionWords:
    """One of the three questions, and what it asks in full."""

    label: LazyText
    asks: LazyText


@dataclass(frozen=True)
class StepWords:
    """What a person reads about a step before it is made, and after."""

    label: LazyText
    explains: LazyText
    done: LazyText
    needs_reason: bool = True
    danger: bool = False


QUESTIONS: dict[str, QuestionWords] = {
    "innovative": QuestionWords(_("Innovative"), _("Is it new for the field, and not what the standard asks already?")),
    "effective": QuestionWords(
        _("Effective"), _("Do the figures, or what else was brought, show that it changed something for customers?")
    ),
    "proven": QuestionWords(
        _("Proven"), _("Was it done in daily work, long and widely enough that others can rely on it?")
    ),
}
STEPS: dict[str, StepWords] = {
    "ask": StepWords(
        _("Ask for more evidence"),
        _("The proposer is asked to add what is missing. Judging begins anew then; what was judged so far is kept."),
        _("The proposer is asked for more evidence."),
    ),
    "answer": StepWords(
        _("Hand in again"),
        _("The practice goes back to the judges with what you have added."),
        _("The practice is with the judges again."),
        needs_reason=False,
    ),
    "withdraw": StepWords(
        _("Withdraw"),
        _("Nobody judges or adopts a withdrawn practice, and the public cannot read it any more. It stays withdrawn."),
        _("The practice is withdrawn."),
        danger=True,
    ),
}
# What stands in the history of a practice.
DONE: dict[str, LazyText] = {
    "propose": _("Proposed"),
    "edit": _("Text changed"),
    "load": _("Loaded from a file"),
    "accept": _("Accepted"),
    "decline": _("Declined"),
    "ask": _("More evidence asked for"),
    "answer": _("Handed in again"),
    "withdraw": _("Withdrawn"),
    "adopt": _("Adopted"),
    "consent_given": _("Consent to publish given"),
    "consent_refused": _("Consent to publish refused"),
}
REFUSALS: dict[str, LazyText] = {
    "wrong_status": _("The practice has moved on; this step is not possible from its present state."),
    "no_right": _("Only scheme owners of the standard judge its practices."),
    "proposed_it": _("You proposed this practice. Others judge it."),
    "own_organisation": _("The practice comes from an organisation that you belong to. Others judge it."),
    "judged_already": _("You have judged this practice already."),
    "other_content": _("The practice was changed since you saw it. Look at it again."),
    "nothing_new": _("Add what was asked for first: change the text or the evidence."),
    "no_reason": _("Give a reason; it becomes part of the record."),
    "no_text": _("Give title, summary and what was done in one language at least."),
    "no_origin": _("Say which organisation it comes from. Its name is not published if you wish so."),
    "no_citation": _("A published source needs a publisher, and a page or an address."),
    "unknown_place": _("The edition has no such clause or criterion."),
    "judging_began": _("Judging has begun, so the text stays as it is. A judge can ask for more evidence."),
    "no_consent_needed": _("The source has published this practice; no consent is asked."),
    "taken": _("This has been proposed already."),
    "other_standard": _("The practice belongs to another standard."),
    "no_draft": _("Only a draft can take in a practice."),
    "adopted_here": _("This criterion names the practice in its lineage already."),
}


def words_for(codes: Iterable[str]) -> list[str]:
    """Return the words for the codes, in the reader's language."""
    return [str(REFUSALS[code]) for code in codes]
