"""What people fill in for the registers, checked: numbers that are none, dates that cannot be, people of elsewhere."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.forms import helper
from accounts.models import User
from audits.levels import levels
from audits.liveness import Period
from audits.registers import Credential, FlowKind
from audits.returns import INVESTMENT, LAST_YEAR, Flow
from audits.services.registers.credentials import CredentialFacts
from audits.services.registers.projects import MOST_FLOWS, ProjectFacts, Review
from audits.tabular import ENCODINGS
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from accounts.models import Centre, Organisation
    from audits.registers import Project

EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)
MOST_MONEY = Decimal(10) ** 12
BLANK_ROWS = 6
ENCODING_WORDS = {
    "utf-8": "UTF-8",
    "gb18030": _("GB18030 (Simplified Chinese)"),
    "cp950": _("Big5 (Traditional Chinese)"),
    "big5hkscs": _("Big5-HKSCS (Hong Kong)"),
    "utf-16": "UTF-16",
}


class DayField(forms.DateField):
    """A day that can be meant."""

    def __init__(self, **options: Any) -> None:
        """Show the browser's calendar, and bound the years."""
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        bounds = [MinValueValidator(EARLIEST), MaxValueValidator(LATEST)]
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], validators=bounds, **options)


class NumberField(forms.DecimalField):
    """A number of the measure: any sign, six decimals."""

    def __init__(self, **options: Any) -> None:
        """Bound the size."""
        super().__init__(max_digits=18, decimal_places=6, min_value=-MOST_MONEY, max_value=MOST_MONEY, **options)


class MoneyField(forms.DecimalField):
    """An amount: not negative, two decimals."""

    def __init__(self, **options: Any) -> None:
        """Bound the size."""
        super().__init__(max_digits=15, decimal_places=2, min_value=0, max_value=MOST_MONEY, **options)


