"""Forms that chairs and entrants fill. The score card is a plain template, as the answer sheet is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Centre, Organisation, Role
from audits.forms import DATE, submit_helper
from awards.models import RecusalKind, TieKind
from awards.rules import WRITERS
from awards.scheme import ADJUSTED, FIGURE, MEAN, TEXT
from awards.selectors.templates import templates
from awards.services.panels import JudgeFacts
from awards.services.programmes import Declared
from awards.words import METHODS
from standards.models import Edition, EditionStatus
from standards.templatetags.standard_text import text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

    from accounts.models import User
    from awards.models import Entry, Programme, Stage

LONGEST = 5000
MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class Area(forms.CharField):
    """Plain text of several lines."""

    def __init__(self, *, rows: int = 3, **options: Any) -> None:
        """Set length and widget."""
        super().__init__(**{"max_length": LONGEST, "widget": forms.Textarea(attrs={"rows": rows}), **options})


class Pick(forms.TypedChoiceField):
    """A choice among rows that were fetched already; what is not among them is refused."""

    def offer(self, rows: Iterable[Any], *, empty: str | None = None) -> None:
        """Offer the rows by their key."""
        self.rows = {str(row.pk): row for row in rows}
        first = [("", empty)] if empty is not None else []
        self.choices = [*first, *((key, str(row)) for key, row in self.rows.items())]
        self.coerce = self.rows.__getitem__
        self.empty_value = None


class StartForm(forms.Form):
    """Begin a programme from a template."""

    template = forms.ChoiceField(label=_("Template"), widget=forms.RadioSelect)
    organiser = Pick(label=_("Organiser"))
    name = forms.CharField(label=_("Name"), max_length=200)
    begins = forms.DateField(label=_("Entries open on"), widget=DATE)
    time_zone = forms.ChoiceField(label=_("Time zone of the programme"))
    edition = Pick(label=_("Current edition"), help_text=_("What certificates and criteria are of."), required=False)

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        """Offer templates, the organisations that the person chairs awards of, and editions; two queries."""
        super().__init__(*args, **options)
        self.templates = templates()
        offered = [(code, text(each["title"])) for code, each in self.templates.items()]
        self.fields["template"].choices = offered  # type: ignore[attr-defined] # a choice field
        chaired = Organisation.objects.filter(pk__in=user.organisations_as(Role.AWARD_CHAIR))
        self.fields["organiser"].offer(chaired)  # type: ignore[attr-defined] # a Pick
        editions = Edition.objects.filter(status=EditionStatus.PUBLISHED).defer("document").order_by("-version")
        self.fields["edition"].offer(editions)  # type: ignore[attr-defined] # a Pick
        zones = [(zone, zone) for zone in sorted(available_timezones())]
        self.fields["time_zone"].choices = zones  # type: ignore[attr-defined] # a choice field
        self.initial = {"time_zone": user.time_zone, "begins": timezone.localdate() + timedelta(days=7), **self.initial}
        self.helper = submit_helper(gettext("Start the programme"))

    def facts(self) -> dict[str, Any]:
        """Return what was filled in, for the service."""
        data = dict(self.cleaned_data)
        return {**data, "template": self.templates[data["template"]], "year": data["begins"].year}


class DeclareForm(forms.Form):
    """How the programme will decide."""

    score = forms.ChoiceField(label=_("Result"), choices=[(key, METHODS[key]) for key in (MEAN, ADJUSTED)])
    trim = forms.TypedChoiceField(
        label=_("Trimming"),
        coerce=int,
        choices=[
            (0, _("None")),
            (1, _("Leave out the highest and the lowest judge of an entry")),
            (2, _("Leave out the two highest and the two lowest")),
        ],
        help_text=_("Only where five or more judges scored an entry."),
    )
    judges_per_entry = forms.IntegerField(label=_("Judges per entry"), min_value=1, max_value=50)
    first_criterion = forms.ChoiceField(
        label=_("Criterion that decides first between equal scores"),
        help_text=_("Then the majority of judges who scored both, then a recorded deliberation, then a joint award."),
    )

    def __init__(self, *args: Any, programme: Programme, **options: Any) -> None:
        """Show what is declared so far; no query."""
        super().__init__(*args, **options)
        scheme = programme.scheme
        criteria = [(each.code, text(each.title)) for each in scheme.criteria]
        self.fields["first_criterion"].choices = criteria  # type: ignore[attr-defined] # a choice field
        named = [step.partition(":")[2] for step in scheme.method.ladder if ":" in step]
        self.initial = {
            "score": scheme.method.score,
            "trim": scheme.method.trim,
            "judges_per_entry": scheme.judges_per_entry,
            "first_criterion": named[0] if named else "",
        }
        self.helper = submit_helper(gettext("Declare"))

    def declared(self) -> Declared:
        """Return what was filled in."""
        return Declared(**self.cleaned_data)


class LocalMoment(forms.DateTimeField):
    """A moment typed in a zone that is said beside it; one that the change of clocks skips or repeats is refused."""

    def __init__(self, **options: Any) -> None:
        """Set the widget."""
        super().__init__(**{"widget": MOMENT, **options})


class StageForm(forms.Form):
    """Move a stage."""

    opens_at = LocalMoment(label=_("Opens"))
    closes_at = LocalMoment(label=_("Closes"))
    reason = Area(label=_("Reason"), rows=2)

    def __init__(self, *args: Any, stage: Stage, zone: ZoneInfo, **options: Any) -> None:
        """Show the moments in the programme's zone."""
        super().__init__(*args, **options)
        self.initial = {
            "opens_at": stage.opens_at.astimezone(zone).replace(tzinfo=None),
            "closes_at": stage.closes_at.astimezone(zone).replace(tzinfo=None),
        }
        self.helper = submit_helper(gettext("Move the stage"))


