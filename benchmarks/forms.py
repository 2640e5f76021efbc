"""The forms with which somebody measures a centre and says what is what in the records."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row, Submit
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from benchmarks.records.kinds import KINDS
from benchmarks.records.located import MAX_BYTES
from benchmarks.records.mapping import ENCODINGS, FIELDS, UNITS, parse_mapping
from benchmarks.records.reasons import field_message
from benchmarks.terms import term

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.records.guess import Document, Offer
    from benchmarks.records.tables import TableSource

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
        _limited(self.fields["records"])
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


class MultipleFiles(forms.ClearableFileInput):
    """A field for several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files: the cleaned value is a list, each of its files checked as a single one is."""

    widget = MultipleFiles

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Check every file."""
        files = data if isinstance(data, list | tuple) and data else [None]
        return [super(FilesField, self).clean(each, initial) for each in files]


def _limited(field: forms.Field) -> None:
    """Tell the browser how much it may send at once, and what to say when it is more."""
    most = settings.RECORDS_MAX_BYTES
    said = gettext(
        "These files are larger than this installation takes at once (%(most)s). Choose fewer, or smaller ones."
    )
    words = {"data-most-bytes": str(most), "data-too-large": said % {"most": filesizeformat(most)}}
    field.widget.attrs.update(words)