class RevisionForm(forms.Form):
    """A form that knows which revision of the entry the person saw."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)


class CredentialForm(RevisionForm):
    """One passed training. For a new one the revision is 0."""

    holder = forms.TypedChoiceField(
        label=_("Person with an account here"), required=False, coerce=int, empty_value=None
    )
    holder_name = forms.CharField(
        label=_("or the name of somebody without one"), max_length=120, required=False, strip=True
    )
    centres = forms.TypedMultipleChoiceField(label=_("Centres"), coerce=int, widget=forms.CheckboxSelectMultiple)
    course = forms.CharField(label=_("Course"), max_length=200)
    level = forms.ChoiceField(label=_("Level of training"))
    body = forms.CharField(label=_("Training body"), max_length=200)
    passed_on = DayField(label=_("Passed on"))
    valid_until = DayField(
        label=_("Valid until"), required=False, help_text=_("Leave empty when the credential does not lapse.")
    )
    number = forms.CharField(label=_("Certificate number"), max_length=80, required=False)
    file = forms.FileField(
        label=_("Certificate as a file"),
        required=False,
        allow_empty_file=True,
        help_text=_("Optional. A file given here takes the place of the one before."),
    )

    def __init__(
        self, *args: Any, organisation: Organisation, credential: Credential | None = None, **options: Any
    ) -> None:
        """Offer people and centres of the organisation, and the levels of all schemes. Two queries."""
        super().__init__(*args, **options)
        self.people = {user.pk: user for user in User.objects.filter(memberships__organisation=organisation).distinct()}
        if credential and credential.holder:  # who has left the organisation stays the holder of what they passed
            self.people[credential.holder.pk] = credential.holder
        self.places: dict[int, Centre] = {centre.pk: centre for centre in organisation.centres.all()}
        self._offer("holder", [("", "---------"), *((pk, str(user)) for pk, user in self.people.items())])
        self._offer("centres", [(pk, str(centre)) for pk, centre in self.places.items()])
        scheme = levels(settings.CREDENTIAL_LEVELS)
        self._offer("level", [("", "---------"), *((key, text(each.title)) for key, each in scheme.items())])
        self.initial = {"revision": 0, **(_credential_initial(credential) if credential else {})}
        self.helper = helper(_("Save the credential"))

    def _offer(self, name: str, choices: list[tuple[Any, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined] # choice fields

    def clean(self) -> dict[str, Any]:
        """Ask for one holder, and for dates in order."""
        cleaned = super().clean() or {}
        if not self.errors.keys() & {"holder", "holder_name"}:
            given = (cleaned.get("holder") is not None) + bool(cleaned.get("holder_name"))
            if given != 1:
                self.add_error("holder_name", gettext("Choose a person or give a name, one of the two."))
        passed, until = cleaned.get("passed_on"), cleaned.get("valid_until")
        if passed and until and until < passed:
            self.add_error("valid_until", gettext("This lies before the day on which it was passed."))
        return cleaned

    def facts(self) -> CredentialFacts:
        """Return what was filled in, for the service."""
        data = self.cleaned_data
        return CredentialFacts(
            holder=self.people[data["holder"]] if data["holder"] is not None else None,
            holder_name=data["holder_name"],
            centres=tuple(self.places[pk] for pk in data["centres"]),
            **{name: data[name] for name in ("course", "level", "body", "passed_on", "valid_until", "number")},
        )


def _credential_initial(credential: Credential) -> dict[str, Any]:
    names = ("holder_name", "course", "level", "body", "passed_on", "valid_until", "number", "revision")
    return {
        "holder": credential.holder_id,
        "centres": [centre.pk for centre in credential.centres.all()],
        **{name: getattr(credential, name) for name in names},
    }


class ReasonForm(RevisionForm):
    """A reason that becomes part of the record."""

    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=5000)

    def __init__(self, *args: Any, revision: int = 0, **options: Any) -> None:
        """Keep the revision."""
        super().__init__(*args, **options)
        self.initial = {"revision": revision}


class FlowForm(forms.Form):
    """Money of one kind in one year. A row left empty is no flow; an investment needs only its amount."""

    kind = forms.ChoiceField(label=_("Kind"), choices=[("", "—"), *FlowKind.choices], required=False)
    year = forms.IntegerField(label=_("Year"), min_value=0, max_value=LAST_YEAR, required=False)
    low = MoneyField(label=_("Low"), required=False)
    expected = MoneyField(label=_("Expected"), required=False)
    high = MoneyField(label=_("High"), required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for what a flow needs, and for a range in order."""
        cleaned = super().clean() or {}
        if self.errors or all(value in (None, "") for value in cleaned.values()):
            return cleaned
        for name in ("kind", "year", "expected"):
            if cleaned.get(name) in (None, ""):
                self.add_error(name, gettext("Fill this in, or empty the whole row."))
        if self.errors:
            return cleaned
        self._range(cleaned)
        return cleaned

    def _range(self, cleaned: dict[str, Any]) -> None:
        """Check the range of a benefit; an investment is one amount."""
        amount = cleaned["expected"]
        if cleaned["kind"] == INVESTMENT:
            if any(cleaned[name] not in (None, amount) for name in ("low", "high")):
                self.add_error("expected", gettext("An investment is one amount; leave low and high empty."))
            cleaned["low"] = cleaned["high"] = amount
            return
        for name in ("low", "high"):
            if cleaned[name] is None:
                self.add_error(name, gettext("A benefit needs the range in which it lies."))
        if self.errors:
            return
        if cleaned["low"] > amount:
            self.add_error("low", gettext("This is more than expected."))
        if cleaned["high"] < amount:
            self.add_error("high", gettext("This is less than expected."))

    def flow(self) -> Flow | None:
        """Return the flow, None for an empty row."""
        data = self.cleaned_data
        if not data or data.get("expected") is None:
            return None
        return Flow(data["kind"], data["year"], data["low"], data["expected"], data["high"])


