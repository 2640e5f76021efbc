"""Words for codes: why something was refused, stages, methods, steps of the tie-break ladder, divisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.countries import country_words
from accounts.models import Industry
from awards.scheme import ADJUSTED, BY_CRITERION, DELIBERATION, HEAD_TO_HEAD, JOINT, MEAN, SCORE
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

    from awards.scheme import Scheme

    Words = str | _StrPromise


class Refused(Protocol):
    """An error of the services: a code, and what the words need."""

    code: str

    @property
    def params(self) -> Mapping[str, Any]:
        """What fills the gaps."""


REFUSED: dict[str, Words] = {
    "wrong_status": _("The programme is in another state (%(status)s); nothing was changed."),
    "no_edition": _("This template takes its criteria from a standard: choose an edition."),
    "trim_small": _("Trimming needs at least %(least)s judges per entry."),
    "in_the_past": _("This moment has passed already. Choose a later one."),
    "dates_reversed": _("It closes before it opens."),
    "handed_in_after": _(
        "Entries that were handed in after that moment: %(number)s. A deadline cannot be moved to before them."
    ),
    "cards_after": _(
        "Score cards that judges handed in after that moment: %(number)s. The end cannot be moved to before them."
    ),
    "same_category": _("Choose two different categories."),
    "no_category": _("There is no such category."),
    "not_open": _("Entries are not taken now."),
    "not_eligible": _("Not eligible: %(reasons)s"),
    "no_ask": _("This is not asked for here any more. Reload the page."),
    "closed": _("The stage is closed; what you see is kept as it was. Ask the chair if you need more time."),
    "too_long": _("Too long: %(have)s characters, and at most %(most)s are read. Nothing was saved."),
    "not_yours": _("Choose an audit of your own organisation that is closed."),
    "too_many": _("An entry takes at most %(most)s files."),
    "no_picture": _("Only pictures can be cleared for blind judging; other files stay withheld."),
    "incomplete": _("Still missing: %(asks)s."),
    "nothing_new": _("Nothing changed since version %(number)s; its receipt stands."),
    "withdrawn_already": _("The entry was withdrawn already."),
    "still_open": _("The stage is open; you can hand in without asking."),
    "stale": _("Somebody else saved this meanwhile. Nothing was overwritten: compare and save again."),
    "chair_judges": _("A chair sees all scores and cannot judge the same programme."),
    "judge_twice": _("This person is on the panel already."),
    "no_person": _("Nobody with this e-mail address has an account. Invite them to your organisation first."),
    "conflict_known": _("This is declared already."),
    "same_organisation": _("Choose two different organisations."),
    "plan_changed": _("Judges or entries changed since the preview. Look at the new plan before you confirm it."),
    "no_plan": _("There is nothing to assign: no entry that is handed in, or no judge."),
    "not_judging": _("This is no stage in which judges score, or it is not open."),
    "card_closed": _("This card is closed: it was handed in, the stage is over, or you stepped aside."),
    "bad_level": _("Give a level from %(least)s to %(most)s, or leave it empty."),
    "card_incomplete": _("Still without a level: %(criteria)s."),
    "entry_changed": _("The entry changed since you opened it. Look at what changed, then hand in."),
    "no_reason": _("Give a reason; it becomes part of the record."),
    "outside_panel": _(
        "A consensus lies between the lowest and the highest level that the panel gave: %(low)s to %(high)s."
    ),
    "own_entry": _("You belong to this entrant's organisation: another chair has to do this."),
    "bad_text": _("The text contains characters that cannot be printed. Nothing was saved."),
    "blind_open": _("A blind round before this one is not over: judges would learn who entered."),
    "no_scores": _("No judge has handed in scores for this."),
    "not_tied": _("Name the entries of one tie, each once."),
    "gate_closed": _("This gate is closed already."),
    "judging_open": _("Judging is still open: close the stage, or wait until it is over."),
    "frozen_already": _("Somebody else froze the results a moment before; theirs stand."),
    "unresolved": _("A stage has no scores that could be ranked."),
    "key_reused": _("This key was used for another change. Take a new one for each."),
    "not_frozen": _("Freeze the results first."),
    "public_already": _("Everybody can read the winners already. What is wrong in them is corrected, not taken back."),
}
# What the statistics of a panel may refuse to say.
STATISTICS: dict[str, Words] = {
    "icc": _("Intraclass correlation"),
    "alpha": _("Krippendorff's alpha"),
    "alpha_by_criterion": _("Agreement on a criterion"),
    "kendall_w": _("Kendall's W"),
    "fleiss_kappa": _("Fleiss' kappa"),
    "severity": _("Judges' strictness, and the places that are plausible"),
    "standard_errors": _("Standard errors"),
    "reliability": _("Reliability"),
    "rank_intervals": _("Places that are plausible"),
    "raw": _("Plain mean"),
}
STATES: dict[str, Words] = {
    "before": pgettext_lazy("stage", "not open yet"),
    "open": pgettext_lazy("stage", "open"),
    "over": pgettext_lazy("stage", "over"),
}
STAGE_KINDS: dict[str, Words] = {
    "entry": pgettext_lazy("stage", "Entries"),
    "judging": pgettext_lazy("stage", "Judging"),
    "event": pgettext_lazy("stage", "Event"),
}
METHODS: dict[str, Words] = {
    MEAN: _("Mean of the judges' weighted scores"),
    ADJUSTED: _(
        "Mean with each judge's strictness taken out; where that cannot be computed, the plain mean, "
        "and the result says so"
    ),
}
SIZES: dict[str, Words] = {
    "small": _("Small (below 50 seats)"),
    "middle": _("Medium (50 to 199 seats)"),
    "large": _("Large (200 seats and more)"),
}


def refusal(error: Refused) -> str:
    """Return why a service refused, in the reader's language."""
    params = {name: _said(value) for name, value in error.params.items()}
    return str(REFUSED[error.code]) % params


def _said(value: Any) -> Any:
    """Return words for lists of titles, and everything else as it is."""
    if isinstance(value, list):
        return ", ".join(text(each) if isinstance(each, dict) else str(each) for each in value)
    return value


def ladder_words(scheme: Scheme) -> list[str]:
    """Return the tie-break ladder in words, in order."""
    steps: dict[str, Words] = {
        SCORE: _("the score, unrounded"),
        HEAD_TO_HEAD: _("the majority of judges who scored both"),
        DELIBERATION: _("a recorded deliberation"),
        JOINT: _("a joint award"),
    }
    titles = {criterion.code: criterion.title for criterion in scheme.criteria}
    found = []
    for step in scheme.method.ladder:
        code = step.removeprefix(BY_CRITERION)
        found.append(
            str(_("the criterion “%s”")) % text(titles.get(code, {"en": code})) if code != step else str(steps[step])
        )
    return found


def division_words(division: str) -> str:
    """Return a division in words: an industry, a size, or a country."""
    if division in SIZES:
        return str(SIZES[division])
    return str(dict(Industry.choices).get(division) or country_words(division))
