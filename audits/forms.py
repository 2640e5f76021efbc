"""Forms that a person fills one at a time. The answer sheet itself is a plain template (see tech notes in docs)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.db.models import Q
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Centre, Organisation, Role, User
from audits.models import Audit, AuditKind, AuditPurpose, Certificate, Finding, FindingKind, MarketWaiver
from audits.words import CHOICE_WORDS, GROUPS, choice_words, words_for
from benchmarks.models import MarketRelease, MeasurementRun, ReleaseStatus
from standards.models import Edition, EditionStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

LONGEST_FINDING = 20_000  # characters
LONGEST_KEY = 18  # digits that fit the database's largest number
DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
NO_CONFLICT = _("I declare that I have no conflict of interest in this audit.")


def submit_helper(label: str) -> FormHelper:
    """Return a crispy helper with one primary button."""
    helper = FormHelper()
    helper.add_input(Submit("save", label))
    return helper


class PeopleField(forms.ModelMultipleChoiceField):
    """Several people. A number that no database could hold is a choice that does not exist, not a failure."""

    def clean(self, value: Any) -> Any:
        """Refuse keys that are not whole numbers of at most 18 digits before they reach the database."""
        for key in value if isinstance(value, (list, tuple)) else ():
            if not (str(key).isascii() and str(key).isdigit() and len(str(key)) <= LONGEST_KEY):
                message = self.error_messages["invalid_choice"]
                raise forms.ValidationError(message, code="invalid_choice", params={"value": str(key)[:40]})
        return super().clean(value)


class PlanForm(forms.ModelForm):
    """Plan an engagement: which centre, which edition, who, when."""

    conductor = forms.ModelChoiceField(Organisation.objects.none(), label=_("Conducting organisation"))
    leader = forms.ModelChoiceField(User.objects.none(), label=_("Team leader"))
    auditors = PeopleField(
        User.objects.none(),
        label=_("Auditors"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    purpose = forms.ChoiceField(
        label=_("Purpose"),
        choices=AuditPurpose,
        required=False,
        help_text=_("Of a certification audit. All but the first are about a certificate."),
    )
    of_certificate = forms.ModelChoiceField(
        Certificate.objects.none(), label=_("About the certificate"), required=False
    )

    class Meta:
        model = Audit
        fields: ClassVar[list[str]] = [
            "centre",
            "kind",
            "purpose",
            "of_certificate",
            "edition",
            "scope",
            "objectives",
            "onsite_from",
            "onsite_to",
        ]
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "scope": forms.Textarea(attrs={"rows": 3}),
            "objectives": forms.Textarea(attrs={"rows": 2}),
            "onsite_from": DATE,
            "onsite_to": DATE,
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """Offer only what this person may choose: their organisations, visible centres, published editions."""
        super().__init__(*args, **kwargs)
        managed = user.organisations_as(Role.ADMINISTRATOR, Role.AUDIT_MANAGER)
        people = User.objects.filter(
            memberships__organisation__in=managed, memberships__role__in=[Role.AUDITOR, Role.AUDIT_MANAGER]
        ).distinct()
        self._choices("conductor").queryset = Organisation.objects.filter(pk__in=managed)
        self._choices("centre").queryset = Centre.objects.visible_to(user)
        held = Certificate.objects.visible_to(user).filter(status__in=["active", "suspended"])
        self._choices("of_certificate").queryset = held.filter(audit__conductor__in=managed)
        self._choices("edition").queryset = Edition.objects.filter(status=EditionStatus.PUBLISHED).defer("document")
        self._choices("leader").queryset = people.order_by("name")
        self._choices("auditors").queryset = people.order_by("name")
        self.fields["kind"].choices = AuditKind.choices  # type: ignore[attr-defined] # a choice field of the model
        self.helper = submit_helper(gettext("Plan the audit"))

    def _choices(self, name: str) -> Any:
        return self.fields[name]

    def clean(self) -> dict[str, Any] | None:
        """Check that the dates are in order, nobody is on the team twice, and all belong to the conductor."""
        cleaned = super().clean() or {}
        first, last = cleaned.get("onsite_from"), cleaned.get("onsite_to")
        if first and last and last < first:
            self.add_error("onsite_to", gettext("The last day on site is before the first."))
        if cleaned.get("leader") in (cleaned.get("auditors") or []):
            self.add_error("auditors", gettext("The team leader is on the team already; untick the name here."))
        self._require_members(cleaned)
        cleaned["purpose"] = cleaned.get("purpose") or AuditPurpose.INITIAL
        if cleaned.get("kind") != AuditKind.CERTIFICATION:
            cleaned["purpose"], cleaned["of_certificate"] = AuditPurpose.INITIAL, None
        elif (cleaned["purpose"] == AuditPurpose.INITIAL) == bool(cleaned.get("of_certificate")):
            code = "initial_with_certificate" if cleaned.get("of_certificate") else "no_certificate"
            self.add_error("of_certificate", words_for(code))
        return cleaned

    def _require_members(self, cleaned: Mapping[str, Any]) -> None:
        """Refuse people of another organisation of the planner's: they could not write in this audit."""
        conductor = cleaned.get("conductor")
        chosen = {"leader": [cleaned.get("leader")], "auditors": cleaned.get("auditors") or []}
        for name, people in chosen.items():
            if conductor and not all(user.has_role(conductor.pk) for user in people if user):
                self.add_error(name, gettext("Choose people of the conducting organisation."))