class EnterForm(forms.Form):
    """Enter a programme."""

    organisation = Pick(label=_("Organisation"))
    centre = Pick(label=_("Centre"), required=False)
    category = forms.ChoiceField(label=_("Category"))
    title = forms.CharField(label=_("Title of the entry"), max_length=200)
    nominee = forms.CharField(
        label=_("Nominee"), max_length=200, required=False, help_text=_("The team or person, where it is about one.")
    )

    def __init__(self, *args: Any, user: User, programme: Programme, **options: Any) -> None:
        """Offer the organisations that the person writes for, and their centres; two queries."""
        super().__init__(*args, **options)
        own = user.organisations_as(*WRITERS)
        self.fields["organisation"].offer(Organisation.objects.filter(pk__in=own))  # type: ignore[attr-defined] # a Pick
        centres = Centre.objects.filter(organisation__in=own).select_related("organisation")
        self.fields["centre"].offer(centres, empty=gettext("the organisation as a whole"))  # type: ignore[attr-defined] # a Pick
        categories = [(each.code, text(each.title)) for each in programme.scheme.categories]
        self.fields["category"].choices = categories  # type: ignore[attr-defined] # a choice field
        self.helper = submit_helper(gettext("Begin the entry"))
        self.helper.form_id = "enter-form"

    def clean(self) -> dict[str, Any]:
        """A centre belongs to the organisation that enters."""
        cleaned = super().clean() or {}
        centre, organisation = cleaned.get("centre"), cleaned.get("organisation")
        if centre and organisation and centre.organisation_id != organisation.pk:
            self.add_error("centre", gettext("This centre belongs to another organisation."))
        return cleaned


