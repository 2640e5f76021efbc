"""Forms of the workbook: what is brought, and what the columns of a checklist are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crispy_forms.layout import Fieldset
from django import forms
from django.core.validators import FileExtensionValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.forms import helper
from audits.tabular import ENCODINGS
from audits.workbook.checklist import NOWHERE, Columns
from audits.workbook.grid import MAX_BYTES
from audits.workbook.layout import NOT_APPLICABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

ENCODING_WORDS = {
    "utf-8": "UTF-8",
    "gb18030": _("GB18030 (Simplified Chinese)"),
    "cp950": _("Big5 (Traditional Chinese)"),
    "big5hkscs": _("Big5-HKSCS (Hong Kong)"),
    "utf-16": "UTF-16",
}


def _small(file: Any) -> Any:
    if file.size > MAX_BYTES:
        raise forms.ValidationError(gettext("The file is larger than %(most)s MB.") % {"most": MAX_BYTES >> 20})
    return file


class WorkbookForm(forms.Form):
    """A workbook that was exported here and filled in."""

    file = forms.FileField(
        label=_("Filled workbook"),
        allow_empty_file=True,
        validators=[FileExtensionValidator(["xlsx"])],
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        """Lay out."""
        super().__init__(*args, **options)
        self.helper = helper(_("Look at it"))

    def clean_file(self) -> Any:
        """Hold the file to its size before anything reads it."""
        return _small(self.cleaned_data["file"])


class ChecklistForm(forms.Form):
    """A list of a centre's own, of whatever form."""

    file = forms.FileField(
        label=_("Checklist"),
        allow_empty_file=True,
        validators=[FileExtensionValidator(["xlsx", "csv", "txt"])],
        help_text=_("XLSX or CSV, one criterion per row. Of a workbook the first sheet is read."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )
    encoding = forms.ChoiceField(
        label=_("Encoding of a CSV file"),
        required=False,
        choices=[("", _("Automatic (UTF-8 or UTF-16)")), *((code, ENCODING_WORDS[code]) for code in ENCODINGS)],
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        """Lay out."""
        super().__init__(*args, **options)
        self.helper = helper(_("Look at it"))

    def clean_file(self) -> Any:
        """Hold the file to its size before anything reads it."""
        return _small(self.cleaned_data["file"])


class ColumnsForm(forms.Form):
    """What the columns of a checklist are, and what each value in the column of levels is worth."""

    header = forms.IntegerField(label=_("Row of the headings"), min_value=0, max_value=2_000_000)
    code = forms.TypedChoiceField(label=_("Code of the criterion"), coerce=int)
    level = forms.TypedChoiceField(label=_("Level"), coerce=int)
    na = forms.TypedChoiceField(
        label=_("Mark for not applicable"), coerce=int, help_text=_("Anything but empty, 0 or no counts as a mark.")
    )
    note = forms.TypedChoiceField(
        label=_("Note"), coerce=int, help_text=_("Beside not applicable it is taken as the reason.")
    )
    keep = forms.BooleanField(label=_("Leave what is answered already as it is"), required=False)

    def __init__(
        self,
        *args: Any,
        columns: Columns,
        headings: Sequence[tuple[int, str]],
        values: Sequence[str],
        levels: Sequence[str],
        **options: Any,
    ) -> None:
        """Offer the columns of the file and the levels of the edition, as they were guessed or chosen before."""
        super().__init__(*args, **options)
        places = [(str(place), name) for place, name in headings]
        nowhere = (str(NOWHERE), gettext("there is none"))
        for name in ("code", "level", "na", "note"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
            field.choices = [nowhere, *places] if name in {"na", "note"} else places
            field.initial = str(getattr(columns, name))
        self.fields["header"].initial, self.fields["keep"].initial = columns.header, columns.keep
        self._values = list(values)
        worth = [("", gettext("leave as it is")), *((each, each) for each in levels), (NOT_APPLICABLE, gettext("N/A"))]
        for number, value in enumerate(self._values):
            self.fields[f"value_{number}"] = forms.ChoiceField(
                label=f"“{value[:60]}”", choices=worth, required=False, initial=columns.levels.get(value, "")
            )
        worded = [name for name in self.fields if name.startswith("value_")]
        what = Fieldset(gettext("What stands in the column of levels, and what it is worth"), *worded)
        plain = ("header", "code", "level", "na", "note", "keep")
        self.helper = helper(_("Preview"), *plain, *([what] if worded else []))
        self.helper.form_tag = False

    def clean(self) -> dict[str, Any]:
        """Refuse one column for two things that cannot be the same."""
        data = super().clean() or {}
        if data.get("code") is not None and data.get("code") in {data.get("level"), data.get("note"), data.get("na")}:
            self.add_error("code", gettext("Choose a column of its own."))
        return data

    def columns(self) -> Columns:
        """Return what was chosen."""
        data = self.cleaned_data
        worth = {value: data[f"value_{number}"] for number, value in enumerate(self._values)}
        return Columns(data["header"], data["code"], data["level"], data["na"], data["note"], worth, data["keep"])
