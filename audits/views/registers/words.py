"""Words for what the registers refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django import forms
    from django.utils.functional import _StrPromise as LazyText

    from audits.services.registers.errors import RegisterError, StaleEntryError

CONFLICT, UNPROCESSABLE = 409, 422

REFUSALS: dict[str, LazyText] = {
    "credential_revoked": _("This credential is revoked and can no longer be changed."),
    "credential_twice": _("This person has a credential of this course, level and day already."),
    "one_holder": _("Choose a person or give a name, one of the two."),
    "holder_elsewhere": _("This person does not belong to the organisation."),
    "unknown_level": _("There is no such level."),
    "centre_elsewhere": _("Choose centres of the organisation."),
    "in_future": _("This day lies in the future."),
    "dates_reversed": _("This lies before the beginning."),
    "lead_elsewhere": _("The lead needs a credential of this organisation."),
    "lead_not_valid": _("The lead's credential is revoked or has expired. Renew it, or name another lead."),
    "plan_incomplete": _("There must be at least one investment and, in the plan, one benefit."),
    "project_wrong_status": _("The project has moved on; this is not possible in its present state."),
    "reviewer_involved": _("Whoever led or filed the project cannot review it. Somebody else must close it."),
    "not_ended": _("The project has not come to its end yet; the review comes after it."),
    "customer_value_halved": _("State customer value in words and in figures, or not at all."),
    "too_many_flows": _("There are too many rows."),
    "flow_twice": _("There are two rows of the same kind for the same year."),
    "bad_flow": _("A row is not in order: low, expected and high must follow each other."),
    "contacts_halved": _("Give both numbers of contacts, or none."),
    "more_linked": _("More contacts cannot be linked than were handled."),
    "index_withdrawn": _("This index is withdrawn already."),
    "no_such_fact": _("The edition asks for no such number."),
}


def refuse(form: forms.Form, error: RegisterError) -> int:
    """Put a refusal where it belongs on the form; return the status of the page."""
    field = error.field if error.field in form.fields else None
    form.add_error(field, str(REFUSALS[error.code]))
    return UNPROCESSABLE if field else CONFLICT


def stale(form: forms.Form, error: StaleEntryError) -> int:
    """Say that somebody else was faster; what was typed stays, and saving again replaces what is stored."""
    form.add_error(
        None,
        gettext(
            "Somebody else saved this meanwhile. What you typed is still here and is not saved. Look at what is stored "
            "now before you save again: that replaces it."
        ),
    )
    data: Any = form.data
    form.data = data.copy()
    form.data["revision"] = str(error.revision)  # type: ignore[index] # a copy of a QueryDict can be changed
    return CONFLICT
