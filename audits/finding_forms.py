"""What people fill in to follow findings up, checked: a response with its cause, each other step, the settings."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from crispy_forms.layout import HTML, Column, Field, Fieldset, Row
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.forms import helper
from accounts.models import User
from audits.finding_words import CATEGORY_WORDS, STEP_WORDS, TELLS, finding_refusal
from audits.fishbone import CATEGORIES
from audits.followup import CauseMethod, FollowUpPolicy, ServiceClock
from audits.services.corrective import ResponseFacts, StepFacts
from audits.services.policies import ClockFacts, PolicyFacts

if TYPE_CHECKING:
    from accounts.models import Organisation
    from audits.models import Finding
    from audits.services.proofs import Proof

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)
LONGEST = 10_000
LONGEST_CAUSE, MOST_CAUSES = 300, 8
WHYS = 5
MOST_FILES = 10


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _note(text: str) -> HTML:
    return HTML(f'<p class="ts-muted">{text}</p>')


class DayField(forms.DateField):
    """A day that can be meant."""

    def __init__(self, **options: Any) -> None:
        """Show the browser's calendar, and bound the years."""
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        bounds = [MinValueValidator(EARLIEST), MaxValueValidator(LATEST)]
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], validators=bounds, **options)


class _FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files up to ten; what they are is told by the store, from their content."""

    widget = _FilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return a list."""
        given = [each for each in (data if isinstance(data, (list, tuple)) else [data]) if each]
        if self.required and not given:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(given) > MOST_FILES:
            raise forms.ValidationError(gettext("At most %(number)s files at once.") % {"number": MOST_FILES})
        return [super(FilesField, self).clean(each, initial) for each in given]


class CausesField(forms.CharField):
    """Causes of one category, one a line."""

    def __init__(self, **options: Any) -> None:
        """Show a small area."""
        longest = MOST_CAUSES * (LONGEST_CAUSE + 2)
        super().__init__(required=False, widget=_area(3), max_length=longest, **options)

    def clean(self, value: Any) -> Any:
        """Split at line ends; empty lines fall away."""
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if len(lines) > MOST_CAUSES:
            raise forms.ValidationError(gettext("At most %(number)s causes here.") % {"number": MOST_CAUSES})
        if any(len(line) > LONGEST_CAUSE for line in lines):
            raise forms.ValidationError(
                gettext("A cause has at most %(number)s characters.") % {"number": LONGEST_CAUSE}
            )
        return lines