class UploadForm(forms.Form):
    """Records to put beside those that wait; several files at once."""

    records = FilesField(
        label=_("Records"),
        max_length=255,
        widget=MultipleFiles(attrs={"multiple": True}),
        help_text=_("CSV, Parquet or XLSX, of any shape. The file waits here until it is measured, at most 7 days."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Let the browser know the limit."""
        super().__init__(*args, **kwargs)
        _limited(self.fields["records"])


class FetchForm(forms.Form):
    """Which of the operator's sources to fetch from, and for a period where the source knows one."""

    source = forms.ChoiceField(label=_("Table or view"))
    first = forms.DateField(label=_("First day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, sources: Sequence[TableSource], **kwargs: Any) -> None:
        """List the sources by what people call them."""
        super().__init__(*args, **kwargs)
        self._sources = {each.name: each for each in sources}
        choices = [(each.name, each.title or each.name) for each in sources]
        self.fields["source"] = forms.ChoiceField(label=self.fields["source"].label, choices=choices)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        columns = (("source", "col-md-6"), ("first", "col-6 col-md-3"), ("last", "col-6 col-md-3"))
        self.helper.layout = Layout(Row(*(Column(name, css_class=width) for name, width in columns)))

    def clean(self) -> dict[str, Any]:
        """Ask for a whole period where there can be one, and for none where there cannot."""
        data = super().clean() or {}
        source = self._sources.get(data.get("source", ""))
        if source is None or self.errors:
            return data
        if not source.moment:
            return {**data, "first": None, "last": None}
        for name in ("first", "last"):
            if data.get(name) is None:
                self.add_error(name, gettext("State the first and the last day of the period."))
        if not self.errors and data["first"] > data["last"]:
            self.add_error("last", gettext("The period ends before it begins."))
        return data


class FileShapeForm(forms.Form):
    """How the file is to be read; what is left empty is guessed."""

    kind = forms.ChoiceField(label=_("Kind of records"), required=False)
    encoding = forms.ChoiceField(label=_("Encoding"), required=False)
    delimiter = forms.ChoiceField(label=_("Delimiter"), required=False)
    header_row = forms.IntegerField(label=_("Line with the names"), required=False, min_value=1, max_value=30)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the codes in words."""
        super().__init__(*args, **kwargs)
        offered = {
            "kind": ("records", tuple(KINDS)),
            "encoding": ("encoding", tuple(each for each in ENCODINGS if each != "utf-8-sig")),
            "delimiter": ("delimiter", ("comma", "semicolon", "tab", "pipe")),
        }
        for name, (family, codes) in offered.items():
            own = [] if (given := self.initial.get(name, "")) in ("", *codes) else [(given, given)]
            self.fields[name].choices = [("", "–"), *((code, term(family, code, gettext)) for code in codes), *own]  # type: ignore[attr-defined] # a ChoiceField, as declared above


class FieldsForm(forms.Form):
    """Which column each field comes from, and how it is written there."""

    time_zone = forms.CharField(label=_("Time zone of the centre"), max_length=60)
    given_in = forms.CharField(
        label=_("Time zone of the times in the file"),
        max_length=60,
        required=False,
        help_text=_("Only where it is another one."),
    )

    def __init__(
        self, *args: Any, document: Document, names: Sequence[str], offers: Sequence[Offer], **kwargs: Any
    ) -> None:
        """Make two inputs per field of the kind: its column, and how to read it."""
        kwargs["initial"] = {
            "time_zone": document.get("time_zone", ""),
            "given_in": document.get("given_in", ""),
            **_shown(document),
        }
        super().__init__(*args, **kwargs)
        self.document, self.offers = document, offers
        kind = KINDS.get(document.get("kind", ""), KINDS["contacts"])
        columns = [("", "–"), *((name, name) for name in dict.fromkeys(names) if name)]
        for name, type_ in kind.fields.items():
            label = field_message(name).words(gettext)
            given = self.initial.get(f"column-{name}", "")
            own = [] if given in dict(columns) else [(given, given)]
            self.fields[f"column-{name}"] = forms.ChoiceField(label=label, required=False, choices=[*columns, *own])
            if type_ == "seconds":
                how = gettext("%(field)s: how") % {"field": label}
                units = [("", "–"), *((unit, term("duration", unit, gettext)) for unit in UNITS)]
                self.fields[f"how-{name}"] = forms.ChoiceField(label=how, required=False, choices=units)
            elif type_ in HOW:
                how = gettext("%(field)s: how") % {"field": label}
                self.fields[f"how-{name}"] = forms.CharField(
                    label=how, required=False, max_length=2000, help_text=HOW[type_]
                )
        if offers:
            self.fields["leave_out"] = forms.MultipleChoiceField(
                label=_("Leave out"),
                required=False,
                choices=[(str(at), f"{each.column} = {each.value} ({each.rows})") for at, each in enumerate(offers)],
                widget=forms.CheckboxSelectMultiple,
                help_text=_("Rows that look like tests or internal calls."),
            )

    def zones(self) -> list[forms.BoundField]:
        """Return the inputs of the time zones."""
        return [self["time_zone"], self["given_in"]]

    def mapped(self) -> list[tuple[forms.BoundField, forms.BoundField | None]]:
        """Return column and reading of the fields that have a column."""
        return [pair for pair in self._pairs() if pair[0].value()]

    def others(self) -> list[tuple[forms.BoundField, forms.BoundField | None]]:
        """Return column and reading of the fields that have none."""
        return [pair for pair in self._pairs() if not pair[0].value()]

    def _pairs(self) -> list[tuple[forms.BoundField, forms.BoundField | None]]:
        names = [name.removeprefix("column-") for name in self.fields if name.startswith("column-")]
        return [(self[f"column-{n}"], self[f"how-{n}"] if f"how-{n}" in self.fields else None) for n in names]

    def made(self) -> Document:
        """Return the mapping with what was changed; what was not touched stays word for word."""
        data, before = self.cleaned_data, _shown(self.document)
        made = {**self.document, "time_zone": data["time_zone"], "fields": {}}
        made.pop("given_in", None)
        if data["given_in"]:
            made["given_in"] = data["given_in"]
        old = self.document.get("fields") or {}
        for name in KINDS.get(self.document.get("kind", ""), KINDS["contacts"]).fields:
            column, how = data.get(f"column-{name}", ""), data.get(f"how-{name}", "").strip()
            if (column, how) == (before.get(f"column-{name}", ""), before.get(f"how-{name}", "")):
                if name in old:
                    made["fields"][name] = old[name]
            elif column:
                made["fields"][name] = {"column": column, **_read_how(FIELDS[name], how)}
        chosen = [self.offers[int(at)] for at in data.get("leave_out", [])]
        if chosen:
            added = [{"column": each.column, "equals": each.value} for each in chosen]
            made["leave_out"] = [*(each for each in self.document.get("leave_out", []) if each not in added), *added]
        return made


class MappingTextForm(forms.Form):
    """The whole mapping as text, for what the form above cannot say."""

    text = forms.CharField(
        label=_("Mapping as YAML"),
        max_length=MAX_BYTES,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 16, "class": "font-monospace", "spellcheck": "false"}),
    )


class KeepForm(forms.Form):
    """The name under which a mapping is kept."""

    name = forms.CharField(label=_("Keep for next month as"), max_length=100)


HOW: dict[str, Any] = {
    "moment": _("Empty for 2026-06-30 18:00:00; else for example %d.%m.%Y %H:%M, or epoch seconds."),
    "flag": _("The values that mean yes, with commas between; empty for yes and no."),
    "code": _("What values mean, for example Lunch=break, Sick=absent."),
}


def _shown(document: Document) -> dict[str, str]:
    """Give the fields of a mapping as the form shows them."""
    shown: dict[str, str] = {}
    fields = document.get("fields")
    for name, entry in fields.items() if isinstance(fields, dict) else ():
        if not isinstance(entry, dict) or name not in FIELDS:
            continue
        ways = ("columns", "first_of", "column", "to", "constant")
        source = next((entry[way] for way in ways if entry.get(way)), "")
        columns = source if isinstance(source, list) else [source]
        shown[f"column-{name}"] = " + ".join(map(str, columns))
        yes = entry.get("in") or ([entry["equals"]] if "equals" in entry else [])
        given = entry.get("map")
        codes: dict[str, Any] = given if isinstance(given, dict) else {}
        how = {
            "moment": entry.get("format", ""),
            "seconds": entry.get("unit", ""),
            "flag": ", ".join(map(str, yes)),
            "code": ", ".join(f"{value}={code}" for value, code in codes.items()),
        }
        shown[f"how-{name}"] = str(how.get(FIELDS[name], "")).strip()
    return shown


def _read_how(type_: str, how: str) -> dict[str, Any]:
    """Write down how a field is read as a mapping does."""
    if not how:
        return {}
    if type_ == "moment":
        return {"format": how}
    if type_ == "seconds":
        return {"unit": how}
    # A Chinese keyboard writes other commas and another sign of equality.
    parts = [part.strip() for part in re.split("[,，、;；]", how.replace("＝", "=")) if part.strip()]
    if type_ == "flag":
        return {"in": parts}
    pairs = [part.partition("=") for part in parts]
    return {"map": {value.strip(): code.strip() for value, _sign, code in pairs}}
