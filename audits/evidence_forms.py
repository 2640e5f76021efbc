"""What people say about evidence: with a file, without one, and afterwards."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audits.forms import DATE, submit_helper
from audits.models import EvidenceKind

JOINERS = {"\u200c", "\u200d"}  # parts of words and emoji; every other invisible sign could turn a title around
WRITTEN = [(kind.value, kind.label) for kind in (EvidenceKind.OBSERVATION, EvidenceKind.INTERVIEW, EvidenceKind.SAMPLE)]
SEALED = _("Only the team, the reviewers and whoever decides can open it; everybody else sees the title.")


class TitleField(forms.CharField):
    """A title on one line, without signs that cannot be seen."""

    def clean(self, value: Any) -> str:
        """Drop control and direction signs."""
        title: str = super().clean(value)
        return "".join(
            letter for letter in title if unicodedata.category(letter) not in {"Cc", "Cf"} or letter in JOINERS
        )


class EvidenceForm(forms.Form):
    """One file with what it is."""

    file = forms.FileField(label=_("File"), allow_empty_file=True)
    title = TitleField(label=_("Title"), max_length=200, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=EvidenceKind)
    valid_until = forms.DateField(label=_("Valid until"), required=False, widget=DATE)
    confidential = forms.BooleanField(label=_("Confidential"), required=False, help_text=SEALED)


class NoteForm(forms.Form):
    """Written evidence: what was seen or said, without a file."""

    kind = forms.ChoiceField(label=_("Kind"), choices=WRITTEN)
    title = TitleField(label=_("Title"), max_length=200)
    text = forms.CharField(
        label=_("What was seen or said"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    confidential = forms.BooleanField(label=_("Confidential"), required=False, help_text=SEALED)


class DescribeForm(forms.Form):
    """What a piece is, until when it holds, who may open it."""

    title = TitleField(label=_("Title"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=EvidenceKind)
    valid_until = forms.DateField(
        label=_("Valid until"),
        required=False,
        widget=DATE,
        help_text=_("Of what the document says, such as a certificate or a contract. Not the date of the upload."),
    )
    confidential = forms.BooleanField(label=_("Confidential"), required=False, help_text=SEALED)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Add the button."""
        super().__init__(*args, **kwargs)
        self.helper = submit_helper(gettext("Save"))


class ReplaceForm(forms.Form):
    """A newer version of a piece: a file, or for what was written the text."""

    file = forms.FileField(label=_("File"), allow_empty_file=True, required=False)
    text = forms.CharField(
        label=_("What was seen or said"), max_length=20_000, required=False, widget=forms.Textarea(attrs={"rows": 8})
    )
    valid_until = forms.DateField(label=_("Valid until"), required=False, widget=DATE)

    def __init__(self, *args: Any, written: bool, **kwargs: Any) -> None:
        """Ask for a text where the piece was written here, else for a file."""
        super().__init__(*args, **kwargs)
        wanted, other = ("text", "file") if written else ("file", "text")
        self.fields[wanted].required = True
        del self.fields[other]
        self.helper = submit_helper(gettext("Add the new version"))