class CauseForm(forms.Form):
    """The analysis of the cause alone: what the picture is drawn from while one types."""

    method = forms.ChoiceField(
        label=_("How the cause was looked for"),
        choices=CauseMethod,
        widget=forms.RadioSelect(attrs={"data-shows": "cause"}),
        initial=CauseMethod.FIVE_WHYS,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Add five whys and six categories."""
        super().__init__(*args, **kwargs)
        for number in range(1, WHYS + 1):
            label = gettext("Why did it happen?") if number == 1 else gettext("Why was that? (%(number)s)")
            self.fields[f"why_{number}"] = forms.CharField(
                label=label % {"number": number}, required=False, max_length=1000
            )
        for code in CATEGORIES:
            self.fields[code] = CausesField(label=CATEGORY_WORDS[code])

    def causes(self) -> list[str] | dict[str, list[str]]:
        """Return the causes by the chosen method; what was typed for the other is left out."""
        if self.cleaned_data.get("method") == CauseMethod.FISHBONE:
            return {code: found for code in CATEGORIES if (found := self.cleaned_data.get(code))}
        whys = (self.cleaned_data.get(f"why_{number}", "").strip() for number in range(1, WHYS + 1))
        return [why for why in whys if why]


class ResponseForm(CauseForm):
    """Correction, cause, corrective action, owner and due date."""

    correction = forms.CharField(
        label=_("Correction"),
        help_text=_("What was done at once about what was found, before looking for the cause."),
        widget=_area(3),
        max_length=LONGEST,
    )
    root_cause = forms.CharField(
        label=_("Root cause"),
        help_text=_("The conclusion: without this it would not have happened. A cause lies in how work is organised."),
        widget=_area(2),
        max_length=LONGEST,
    )
    action = forms.CharField(
        label=_("Corrective action"),
        help_text=_("What removes the cause, so that it does not come back. Not the correction once more."),
        widget=_area(3),
        max_length=LONGEST,
    )
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Owner of the action"))
    due = DayField(label=_("Action due"))

    def __init__(self, *args: Any, finding: Finding, latest: date, **kwargs: Any) -> None:
        """Offer the people of the audited organisation, and say how far the due day may lie ahead."""
        super().__init__(*args, **kwargs)
        people = User.objects.filter(memberships__organisation=finding.audit.auditee_id, is_active=True)
        self.fields["owner"].queryset = people.distinct().order_by("name")  # type: ignore[attr-defined] # a model choice
        self.fields["due"].help_text = gettext("At the latest %(day)s.") % {"day": latest.isoformat()}
        self.fields["due"].widget.attrs["max"] = latest.isoformat()
        whys = [Field(f"why_{number}") for number in range(1, WHYS + 1)]
        bones = [Column(Field(code), css_class="col-md-4") for code in CATEGORIES]
        self.helper = helper(
            _("Submit the response"),
            Fieldset(gettext("1. Correction"), Field("correction")),
            Fieldset(
                gettext("2. Cause"),
                Field("method"),
                HTML('<div data-when="cause:five_whys">'),
                *whys,
                HTML('</div><div data-when="cause:fishbone">'),
                _note(gettext("One cause a line. Leave empty what does not apply.")),
                Row(*bones),
                HTML("{% include 'findings/preview.html' %}</div>"),
                Field("root_cause"),
            ),
            Fieldset(
                gettext("3. Corrective action"),
                Field("action"),
                Row(Column(Field("owner"), css_class="col-md-6"), Column(Field("due"), css_class="col-md-6")),
            ),
        )

    def clean(self) -> dict[str, Any]:
        """Ask for a cause in the chosen method."""
        cleaned = super().clean() or {}
        if "method" in cleaned and not self.causes():
            first = "people" if cleaned["method"] == CauseMethod.FISHBONE else "why_1"
            if not self.has_error(first):
                self.add_error(first, gettext("Give at least one cause."))
        return cleaned

    def facts(self) -> ResponseFacts:
        """Return the response for the service."""
        taken = {
            name: self.cleaned_data[name] for name in ("correction", "method", "root_cause", "action", "owner", "due")
        }
        return ResponseFacts(causes=self.causes(), **taken)


class StepForm(forms.Form):
    """The words of a step, and what only some steps have: files, how and when it was verified, the new due day."""

    how = forms.CharField(
        label=_("How effectiveness was verified"),
        help_text=_("For example: a new sample of 30 records, drawn after the change."),
        widget=_area(2),
        max_length=LONGEST,
    )
    seen_on = DayField(label=_("When it was looked at"))
    words = forms.CharField(widget=_area(3), max_length=LONGEST)
    result = forms.ChoiceField(
        label=_("Result"),
        choices=[("verify", _("Effective: the cause is gone")), ("fail", _("Not effective: the finding opens again"))],
        widget=forms.RadioSelect(attrs={"data-shows": "result"}),
    )
    due = DayField(label=_("New due day"))
    proofs = FilesField(label=_("Evidence"))

    FIELDS = {  # noqa: RUF012 - read only
        "implement": ("words", "proofs"),
        "verify": ("how", "seen_on", "words", "result", "due", "proofs"),
        "reopen": ("words", "due"),
    }

    def __init__(self, *args: Any, step: str, latest: date, today: date, **kwargs: Any) -> None:
        """Keep the fields of the step."""
        super().__init__(*args, **kwargs)
        words = STEP_WORDS[step]
        kept = self.FIELDS.get(step, ("words",))
        for name in [name for name in self.fields if name not in kept]:
            del self.fields[name]
        self.fields["words"].label = words.ask
        self.fields["words"].required = step not in {"accept", "recall"}
        if "proofs" in kept:
            self.fields["proofs"].required = step == "implement"
        if "seen_on" in kept:
            self.initial.setdefault("seen_on", today)
            self.fields["seen_on"].widget.attrs["max"] = today.isoformat()
        if "due" in kept:
            self.fields["due"].required = step == "reopen"
            self.fields["due"].help_text = gettext("At the latest %(day)s.") % {"day": latest.isoformat()}
            self.fields["due"].widget.attrs["max"] = latest.isoformat()
        shown = [Field(name) for name in kept if name != "due" or step != "verify"]
        if step == "verify":
            hidden = [HTML('<div data-when="result:fail">'), Field("due"), HTML("</div>")]
            shown[4:4] = hidden
        self.helper = helper(words.label, *shown)
        if words.danger:
            self.helper.inputs[0].field_classes = "btn btn-danger"

    def clean(self) -> dict[str, Any]:
        """A finding that opens again needs a day."""
        cleaned = super().clean() or {}
        if cleaned.get("result") == "fail" and not cleaned.get("due") and not self.has_error("due"):
            self.add_error("due", finding_refusal("due_missing"))
        return cleaned

    def step(self, asked: str) -> str:
        """Return the step that the result stands for."""
        return str(self.cleaned_data.get("result") or asked)

    def facts(self, proofs: tuple[Proof, ...]) -> StepFacts:
        """Return what comes with the step, for the service."""
        data = self.cleaned_data
        due = data.get("due") if data.get("result") != "verify" else None
        return StepFacts(
            words=data.get("words", ""), due=due, how=data.get("how", ""), seen_on=data.get("seen_on"), proofs=proofs
        )


class ActForm(forms.Form):
    """How a warning is acted upon."""

    note = forms.CharField(label=_("What is being done"), widget=_area(2), max_length=LONGEST)


class PolicyForm(forms.ModelForm):
    """Thresholds, supervision and limits of one organisation."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    tells_1 = forms.MultipleChoiceField(
        label=_("Due soon is told to"), choices=list(TELLS.items()), widget=forms.CheckboxSelectMultiple
    )
    tells_2 = forms.MultipleChoiceField(
        label=_("Overdue is told to"), choices=list(TELLS.items()), widget=forms.CheckboxSelectMultiple
    )
    tells_3 = forms.MultipleChoiceField(
        label=_("Escalated is told to"), choices=list(TELLS.items()), widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = FollowUpPolicy
        fields = (
            "soon_days",
            "escalate_days",
            "act_days_1",
            "act_days_2",
            "act_days_3",
            "tells_1",
            "tells_2",
            "tells_3",
            "supervisor",
            "major_days",
            "minor_days",
        )
        labels = {  # noqa: RUF012 - Django's own place for them
            "soon_days": _("Due soon: days before the due day"),
            "escalate_days": _("Escalated: days after the due day"),
            "act_days_1": _("Due soon: days to act"),
            "act_days_2": _("Overdue: days to act"),
            "act_days_3": _("Escalated: days to act"),
            "supervisor": _("Supervisor"),
            "major_days": _("Major nonconformity: days at most"),
            "minor_days": _("Minor nonconformity: days at most"),
        }

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        """Bound the days and offer the organisation's people as supervisor."""
        super().__init__(*args, **kwargs)
        for name, least, most in (
            ("soon_days", 1, 120),
            ("escalate_days", 1, 120),
            ("act_days_1", 1, 60),
            ("act_days_2", 1, 60),
            ("act_days_3", 1, 60),
            ("major_days", 1, 365),
            ("minor_days", 1, 730),
        ):
            self.fields[name] = forms.IntegerField(label=self.fields[name].label, min_value=least, max_value=most)
        people = User.objects.filter(memberships__organisation=organisation, is_active=True)
        self.fields["supervisor"].queryset = people.distinct().order_by("name")  # type: ignore[attr-defined] # a model choice
        self.fields["supervisor"].help_text = gettext("Without one, the administrators of the organisation.")
        third = "col-md-4"
        self.helper = helper(
            _("Save the settings"),
            Field("revision"),
            Fieldset(
                gettext("Three levels of warning"),
                _note(
                    gettext(
                        "For findings in audits of your own centres. A warning comes once per level; the time to act "
                        "is counted from it."
                    )
                ),
                Row(Column("soon_days", css_class=third), Column("act_days_1", css_class=third)),
                Row(Column("act_days_2", css_class=third)),
                Row(Column("escalate_days", css_class=third), Column("act_days_3", css_class=third)),
            ),
            Fieldset(
                gettext("Supervision: who is told"),
                Row(*(Column(f"tells_{level}", css_class=third) for level in (1, 2, 3))),
                Row(Column("supervisor", css_class="col-md-6")),
            ),
            Fieldset(
                gettext("How far a due day may lie ahead"),
                _note(
                    gettext(
                        "For audits that your organisation conducts, counted from the day on which the finding was "
                        "raised."
                    )
                ),
                Row(Column("major_days", css_class=third), Column("minor_days", css_class=third)),
            ),
        )

    def facts(self) -> PolicyFacts:
        """Return the settings for the service."""
        return PolicyFacts(**{name: self.cleaned_data[name] for name in PolicyFacts.__dataclass_fields__})


class ClockForm(forms.ModelForm):
    """What a centre promises its customers."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    class Meta:
        model = ServiceClock
        fields = (
            "ticket_days",
            "ticket_share",
            "complaint_days",
            "complaint_share",
            "second_calls",
            "near",
            "far",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Name and bound the numbers."""
        super().__init__(*args, **kwargs)
        days = {"ticket_days": _("Tickets closed within, days"), "complaint_days": _("Complaints closed within, days")}
        shares = {
            "ticket_share": _("Tickets in time, at least %"),
            "complaint_share": _("Complaints in time, at least %"),
            "second_calls": _("Second calls for the same issue, at most %"),
            "near": _("First level: up to this many points short"),
            "far": _("Third level: more than this many points short"),
        }
        for name, label in days.items():
            self.fields[name] = forms.IntegerField(label=label, min_value=1, max_value=90)
        for name, label in shares.items():
            most = 50 if name in {"near", "far"} else 100
            self.fields[name] = forms.DecimalField(
                label=label, min_value=0, max_value=most, max_digits=5, decimal_places=2
            )
        half = "col-md-6"
        self.helper = helper(
            _("Save the targets"),
            Field("revision"),
            Row(Column("ticket_days", css_class=half), Column("ticket_share", css_class=half)),
            Row(Column("complaint_days", css_class=half), Column("complaint_share", css_class=half)),
            Row(Column("second_calls", css_class=half)),
            Row(Column("near", css_class=half), Column("far", css_class=half)),
        )

    def clean(self) -> dict[str, Any]:
        """The second threshold lies behind the first."""
        cleaned = super().clean() or {}
        near, far = cleaned.get("near"), cleaned.get("far")
        if near is not None and far is not None and far <= near:
            self.add_error("far", finding_refusal("clock_thresholds"))
        return cleaned

    def facts(self) -> ClockFacts:
        """Return the targets for the service."""
        return ClockFacts(**{name: self.cleaned_data[name] for name in ClockFacts.__dataclass_fields__})
