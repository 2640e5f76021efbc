"""Forms of the engagement: conflicts of interest, stage 1, meetings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audits.engagements import Conflict, ConflictKind, Meeting, StageOne
from audits.forms import DATE, submit_helper

if TYPE_CHECKING:
    from collections.abc import Sequence

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
LONGEST = 5000


def lines(rows: int) -> forms.Textarea:
    """Return a text area that takes what the database takes."""
    return forms.Textarea(attrs={"rows": rows, "maxlength": LONGEST})


class ConflictForm(forms.ModelForm):
    """Declare that one has no conflict of interest, or which."""

    class Meta:
        model = Conflict
        fields: ClassVar[list[str]] = ["kind", "detail"]
        widgets: ClassVar[dict[str, forms.Widget]] = {"kind": forms.RadioSelect(), "detail": lines(2)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer no choice as made already."""
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = ConflictKind.choices  # type: ignore[attr-defined] # a choice field of the model
        self.fields["detail"].max_length = LONGEST  # type: ignore[attr-defined] # a character field
        self.helper = submit_helper(gettext("Declare"))

    def clean(self) -> dict[str, Any] | None:
        """Ask what the conflict is."""
        cleaned = super().clean() or {}
        if cleaned.get("kind") not in {None, "", ConflictKind.NONE} and not cleaned.get("detail"):
            self.add_error("detail", gettext("Say what the conflict of interest is."))
        return cleaned


class StageOneForm(forms.ModelForm):
    """The result of stage 1."""

    class Meta:
        model = StageOne
        fields: ClassVar[list[str]] = ["held_on", "readiness", "notes"]
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "held_on": DATE,
            "readiness": forms.RadioSelect(),
            "notes": lines(4),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Leave out the empty choice."""
        super().__init__(*args, **kwargs)
        readiness = self.fields["readiness"]
        readiness.choices = [choice for choice in readiness.choices if choice[0]]  # type: ignore[attr-defined] # a choice field
        self.helper = submit_helper(gettext("Record stage 1"))


class ConcernForm(forms.Form):
    """What could become a nonconformity in stage 2."""

    clause = forms.ChoiceField(label=_("Clause"))
    statement = forms.CharField(label=_("Concern"), widget=lines(2), max_length=LONGEST)

    def __init__(self, *args: Any, clauses: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        """Offer the clauses of the audit's edition."""
        super().__init__(*args, **kwargs)
        self.fields["clause"].choices = clauses  # type: ignore[attr-defined] # a choice field
        self.helper = submit_helper(gettext("Raise the concern"))


class NoteForm(forms.Form):
    """A note that becomes part of the record."""

    note = forms.CharField(label=_("Note"), widget=lines(2), max_length=LONGEST)

    def __init__(self, *args: Any, label: str = "", button: str = "", **kwargs: Any) -> None:
        """Name what is asked for."""
        super().__init__(*args, **kwargs)
        if label:
            self.fields["note"].label = label
        self.helper = submit_helper(button or gettext("Save"))


class MeetingForm(forms.ModelForm):
    """When an opening or closing meeting was held, who was there, what was said."""

    class Meta:
        model = Meeting
        fields: ClassVar[list[str]] = ["held_at", "attendance", "notes"]
        widgets: ClassVar[dict[str, forms.Widget]] = {"held_at": MOMENT, "attendance": lines(3), "notes": lines(5)}
        help_texts: ClassVar[dict[str, Any]] = {"attendance": _("One person per line, with what they do.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Add the button."""
        super().__init__(*args, **kwargs)
        self.helper = submit_helper(gettext("Record the meeting"))
