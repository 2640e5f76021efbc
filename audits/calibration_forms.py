"""Asking two auditors for answers of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from audits.models import Answer


class CalibrationForm(forms.Form):
    """Which criteria, and which two auditors."""

    first = forms.ModelChoiceField(User.objects.none(), label=_("First auditor"))
    second = forms.ModelChoiceField(User.objects.none(), label=_("Second auditor"))
    criteria = forms.MultipleChoiceField(
        label=_("Criteria"), widget=forms.CheckboxSelectMultiple, help_text=_("Ten or so say more than one or two.")
    )

    def __init__(self, *args: Any, people: QuerySet[User], answers: Iterable[Answer], **options: Any) -> None:
        """Offer the auditors who are not on the team, and the criteria of the audit."""
        super().__init__(*args, **options)
        for name in ("first", "second"):
            self.fields[name].queryset = people  # type: ignore[attr-defined] # a ModelChoiceField
        codes = [(row.criterion.code, f"{row.criterion.code} {text(row.criterion.title)}") for row in answers]
        self.fields["criteria"].choices = codes  # type: ignore[attr-defined] # a MultipleChoiceField
        self.helper = FormHelper()
        self.helper.add_input(Submit("", _("Ask them")))
