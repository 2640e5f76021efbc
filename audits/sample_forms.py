"""Forms about samples: the plan, the file to draw from, the records chosen, what a record showed."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.core.validators import FileExtensionValidator
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from audits.models import Evidence
from audits.samples import RecordResult, SampleMethod
from audits.sampling.acceptance import AQLS, LARGEST_PER_CENT

STAGES = {
    "initial": pgettext_lazy("stage of certification", "Initial"),
    "surveillance": pgettext_lazy("stage of certification", "Surveillance"),
    "recertification": pgettext_lazy("stage of certification", "Recertification"),
}
# What each method asks for.
ASKED = {
    SampleMethod.DISCOVERY: ("confidence", "rate"),
    SampleMethod.PROPORTION: ("confidence", "margin"),
    SampleMethod.ACCEPTANCE: ("aql",),
    SampleMethod.SITES: ("stage", "unsuitable"),
    SampleMethod.JUDGEMENTAL: ("size", "why"),
}
PER_CENT_AQLS = [str(aql) for aql in AQLS if aql <= LARGEST_PER_CENT]
MOST_POPULATION = 10**9


def _per_cent(label: Any, *, initial: str, hint: Any = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        initial=initial,
        min_value=Decimal("0.000001"),
        max_value=Decimal("99.999999"),
        max_digits=8,
        decimal_places=6,
        required=False,
        help_text=hint,
    )


class SamplePlanForm(forms.Form):
    """What to look at and how the size follows; only the fields of the chosen method count."""

    title = forms.CharField(label=_("What is looked at"), max_length=200)
    method = forms.ChoiceField(label=_("Method"), choices=SampleMethod, initial=SampleMethod.DISCOVERY)
    confidence = _per_cent(_("Confidence (%)"), initial="95")
    rate = _per_cent(_("Rate to rule out (%)"), initial="5", hint=_("That fewer than so many fail is to be shown."))
    margin = _per_cent(_("Margin (± points)"), initial="5")
    aql = forms.ChoiceField(
        label=_("Acceptable quality limit (%)"),
        choices=[(aql, aql) for aql in PER_CENT_AQLS],
        initial="2.5",
        required=False,
    )
    stage = forms.ChoiceField(label=_("Stage"), choices=list(STAGES.items()), required=False)
    unsuitable = forms.BooleanField(label=_("The sites differ too much to be sampled"), required=False)
    size = forms.IntegerField(label=_("Records to choose"), min_value=1, max_value=5000, initial=5, required=False)
    why = forms.CharField(
        label=_("Why these records"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    population = forms.IntegerField(
        label=_("Records in all, if known"),
        min_value=1,
        max_value=MOST_POPULATION,
        required=False,
        help_text=_("The file to draw from decides; here it is for planning only."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Add the button."""
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False  # the page's own, which shows the size as one types
        self.helper.add_input(Submit("save", gettext("Plan the sample")))
        # The page's script shows the fields that the chosen method asks for.
        self.fields["method"].widget.attrs["data-asked"] = json.dumps(ASKED)

    def clean(self) -> dict[str, Any]:
        """Ask for the fields of the chosen method."""
        cleaned = super().clean() or {}
        for name in ASKED.get(cleaned.get("method", ""), ()):
            if name != "unsuitable" and cleaned.get(name) in (None, "") and name not in self.errors:
                self.add_error(name, gettext("This method needs it."))
        return cleaned

    def parameters(self) -> dict[str, Any]:
        """Return what the plan keeps: per cents as plain text, so that no float comes in between."""
        data = self.cleaned_data
        found: dict[str, Any] = {}
        for name in ASKED[data["method"]]:
            if name in {"confidence", "rate", "margin"}:
                found[name] = f"{data[name].normalize():f}"
            elif name == "unsuitable":
                found["suitable"] = not data[name]
            elif name != "why":
                found[name] = data[name]
        if data.get("population") and data["method"] != SampleMethod.JUDGEMENTAL:
            found["population"] = data["population"]
        return found


class PopulationForm(forms.Form):
    """The file to draw from."""

    file = forms.FileField(
        label=_("Population file"),
        allow_empty_file=True,
        validators=[FileExtensionValidator(["csv", "txt", "xlsx"])],
        help_text=_("CSV or XLSX; the first line is the header, the first column the id of each record."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
    )


class ChosenForm(forms.Form):
    """The records of a judgemental sample."""

    records = forms.CharField(
        label=_("Records, one per line"), widget=forms.Textarea(attrs={"rows": 5}), max_length=500_000
    )

    def clean_records(self) -> list[str]:
        """Return the lines that are not blank."""
        return [line.strip() for line in self.cleaned_data["records"].splitlines() if line.strip()]


class RecordForm(forms.Form):
    """What one record showed."""

    result = forms.ChoiceField(choices=RecordResult, required=False)
    note = forms.CharField(max_length=5000, required=False)
    revision = forms.IntegerField(min_value=0, max_value=10**9)
    evidence = forms.ModelMultipleChoiceField(Evidence.objects.none(), required=False)

    def __init__(self, *args: Any, audit_id: int, **kwargs: Any) -> None:
        """Offer the evidence of this audit only."""
        super().__init__(*args, **kwargs)
        self.fields["evidence"].queryset = Evidence.objects.filter(audit=audit_id)  # type: ignore[attr-defined] # a model choice field
