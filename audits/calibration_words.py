"""Words about calibrations: why one is refused, what is said where a figure cannot be, and the notice about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.notices import notice_kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise as LazyText

REFUSALS: dict[str, LazyText] = {
    "two_raters": _("Choose two different auditors."),
    "rater_on_team": _("Whoever is on the audit team knows its answers. Choose two others."),
    "rater_audited": _("An auditor who belongs to the audited organisation cannot take part."),
    "no_auditor": _("Both have to be auditors of the conducting organisation."),
    "no_criteria": _("Choose at least one criterion."),
    "not_yours": _("This card is somebody else's."),
    "given_already": _("This answer was given already; it no longer changes."),
    "no_level": _("Choose a level of this criterion."),
    "no_na": _("This criterion always applies; not applicable is not possible here."),
    "no_reason": _("Say why the criterion does not apply."),
    "bad_text": _("The note is too long, or holds characters that cannot be stored."),
}
UNSAID: dict[str, LazyText] = {
    "too_few": _("fewer than ten pairs"),
    "no_variation": _("all answers are the same"),
}
CALIBRATE = "audits.calibrate"


def _asked(params: Mapping[str, Any]) -> str:
    said = ngettext(
        "Your own answer to %(number)s criterion of %(reference)s, %(centre)s, is wanted for calibration.",
        "Your own answers to %(number)s criteria of %(reference)s, %(centre)s, are wanted for calibration.",
        params["number"],
    )
    return said % params


notice_kind(CALIBRATE, _asked, _("You are asked for answers of your own, for calibration"))