class NamesForm(forms.Form):
    """Title, and names that judges must not read."""

    title = forms.CharField(label=_("Title of the entry"), max_length=200)
    names = Area(
        label=_("Other names that would give you away, one a line"),
        required=False,
        help_text=_("Brands, products, people, your name in other languages. What is on file is hidden anyway."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, entry: Entry, **options: Any) -> None:
        """Show what is saved."""
        super().__init__(*args, **options)
        self.initial = {"title": entry.title, "names": entry.names, "revision": entry.names_revision}
        self.helper = submit_helper(gettext("Save"))


class ReasonForm(forms.Form):
    """A reason that becomes part of the record."""

    reason = Area(label=_("Reason"), help_text=_("It becomes part of the record."))

    def __init__(self, *args: Any, button: str = "", label: str = "", **options: Any) -> None:
        """Name the button, and the field where it is more than a reason."""
        super().__init__(*args, **options)
        if label:
            self.fields["reason"].label = label
        self.helper = submit_helper(button or gettext("Save"))


class LateForm(ReasonForm):
    """Let an entry be handed in late."""

    until = LocalMoment(label=_("May be handed in until"))
    field_order = ("until", "reason")


class JudgeForm(forms.Form):
    """Put a person on the panel."""

    email = forms.EmailField(label=_("E-mail address"), help_text=_("The person needs an account."))
    employer = Pick(label=_("Employer"), required=False)
    employer_name = forms.CharField(label=_("Employer, where it is not in the list"), max_length=200, required=False)
    skills = forms.CharField(label=_("Skills"), max_length=300, required=False)
    categories = forms.MultipleChoiceField(
        label=_("Categories"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("None chosen means all."),
    )
    languages = forms.MultipleChoiceField(
        label=_("Reads"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        choices=[("en", _("English")), ("zh", _("Chinese"))],
        help_text=_("None chosen means all."),
    )
    capacity = forms.IntegerField(label=_("At most so many entries"), min_value=1, max_value=500, initial=20)
    reserve = forms.BooleanField(label=_("Reserve"), required=False)

    def __init__(self, *args: Any, programme: Programme, **options: Any) -> None:
        """Offer organisations and categories; one query."""
        super().__init__(*args, **options)
        self.fields["employer"].offer(Organisation.objects.all(), empty="---------")  # type: ignore[attr-defined] # a Pick
        categories = [(each.code, text(each.title)) for each in programme.scheme.categories]
        self.fields["categories"].choices = categories  # type: ignore[attr-defined] # a choice field
        self.helper = submit_helper(gettext("Put on the panel"))

    def facts(self) -> JudgeFacts:
        """Return what was filled in, without the address."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "email"}
        return JudgeFacts(**{**data, "categories": tuple(data["categories"]), "languages": tuple(data["languages"])})


class TieForm(forms.Form):
    """Note that two organisations have to do with each other."""

    kind = forms.ChoiceField(label=_("Kind"), choices=TieKind.choices)
    one = Pick(label=_("Organisation"))
    other = Pick(label=_("Other organisation"))

    def __init__(self, *args: Any, **options: Any) -> None:
        """Offer organisations; one query."""
        super().__init__(*args, **options)
        rows = list(Organisation.objects.all())
        self.fields["one"].offer(rows)  # type: ignore[attr-defined] # a Pick
        self.fields["other"].offer(rows)  # type: ignore[attr-defined] # a Pick
        self.helper = submit_helper(gettext("Note the tie"))


class ConflictForm(forms.Form):
    """A judge declares ties with a name."""

    name = forms.CharField(
        label=_("Organisation"),
        max_length=200,
        min_length=2,
        help_text=_("Type the name. You are not told who entered; entries of this name will not come to you."),
    )
    reason = Area(label=_("What ties you to it"), rows=2)

    def __init__(self, *args: Any, **options: Any) -> None:
        """Add the button."""
        super().__init__(*args, **options)
        self.helper = submit_helper(gettext("Declare"))


class RecuseForm(ReasonForm):
    """Step aside from an entry."""

    kind = forms.ChoiceField(label=_("Why"), choices=RecusalKind.choices, widget=forms.RadioSelect)
    field_order = ("kind", "reason")


class ConsensusForm(ReasonForm):
    """What the panel agreed on for one criterion."""

    criterion = forms.ChoiceField(label=_("Criterion"))
    level = forms.DecimalField(label=_("Level agreed on"), max_digits=4, decimal_places=2, min_value=0, max_value=10)
    field_order = ("criterion", "level", "reason")

    def __init__(self, *args: Any, stage: Stage, **options: Any) -> None:
        """Offer the criteria of the stage; no query."""
        super().__init__(*args, button=gettext("Record what was agreed"), **options)
        criteria = [(each.code, text(each.title)) for each in stage.programme.scheme.criteria_of(stage.code)]
        self.fields["criterion"].choices = criteria  # type: ignore[attr-defined] # a choice field


class AnnounceForm(forms.Form):
    """When results may be read."""

    embargo_until = LocalMoment(label=_("Not before"), required=False, help_text=_("Left empty: at once."))

    def __init__(self, *args: Any, **options: Any) -> None:
        """Add the button."""
        super().__init__(*args, **options)
        self.helper = submit_helper(gettext("Announce"))


class CalibrationForm(forms.Form):
    """An invented entry with the levels that are known: texts as they are asked for, a level for each criterion."""

    title = forms.CharField(label=_("Title of the entry"), max_length=200)
    category = forms.ChoiceField(label=_("Category"))

    def __init__(self, *args: Any, programme: Programme, **options: Any) -> None:
        """Ask what entrants are asked for before the first blind round; no query."""
        super().__init__(*args, **options)
        scheme = programme.scheme
        categories = [(each.code, text(each.title)) for each in scheme.categories]
        self.fields["category"].choices = categories  # type: ignore[attr-defined] # a choice field
        blind = next((stage.code for stage in scheme.judging() if stage.blind), scheme.judging()[0].code)
        self.asks = [ask for ask in scheme.asks_before(blind) if ask.kind in {TEXT, FIGURE}]
        self.criteria = scheme.criteria_of(blind)
        for ask in self.asks:
            rows = 4 if ask.kind == TEXT else 1
            label = text(ask.title)
            self.fields[f"text_{ask.code}"] = Area(label=label, rows=rows, max_length=ask.most, required=ask.required)
        for criterion in self.criteria:
            self.fields[f"level_{criterion.code}"] = forms.IntegerField(
                label=f"{text(criterion.title)}: {gettext('known level')}",
                min_value=scheme.least,
                max_value=scheme.most,
            )
        self.helper = submit_helper(gettext("Put it among the others"))

    def facts(self) -> dict[str, Any]:
        """Return what was filled in, for the service."""
        data = self.cleaned_data
        return {
            "title": data["title"],
            "category": data["category"],
            "texts": {ask.code: data[f"text_{ask.code}"] for ask in self.asks},
            "levels": {criterion.code: data[f"level_{criterion.code}"] for criterion in self.criteria},
        }
