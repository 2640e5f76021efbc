"""How long is kept, and what is held back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audits.forms import submit_helper
from audits.retaining import LEAST_YEARS, MOST_YEARS

LONGEST_REASON = 300


class RetentionForm(forms.Form):
    """For how many years, and on what ground."""

    years = forms.IntegerField(
        label=_("Years after an audit and its certificate have ended"), min_value=LEAST_YEARS, max_value=MOST_YEARS
    )
    basis = forms.CharField(
        label=_("On what ground"),
        max_length=LONGEST_REASON,
        help_text=_("A law, a contract, or the rules of your accreditation, which ask for two cycles of three years."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        """Lay out."""
        super().__init__(*args, **options)
        self.helper = submit_helper(gettext("Declare how long"))


class HoldForm(forms.Form):
    """What is held back, and why."""

    reference = forms.CharField(
        label=_("Reference of the audit"),
        max_length=30,
        required=False,
        help_text=_("Empty: every audit that the organisation makes or receives."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=LONGEST_REASON)

    def __init__(self, *args: Any, **options: Any) -> None:
        """Lay out."""
        super().__init__(*args, **options)
        self.helper = submit_helper(gettext("Hold back"))


class LiftForm(forms.Form):
    """Why a hold is lifted."""

    reason = forms.CharField(label=_("Reason"), max_length=LONGEST_REASON)

    def __init__(self, *args: Any, **options: Any) -> None:
        """Lay out."""
        super().__init__(*args, **options)
        self.helper = submit_helper(gettext("Lift the hold"))