def revision_field(revision: int) -> forms.Field:
    """Return the hidden field that says on which revision a form was filled in."""
    return forms.IntegerField(widget=forms.HiddenInput, required=False, initial=revision)


def take_theirs(form: forms.BaseForm, current: Mapping[str, object], revision: int) -> list[tuple[str, str]]:
    """Let a refused form be saved on what is stored now, and return that in words where it differs."""
    data = form.data.copy()  # type: ignore[attr-defined] # a QueryDict
    data["revision"] = str(revision)
    form.data = data
    return [
        (str(field.label), listed(value) if isinstance(value, list) else str(value))
        for name, field in form.fields.items()
        if (value := current.get(name)) not in (None, "") and value != form.cleaned_data.get(name)
    ]


def listed(values: Sequence[object]) -> str:
    """Return several values in one line."""
    return ", ".join(map(str, values))


class TextsForm(forms.ModelForm):
    """The texts of the report that somebody must write."""

    class Meta:
        model = Audit
        fields: ClassVar[list[str]] = ["scope", "objectives", "summary", "not_covered", "remote_methods"]
        widgets: ClassVar[dict[str, forms.Widget]] = {
            name: forms.Textarea(attrs={"rows": 4})
            for name in ("scope", "objectives", "summary", "not_covered", "remote_methods")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Add the button."""
        super().__init__(*args, **kwargs)
        self.fields["revision"] = revision_field(self.instance.texts_revision)
        self.helper = submit_helper(gettext("Save the texts"))


class FindingForm(forms.ModelForm):
    """Criterion, objective evidence, statement; never a person's name.

    ``key`` is what a sender knows the finding by; ``revision`` is what a change was made on.
    """

    statement = forms.CharField(
        label=_("Statement"), widget=forms.Textarea(attrs={"rows": 2}), max_length=LONGEST_FINDING
    )
    objective_evidence = forms.CharField(
        label=_("Objective evidence"), widget=forms.Textarea(attrs={"rows": 2}), max_length=LONGEST_FINDING
    )
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)

    class Meta:
        model = Finding
        fields: ClassVar[list[str]] = ["kind", "statement", "objective_evidence", "due"]
        widgets: ClassVar[dict[str, forms.Widget]] = {"due": DATE}

    def clean(self) -> dict[str, Any] | None:
        """Ask for the correction date of a nonconformity."""
        cleaned = super().clean() or {}
        if cleaned.get("kind") in {FindingKind.MAJOR, FindingKind.MINOR} and not cleaned.get("due"):
            self.add_error("due", gettext("A nonconformity needs a date by which it must be corrected."))
        return cleaned


class ReasonForm(forms.Form):
    """A reason that becomes part of the record."""

    declares_none = forms.BooleanField(label=NO_CONFLICT, required=True)
    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=5000, required=False
    )

    def __init__(self, *args: Any, declares: bool = False, **kwargs: Any) -> None:
        """Ask whoever reviews for a declaration, unless they have made one."""
        super().__init__(*args, **kwargs)
        if not declares:
            del self.fields["declares_none"]


class MoveForm(forms.Form):
    """Confirm a move to another edition: why, and that what no longer counts was read."""

    read_again = forms.BooleanField(label=GROUPS["again"].read)
    read_gone = forms.BooleanField(label=GROUPS["gone"].read)
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=5000,
        help_text=_("It becomes part of the record."),
    )

    def __init__(self, *args: Any, must_read: Collection[str], **kwargs: Any) -> None:
        """Ask for a tick per group of criteria in which somebody's work stops counting."""
        super().__init__(*args, **kwargs)
        for group in ("again", "gone"):
            if group not in must_read:
                del self.fields[f"read_{group}"]

    def read(self) -> tuple[str, ...]:
        """Return the groups that were ticked as read."""
        return tuple(group for group in ("again", "gone") if self.cleaned_data.get(f"read_{group}"))


class WaiverForm(forms.ModelForm):
    """Allow a comparison with an older market figure, with one's name under it."""

    class Meta:
        model = MarketWaiver
        fields: ClassVar[list[str]] = ["kpi", "reason"]
        widgets: ClassVar[dict[str, forms.Widget]] = {"reason": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, kpis: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        """Offer the KPIs whose figure is too old."""
        super().__init__(*args, **kwargs)
        self.fields["kpi"] = forms.ChoiceField(label=_("KPI"), choices=kpis)
        self.helper = submit_helper(gettext("Grant the waiver"))


class DecisionForm(forms.Form):
    """The certification decision."""

    granted = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("yes", _("Grant certification")), ("no", _("Do not grant"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    tier = forms.ChoiceField(label=_("Tier"), required=False)
    declares_none = forms.BooleanField(label=NO_CONFLICT, required=True)
    route = forms.ChoiceField(
        label=_("Decision route"),
        choices=list(CHOICE_WORDS.items()),
    )
    reason = forms.CharField(label=_("Reasons"), widget=forms.Textarea(attrs={"rows": 4}), max_length=5000)

    def __init__(
        self,
        *args: Any,
        tiers: Sequence[tuple[str, str]],
        routes: Sequence[str] = (),
        declares: bool = False,
        **kwargs: Any,
    ) -> None:
        """Offer the tiers of the edition, and its decision routes where it names any."""
        super().__init__(*args, **kwargs)
        if not declares:
            del self.fields["declares_none"]
        if routes:
            self.fields["route"].choices = _named(routes)  # type: ignore[attr-defined] # a choice field
        self.fields["tier"].choices = [("", "—"), *tiers]  # type: ignore[attr-defined] # a choice field
        self.helper = submit_helper(gettext("Record the decision"))

    def clean(self) -> dict[str, Any]:
        """A grant names its tier."""
        cleaned = super().clean() or {}
        if cleaned.get("granted") and not cleaned.get("tier"):
            self.add_error("tier", gettext("Say which tier is granted."))
        return cleaned


class FactsForm(forms.Form):
    """The facts that the gates of this edition ask for, built from the edition's own list."""

    def __init__(
        self,
        *args: Any,
        facts: Sequence[Mapping[str, Any]],
        stored: Mapping[str, Any],
        revision: int = 0,
        **kwargs: Any,
    ) -> None:
        """Make one field per fact, and one for where it was seen."""
        super().__init__(*args, **kwargs)
        self.codes = [fact["code"] for fact in facts]
        for fact in facts:
            now = stored.get(fact["code"], {})
            self.fields[fact["code"]] = _fact_field(fact, now.get("value"))
            self.fields[f"{fact['code']}-note"] = forms.CharField(
                label=gettext("Where it was seen"), required=False, max_length=500, initial=now.get("note", "")
            )
        self.fields["revision"] = revision_field(revision)
        self.helper = submit_helper(gettext("Save the facts"))

    def facts(self) -> dict[str, dict[str, object]]:
        """Return the cleaned facts in the shape of ``audit_facts_save``; numbers as decimal strings."""
        return {
            code: {"value": _plain(self.cleaned_data[code]), "note": self.cleaned_data[f"{code}-note"]}
            for code in self.codes
        }


def _words(texts: Mapping[str, str] | None) -> str:
    texts = texts or {}
    return texts.get(get_language() or "en") or texts.get("en", "")


def _named(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Return (code, words) of what an edition lets people choose from."""
    return [(code, choice_words(code)) for code in codes]


def _fact_field(fact: Mapping[str, Any], value: object) -> forms.Field:
    """Return the form field for one fact of the edition."""
    common: dict[str, Any] = {
        "label": _words(fact["title"]),
        "help_text": _words(fact.get("help")),
        "required": False,
        "initial": value,
    }
    if fact["type"] == "boolean":
        initial = {True: "yes", False: "no"}.get(value, "") if isinstance(value, bool) else ""
        choices = [("", "—"), ("yes", gettext("Yes")), ("no", gettext("No"))]
        return forms.TypedChoiceField(
            **{**common, "initial": initial}, choices=choices, coerce=lambda word: word == "yes", empty_value=None
        )
    if fact["type"] == "choice":
        return forms.ChoiceField(**common, choices=[("", "—"), *_named(fact["choices"])])
    if fact["type"] == "list":
        choices = _named(fact["choices"])
        return forms.MultipleChoiceField(**common, choices=choices, widget=forms.CheckboxSelectMultiple)
    return forms.DecimalField(**common, max_digits=18, decimal_places=6)


def _plain(value: object) -> object:
    """Turn a cleaned value into what JSON keeps exactly: a number becomes a decimal string, never ``-0``.

    A list of which nothing is ticked is not known.
    """
    if isinstance(value, list):
        return value or None
    return format((value or Decimal(0)).normalize(), "f") if isinstance(value, Decimal) else value


class MarketForm(forms.Form):
    """Which measurements of this centre, and which market release, the audit is compared on."""

    run = forms.ModelChoiceField(MeasurementRun.objects.none(), label=_("Measurements"), required=False)
    release = forms.ModelChoiceField(MarketRelease.objects.none(), label=_("Market release"), required=False)

    def __init__(self, *args: Any, audit: Audit, **kwargs: Any) -> None:
        """Offer the runs of this centre and the published releases; the one that is attached already may stay."""
        super().__init__(*args, **kwargs)
        self.initial = {"run": audit.measurement_run_id, "release": audit.market_release_id}
        runs = MeasurementRun.objects.filter(centre=audit.centre).select_related("centre").defer("mapping")
        self.fields["run"].queryset = runs  # type: ignore[attr-defined] # a model choice field
        attached = Q(pk=audit.market_release_id) | Q(status=ReleaseStatus.PUBLISHED)
        self.fields["release"].queryset = MarketRelease.objects.filter(attached)  # type: ignore[attr-defined] # likewise
        self.helper = submit_helper(gettext("Compare"))
