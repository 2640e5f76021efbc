"""Words for the codes that services and guards refuse with; views show them in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audits.models import AuditStatus
from audits.storage import ACCEPTED, EvidenceRefusedError

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as LazyText

REFUSALS: dict[str, LazyText] = {
    # guards of the workflow
    "wrong_status": _("The audit has moved on; this step is not possible from its present state."),
    "no_team_leader": _("The team has no leader yet."),
    "unanswered": _("Some criteria are still unanswered."),
    "actor_on_team": _("You were on the audit team. Somebody outside the team must do this."),
    "actor_audited": _("You belong to the audited organisation. Somebody outside it must do this."),
    "actor_reviewed": _("You carried out the technical review. Somebody else must decide."),
    "no_reason": _("Give a reason; it becomes part of the record."),
    "tier_not_attained": _("The result does not attain this tier, so it cannot be granted."),
    "not_a_certification": _("Only a certification audit can lead to a certificate."),
    # planning
    "edition_not_published": _("Only a published edition can be audited against."),
    "dates_reversed": _("The last day on site is before the first."),
    "twice_on_team": _("The same person is on the team twice."),
    "certifies_itself": _(
        "No organisation certifies its own centre. Choose another conducting organisation, or plan an internal audit."
    ),
    "no_mandate": _(
        "The centre's organisation has not mandated this conducting organisation. Its administrator can do that."
    ),
    # answers
    "bad_level": _("This is not a level of the scale."),
    "na_not_allowed": _("This criterion always applies; not applicable is not possible here."),
    "na_without_reason": _("Say why this does not apply. It is not saved yet."),
    "bad_text": _("The note is longer than 20,000 characters or holds a character that cannot be stored."),
    "bad_revision": _(
        "It is not known which version of the answer this was made on. Nothing was saved: load it again."
    ),
    # findings
    "due_missing": _("A nonconformity needs a date by which it must be corrected."),
    "already_closed": _("This finding is closed already."),
    # evidence
    "empty": _("The file is empty. Nothing was stored."),
    "too_large": _("The file is larger than allowed. Nothing was stored."),
    "unknown_type": _("Files of this type are not taken."),
    "content_differs": _("The content of the file is not what its name says. Nothing was stored."),
    "disk_full": _("The file could not be written; the disk may be full. Nothing was stored."),
}


def words_for(*codes: str) -> str:
    """Join the words for one or more codes into one message."""
    return " ".join(str(REFUSALS[code]) for code in codes)


def status_words(status: str) -> str:
    """Say that the audit cannot be changed any more, and why."""
    return gettext("The audit is in the state “%(status)s”; its content can no longer change.") % {
        "status": AuditStatus(status).label
    }


def evidence_words(error: EvidenceRefusedError) -> str:
    """Say why a file was refused; for an unknown type also which types are taken."""
    message = words_for(error.code)
    if error.code != "unknown_type":
        return message
    taken = gettext("Taken: %(types)s.") % {"types": ", ".join(ACCEPTED)}
    return f"{message} {taken}"
