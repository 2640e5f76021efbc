"""Forms of the engagement: conflicts of interest, plan, stage 1, meetings, certificates, programmes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Centre, Organisation, Role, User
from audits.engagements import AgendaLine, AuditProgramme, AuditSite, Conflict, ConflictKind, Meeting, StageOne
from audits.forms import DATE, PeopleField, submit_helper
from audits.models import Audit, AuditKind, AuditPurpose, TeamRole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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


class CertificateStepForm(forms.Form):
    """Why a certificate is suspended, restored, reduced, extended or withdrawn; and the scope where that changes."""

    scope = forms.CharField(label=_("Scope from now on"), widget=lines(3), max_length=LONGEST, required=False)
    leaving = forms.TypedMultipleChoiceField(
        label=_("Sites that it covers no more"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        label=_("Reason"),
        widget=lines(3),
        max_length=LONGEST,
        help_text=_("It becomes part of the record."),
    )

    def __init__(
        self, *args: Any, scope: str | None, sites: Sequence[tuple[int, str]], button: str, **kwargs: Any
    ) -> None:
        """Ask for scope and sites only where the step changes them."""
        super().__init__(*args, **kwargs)
        if sites:
            self.fields["leaving"].choices = sites  # type: ignore[attr-defined]
        else:
            del self.fields["leaving"]
        if scope is None:
            del self.fields["scope"]
        else:
            self.fields["scope"].initial = scope
        self.helper = submit_helper(button)


class ProgrammeForm(forms.ModelForm):
    """Begin a programme."""

    class Meta:
        model = AuditProgramme
        fields: ClassVar[list[str]] = ["organisation", "year", "objectives", "resources"]
        widgets: ClassVar[dict[str, forms.Widget]] = {"objectives": lines(3), "resources": lines(3)}

    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """Offer the organisations whose audits the person manages."""
        super().__init__(*args, **kwargs)
        managed = user.organisations_as(Role.ADMINISTRATOR, Role.AUDIT_MANAGER)
        organisations = Organisation.objects.filter(pk__in=managed)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined] # a model choice field
        self.helper = submit_helper(gettext("Begin the programme"))

    def validate_unique(self) -> None:
        """Leave it to the service, which says it in words and holds when two people begin at once."""


class ProgrammeTextsForm(forms.ModelForm):
    """What a programme is for and what it has."""

    class Meta:
        model = AuditProgramme
        fields: ClassVar[list[str]] = ["objectives", "resources"]
        widgets: ClassVar[dict[str, forms.Widget]] = {"objectives": lines(3), "resources": lines(3)}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Add the button."""
        super().__init__(*args, **kwargs)
        self.helper = submit_helper(gettext("Save the programme"))


class LineForm(forms.Form):
    """One audit of a programme."""

    centre = forms.ModelChoiceField(Centre.objects.none(), label=_("Centre"))
    month = forms.TypedChoiceField(label=_("Month"), coerce=int, choices=[(month, month) for month in range(1, 13)])
    kind = forms.ChoiceField(label=_("Kind"), choices=AuditKind)
    purpose = forms.ChoiceField(label=_("Purpose"), choices=AuditPurpose, required=False)
    days = forms.DecimalField(label=_("Auditor days"), min_value=0, max_digits=5, decimal_places=1, required=False)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        """Offer the centres that the person sees."""
        super().__init__(*args, **kwargs)
        self.fields["centre"].queryset = Centre.objects.visible_to(user)  # type: ignore[attr-defined] # a model choice
        self.helper = submit_helper(gettext("Add to the programme"))

    def clean(self) -> dict[str, Any]:
        """Only a certification audit has a purpose."""
        cleaned = super().clean() or {}
        if cleaned.get("kind") != AuditKind.CERTIFICATION or not cleaned.get("purpose"):
            cleaned["purpose"] = AuditPurpose.INITIAL
        return cleaned


class DatesForm(forms.ModelForm):
    """The days on site and the remote methods."""

    class Meta:
        model = Audit
        fields: ClassVar[list[str]] = ["onsite_from", "onsite_to", "remote_methods"]
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "onsite_from": DATE,
            "onsite_to": DATE,
            "remote_methods": lines(2),
        }

    def clean(self) -> dict[str, Any]:
        """Check that the days are in order."""
        cleaned = super().clean() or {}
        first, last = cleaned.get("onsite_from"), cleaned.get("onsite_to")
        if first and last and last < first:
            self.add_error("onsite_to", gettext("The last day on site is before the first."))
        return cleaned


class SiteForm(forms.ModelForm):
    """One further site, with what is done there."""

    class Meta:
        model = AuditSite
        fields: ClassVar[list[str]] = ["centre", "activities"]
        widgets: ClassVar[dict[str, forms.Widget]] = {"activities": lines(2)}

    def __init__(self, *args: Any, audit: Audit, **kwargs: Any) -> None:
        """Offer the auditee's sites that are not in the scope yet."""
        super().__init__(*args, **kwargs)
        taken = audit.sites.values("centre")
        others = Centre.objects.filter(organisation=audit.auditee_id).exclude(pk=audit.centre_id)
        self.fields["centre"] = forms.ModelChoiceField(others.exclude(pk__in=taken), label=_("Site"))


class SectionsForm(forms.Form):
    """Which clauses each member of the team answers for."""

    def __init__(
        self,
        *args: Any,
        team: Sequence[User],
        clauses: Sequence[tuple[str, str]],
        chosen: Mapping[int, Sequence[str]],
        **kwargs: Any,
    ) -> None:
        """Make one field per person."""
        super().__init__(*args, **kwargs)
        self.people = [user.pk for user in team]
        for user in team:
            self.fields[f"user-{user.pk}"] = forms.MultipleChoiceField(
                label=user.name or user.email,
                choices=clauses,
                required=False,
                initial=list(chosen.get(user.pk, [])),
                widget=forms.CheckboxSelectMultiple,
            )

    def sections(self) -> dict[int, list[str]]:
        """Return the clauses per person, in the shape of ``sections_assign``."""
        return {pk: self.cleaned_data[f"user-{pk}"] for pk in self.people}


class AgendaForm(forms.ModelForm):
    """One session of the agenda."""

    class Meta:
        model = AgendaLine
        fields: ClassVar[list[str]] = ["day", "begins", "ends", "what", "who", "with_whom", "mode", "place"]
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "day": DATE,
            "begins": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "ends": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def __init__(self, *args: Any, team: Sequence[User], **kwargs: Any) -> None:
        """Offer the team."""
        super().__init__(*args, **kwargs)
        people = User.objects.filter(pk__in=[user.pk for user in team])
        self.fields["who"] = PeopleField(people, label=_("Who"), required=False, widget=forms.CheckboxSelectMultiple)


class MemberForm(forms.Form):
    """Somebody for the team."""

    user = forms.ModelChoiceField(User.objects.none(), label=_("Person"))
    role = forms.ChoiceField(label=_("Role"), choices=TeamRole)

    def __init__(self, *args: Any, audit: Audit, **kwargs: Any) -> None:
        """Offer the people of the conducting organisation."""
        super().__init__(*args, **kwargs)
        people = User.objects.filter(memberships__organisation=audit.conductor_id).distinct().order_by("name")
        self.fields["user"].queryset = people  # type: ignore[attr-defined] # a model choice field
