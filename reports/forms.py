"""What a reader chooses when an audit is read through a lens, and the file that somebody wants checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crispy_forms.bootstrap import StrictButton
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Fieldset, Layout, Row
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reports.selectors import LensChoices
from standards.lenses import grade_of
from standards.lenses.model import ReadingKind
from standards.lenses.source import MAX_MINUTES
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from standards.lenses import Lens

RESULT_ID = "lens-result"


MOST_CHECKED = 30 * 1024 * 1024  # bytes; our largest reports have a tenth of that


class CheckFileForm(forms.Form):
    """One PDF; what it is worth is not the form's business."""

    file = forms.FileField(
        label=_("Report or certificate (PDF), or signed results of an award (JSON)"),
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,.pdf,application/json,.json"}),
    )

    def __init__(self, data: Any = None, files: Any = None) -> None:
        """Lay out the form."""
        super().__init__(data, files)
        self.helper = FormHelper()
        self.helper.layout = Layout("file", StrictButton(_("Check the file"), type="submit", css_class="btn-primary"))

    def clean_file(self) -> Any:
        """Refuse what is larger than any file of ours before it is read."""
        file = self.cleaned_data["file"]
        if file.size > MOST_CHECKED:
            raise forms.ValidationError(_("This file is larger than any report: at most 30 MB are taken."))
        return file


class LensForm(forms.Form):
    """Which tiers count, which grade items must reach, which certificate is held. Sent with GET: it changes nothing."""

    tier = forms.ChoiceField(label=_("Criteria up to the tier"), required=False)
    grade = forms.TypedChoiceField(
        label=_("Level that each item must reach"), required=False, coerce=int, empty_value=None
    )
    number = forms.CharField(label=_("Certificate no."), required=False, max_length=80)
    body = forms.CharField(label=_("Certification body"), required=False, max_length=120)
    valid_until = forms.DateField(
        label=_("Valid until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    covers = forms.BooleanField(label=_("Its scope covers this centre"), required=False)
    full = forms.IntegerField(
        label=_("Minutes per criterion in full"), required=False, min_value=1, max_value=MAX_MINUTES
    )
    sample = forms.IntegerField(
        label=_("Minutes per criterion in a sample"), required=False, min_value=0, max_value=MAX_MINUTES
    )

    def __init__(self, data: Any = None, *, lens: Lens, edition: Mapping[str, Any]) -> None:
        """Offer what this lens and this edition have; what has no meaning for them is left out."""
        super().__init__(data)
        self.lens = lens
        scale = (edition["scale"]["min"], edition["scale"]["max"])
        tiers = [(tier["code"], text(tier["title"])) for tier in edition["tiers"]]
        self.fields["tier"].choices = [("", gettext("All tiers")), *tiers]  # type: ignore[attr-defined]
        names: list[Any] = [Row(Column("tier"))]
        if lens.reading.kind == ReadingKind.ITEM_PASS:
            levels = [(str(level), str(level)) for level in range(scale[0] + 1, scale[1] + 1)]
            self.fields["grade"].choices = levels  # type: ignore[attr-defined]
            self.fields["grade"].initial = str(grade_of(lens.reading, scale))
            names = [Row(Column("tier"), Column("grade"))]
        else:
            del self.fields["grade"]
        if lens.delta:
            for name, proposed in (("full", lens.delta.full), ("sample", lens.delta.sample)):
                self.fields[name].initial = proposed
                self.fields[name].help_text = gettext("%s when left out") % proposed
            certificate = [Row(Column("number"), Column("body"), Column("valid_until")), "covers"]
            minutes = Row(Column("full"), Column("sample"))
            names.append(Fieldset(gettext("Delta audit: the certificate that is held"), *certificate, minutes))
        else:
            for name in ("number", "body", "valid_until", "covers", "full", "sample"):
                del self.fields[name]
        self.helper = _helper(names)

    def clean(self) -> dict[str, Any]:
        """Refuse a sample that takes longer than looking in full, also against what the lens proposes."""
        cleaned = super().clean() or {}
        if self.lens.delta and not {"full", "sample"} & set(self.errors):
            full, sample = cleaned.get("full"), cleaned.get("sample")
            full = self.lens.delta.full if full is None else full
            if (self.lens.delta.sample if sample is None else sample) > full:
                self.add_error("sample", gettext("A sample cannot take longer than looking in full (%s min).") % full)
        return cleaned

    @property
    def choices(self) -> LensChoices:
        """Return what was chosen; what the lens proposes where the form was not sent or is not valid."""
        return LensChoices(**self.cleaned_data) if self.is_bound and self.is_valid() else LensChoices()


def _helper(names: list[Any]) -> FormHelper:
    helper = FormHelper()
    helper.form_method = "get"
    helper.disable_csrf = True
    helper.attrs = {"hx-get": "", "hx-target": f"#{RESULT_ID}", "hx-swap": "outerHTML", "hx-push-url": "true"}
    helper.layout = Layout(*names, StrictButton(gettext("Read again"), type="submit", css_class="btn-primary"))
    return helper
