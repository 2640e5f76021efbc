"""The form with which somebody measures a centre."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from benchmarks.records.located import MAX_BYTES
from benchmarks.records.mapping import parse_mapping

MAPPINGS = Path(settings.BASE_DIR) / "fixtures" / "mappings"


def shipped_mappings() -> dict[str, Path]:
    """Return the mappings that come with the product by name."""
    return {path.stem: path for path in sorted(MAPPINGS.glob("*.yaml"))}


class MeasureForm(forms.Form):
    """Records, and the mapping that says what is what in them."""

    records = forms.FileField(
        label=_("Contact records"),
        max_length=255,
        help_text=_("CSV, Parquet or XLSX. The file is read and not kept; its SHA-256 is."),
    )
    mapping = forms.ChoiceField(
        label=_("Mapping"), required=False, help_text=_("Which column is what. Choose one, or upload your own below.")
    )
    mapping_file = forms.FileField(label=_("Own mapping"), required=False, help_text=_("A YAML file."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """List the shipped mappings."""
        super().__init__(*args, **kwargs)
        names = [(name, parse_mapping(path.read_text()).title or name) for name, path in shipped_mappings().items()]
        self.fields["mapping"] = forms.ChoiceField(
            label=self.fields["mapping"].label,
            required=False,
            help_text=self.fields["mapping"].help_text,
            choices=[("", _("My own, uploaded below")), *names],
        )
        self.helper = FormHelper()
        self.helper.add_input(Submit("submit", _("Measure")))

    def clean_records(self) -> Any:
        """Refuse a file that is too large."""
        file = self.cleaned_data["records"]
        if file.size > settings.RECORDS_MAX_BYTES:
            most = filesizeformat(settings.RECORDS_MAX_BYTES)
            raise ValidationError(gettext("The file is larger than %(most)s.") % {"most": most})
        return file

    def clean_mapping_file(self) -> Any:
        """Refuse a mapping that is too large or not text."""
        file = self.cleaned_data["mapping_file"]
        if not file:
            return None
        if file.size > MAX_BYTES:
            raise ValidationError(gettext("A mapping has at most %(most)s.") % {"most": filesizeformat(MAX_BYTES)})
        try:
            return file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ValidationError(gettext("The mapping is not UTF-8 text.")) from error

    def clean(self) -> dict[str, Any]:
        """Settle on one mapping."""
        data = super().clean() or {}
        own, name = data.get("mapping_file"), data.get("mapping")
        if own and name:
            self.add_error("mapping", gettext("Choose a mapping or upload one, not both."))
        elif not own and not name and "mapping_file" not in self.errors and "mapping" not in self.errors:
            self.add_error("mapping", gettext("Choose a mapping, or upload one below."))
        return data

    def mapping_text(self) -> str:
        """Return the mapping, word for word."""
        own = self.cleaned_data.get("mapping_file")
        return own or shipped_mappings()[self.cleaned_data["mapping"]].read_text(encoding="utf-8")

    def mapping_field(self) -> str:
        """Name the field that the mapping came from, for its errors."""
        return "mapping_file" if self.cleaned_data.get("mapping_file") else "mapping"