class BaseFlows(forms.BaseFormSet):  # type: ignore[type-arg] # takes a parameter in the stubs only
    """The rows of a plan or a review."""

    def clean(self) -> None:
        """Refuse two rows for the same kind and year."""
        seen = set()
        for form in self.forms:
            flow = form.flow() if form.is_valid() else None
            if flow and (flow.kind, flow.year) in seen:
                form.add_error("year", gettext("There is a row of this kind for this year already."))
            elif flow:
                seen.add((flow.kind, flow.year))

    def flows(self) -> tuple[Flow, ...]:
        """Return what was filled in."""
        return tuple(flow for form in self.forms if (flow := form.flow()))


FlowFormSet: type[BaseFlows] = forms.formset_factory(  # type: ignore[assignment] # of the class that is named
    FlowForm, formset=BaseFlows, extra=BLANK_ROWS, max_num=MOST_FLOWS, absolute_max=MOST_FLOWS + 10, validate_max=True
)


def flow_rows(flows: tuple[Flow, ...]) -> list[dict[str, Any]]:
    """Return flows as initial values of the rows."""
    return [
        {"kind": flow.kind, "year": flow.year, "low": flow.low, "expected": flow.expected, "high": flow.high}
        if flow.kind != INVESTMENT
        else {"kind": flow.kind, "year": flow.year, "expected": flow.expected}
        for flow in flows
    ]


