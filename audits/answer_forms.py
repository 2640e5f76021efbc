"""Forms about answers, outside the sheet's own rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Sequence


class TogetherForm(forms.Form):
    """Answer several criteria at once."""

    NA, EMPTY = "na", "empty"
    choice = forms.ChoiceField(label=_("Answer"))
    na_reason = forms.CharField(
        label=_("Why it does not apply"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 2}),
    )
    note = forms.CharField(
        label=_("Add to the note"), required=False, max_length=20_000, widget=forms.Textarea({"rows": 2})
    )
    replace = forms.BooleanField(label=_("Also where somebody answered already"), required=False)

    def __init__(self, *args: Any, levels: Sequence[int], **kwargs: Any) -> None:
        """Offer the levels of the edition."""
        super().__init__(*args, **kwargs)
        field = self.fields["choice"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [
            ("", "---------"),
            *((str(level), str(level)) for level in levels),
            (self.NA, gettext("N/A")),
            (self.EMPTY, gettext("unanswered again")),
        ]

    def clean(self) -> dict[str, Any]:
        """Ask why for N/A."""
        data = super().clean() or {}
        data["na_reason"] = data.get("na_reason", "").replace("\r\n", "\n").strip()
        data["note"] = data.get("note", "").replace("\r\n", "\n").strip()
        if data.get("choice") == self.NA and not data["na_reason"]:
            self.add_error("na_reason", gettext("Say why this does not apply."))
        return data

    def wanted(self) -> dict[str, Any]:
        """Return what to answer, in the words of ``selectors.bulk.Together``."""
        data = self.cleaned_data
        choice = data["choice"]
        return {
            "level": int(choice) if choice not in {self.NA, self.EMPTY} else None,
            "na_reason": data["na_reason"] if choice == self.NA else "",
            "note": data["note"],
            "replace": data["replace"],
        }