class ProjectForm(RevisionForm):
    """What a project promises, besides its flows."""

    title = forms.CharField(label=_("Title"), max_length=200)
    lead = forms.TypedChoiceField(
        label=_("Lead"), coerce=int, help_text=_("Somebody with a credential in the register of the organisation.")
    )
    problem = forms.CharField(
        label=_("What is to be improved, and how"), widget=forms.Textarea(attrs={"rows": 3}), max_length=10_000
    )
    measure = forms.CharField(label=_("What is measured"), max_length=200)
    unit = forms.CharField(label=_("Unit"), max_length=40)
    baseline = NumberField(label=_("Baseline"))
    baseline_from = DayField(label=_("Baseline from"))
    baseline_to = DayField(label=_("Baseline to"))
    target = NumberField(label=_("Target"))
    customer_words = forms.CharField(
        label=_("What customers get from it, in words"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=5000,
        required=False,
        help_text=_("A project that states no customer value and brings none, nor revenue, only cuts cost."),
    )
    customer_figure = NumberField(label=_("… and in figures"), required=False)
    customer_unit = forms.CharField(
        label=_("Unit of the figure"), max_length=80, required=False, help_text=_("For example points of NPS.")
    )
    starts_on = DayField(label=_("Start"))
    ends_on = DayField(label=_("End"))
    currency = forms.CharField(
        label=_("Currency"),
        max_length=3,
        validators=[RegexValidator(r"^[A-Z]{3}\Z", _("Give the three letters of the currency, for example HKD."))],
    )
    rate = forms.DecimalField(
        label=_("Discount rate, per cent a year"), max_digits=5, decimal_places=2, min_value=0, max_value=100
    )

    def __init__(self, *args: Any, centre: Centre, project: Project | None = None, **options: Any) -> None:
        """Offer the holders of credentials of the centre's organisation; one query."""
        super().__init__(*args, **options)
        held = Credential.objects.filter(organisation=centre.organisation_id, revoked_on=None).select_related("holder")
        self.leads = {credential.pk: credential for credential in held}
        if project and project.lead_id not in self.leads:
            self.leads[project.lead_id] = project.lead
        choices = [("", "---------"), *((pk, str(credential)) for pk, credential in self.leads.items())]
        self.fields["lead"].choices = choices  # type: ignore[attr-defined] # a choice field
        self.initial = {"revision": 0}
        if project:
            self.initial = {name: getattr(project, name) for name in self.fields if name != "lead"}
            self.initial["lead"] = project.lead_id
            for name in ("baseline", "target", "customer_figure"):
                value = self.initial[name]
                self.initial[name] = None if value is None else f"{value.normalize():f}"
        self.helper = helper(_("Save the draft"))
        self.helper.form_tag = False
        self.helper.inputs = []

    def clean_currency(self) -> str:
        """Return the code."""
        return str(self.cleaned_data["currency"])

    def clean(self) -> dict[str, Any]:
        """Ask for dates in order, and for customer value in words and figures together."""
        cleaned = super().clean() or {}
        for first, last in (("baseline_from", "baseline_to"), ("starts_on", "ends_on")):
            if cleaned.get(first) and cleaned.get(last) and cleaned[last] < cleaned[first]:
                self.add_error(last, gettext("This lies before the beginning."))
        _both_or_none(self, cleaned, "customer_words", "customer_figure")
        return cleaned

    def facts(self, flows: tuple[Flow, ...]) -> ProjectFacts:
        """Return what was filled in, for the service."""
        data = {name: value for name, value in self.cleaned_data.items() if name not in {"revision", "lead"}}
        return ProjectFacts(lead=self.leads[self.cleaned_data["lead"]], flows=flows, **data)


def _both_or_none(form: forms.Form, cleaned: dict[str, Any], words: str, figure: str) -> None:
    """Ask for customer value in words and in figures, or neither."""
    if form.errors.keys() & {words, figure}:
        return
    if cleaned.get(words) and cleaned.get(figure) is None:
        form.add_error(figure, gettext("Give the figure too; words alone cannot be checked afterwards."))
    elif cleaned.get(figure) is not None and not cleaned.get(words):
        form.add_error(words, gettext("Say in words what the figure means to customers."))


class ReviewForm(RevisionForm):
    """What came of a project, besides its flows."""

    reached = NumberField(label=_("Value reached"))
    review_customer_words = forms.CharField(
        label=_("What customers got from it, in words"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=5000,
        required=False,
    )
    review_customer_figure = NumberField(label=_("… and in figures"), required=False)
    learnt = forms.CharField(label=_("What was learnt"), widget=forms.Textarea(attrs={"rows": 3}), max_length=10_000)

    def __init__(self, *args: Any, revision: int, **options: Any) -> None:
        """Keep the revision."""
        super().__init__(*args, **options)
        self.initial = {"revision": revision}
        self.helper = helper(_("Close the project"))
        self.helper.form_tag = False
        self.helper.inputs = []

    def clean(self) -> dict[str, Any]:
        """Ask for customer value in words and figures together."""
        cleaned = super().clean() or {}
        _both_or_none(self, cleaned, "review_customer_words", "review_customer_figure")
        return cleaned

    def review(self, flows: tuple[Flow, ...]) -> Review:
        """Return what was filled in, for the service."""
        data = self.cleaned_data
        return Review(
            flows=flows,
            reached=data["reached"],
            customer_words=data["review_customer_words"],
            customer_figure=data["review_customer_figure"],
            learnt=data["learnt"],
        )


class KnowledgeForm(forms.Form):
    """A list of articles, its period, and the contacts of that period."""

    file = forms.FileField(
        label=_("List of articles"), allow_empty_file=True, help_text=_("CSV or XLSX, one row per article.")
    )
    encoding = forms.ChoiceField(
        label=_("Encoding of a CSV file"),
        required=False,
        choices=[("", _("Automatic (UTF-8 or UTF-16)")), *((code, ENCODING_WORDS[code]) for code in ENCODINGS)],
    )
    first = DayField(label=_("First day of the period"))
    last = DayField(label=_("Last day of the period"))
    contacts = forms.IntegerField(
        label=_("Contacts handled in the period"), min_value=1, max_value=10**12, required=False
    )
    linked = forms.IntegerField(
        label=_("… of these linked to an article"),
        min_value=0,
        max_value=10**12,
        required=False,
        help_text=_("Leave both empty when it is not known; the part is then not known either."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        """Lay out."""
        super().__init__(*args, **options)
        self.helper = helper(_("Compute the index"))

    def period(self) -> Period:
        """Return the period with its contacts."""
        data = self.cleaned_data
        return Period(data["first"], data["last"], data["contacts"], data["linked"])
