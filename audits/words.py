"""Words for the codes that services and guards refuse with; views show them in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Channel
from audits.models import AuditStatus
from audits.storage import ACCEPTED, EvidenceRefusedError
from audits.workflow import LEFT_EDITION
from benchmarks.kpis.registry import KPIS
from benchmarks.message import listed
from standards.scoring.words import plain

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as LazyText

    from audits.computed import Reason

# How a certification decision is reached, where the edition names no routes of its own; also words for these codes
# wherever an edition uses them as choices of a fact.
CHOICE_WORDS: dict[str, LazyText] = {
    "file_review": _("File review and panel signature"),
    "panel": _("Panel"),
    "panel_and_defence": _("Panel with defence"),
}


def choice_words(code: str) -> str:
    """Return what an edition lets people choose from in words: its own codes as they are."""
    return str(CHOICE_WORDS[code]) if code in CHOICE_WORDS else plain(code, gettext)


REFUSALS: dict[str, LazyText] = {
    # guards of the workflow
    "wrong_status": _("The audit has moved on; this step is not possible from its present state."),
    "wrong_route": _("This kind of engagement has no such step."),
    "no_team_leader": _("The team has no leader yet."),
    "conflicts_undeclared": _("Not everybody on the team has declared whether they have a conflict of interest."),
    "conflicts_uncleared": _("A conflict of interest on the team has not been cleared."),
    "not_ready": _("Stage 1 is not recorded yet, or its result is that the centre is not ready."),
    "no_opening_meeting": _("The opening meeting is not on record."),
    "no_closing_meeting": _("The closing meeting is not on record."),
    "actor_conflict": _("You have a conflict of interest in this audit that was not cleared."),
    "majors_unverified": _("The correction of a major nonconformity has not been verified."),
    "minors_unplanned": _("A minor nonconformity has no accepted plan for its correction."),
    "stage_2_to_repeat": _(
        "A major nonconformity was not verified within six months after stage 2. Stage 2 is to be repeated."
    ),
    "answers_returned": _("Answers are returned: give the audit back to the team, or take the marks back."),
    "nothing_to_correct": _("No nonconformity is open; there is nothing to wait for."),
    "stage_2_holds": _("Stage 2 is repeated only when a major nonconformity was not verified within six months."),
    "unanswered": _("Some criteria are still unanswered."),
    "actor_on_team": _("You were on the audit team. Somebody outside the team must do this."),
    "actor_audited": _("You belong to the audited organisation. Somebody outside it must do this."),
    "actor_reviewed": _("You carried out the technical review. Somebody else must decide."),
    "no_reason": _("Give a reason; it becomes part of the record."),
    "certificate_gone": _("The certificate that this audit is about was withdrawn or superseded."),
    "certificate_lapsed": _(
        "The certificate ended too long ago to be renewed by this audit. An initial certification is needed."
    ),
    "tier_not_attained": _("The result does not attain this tier, so it cannot be granted."),
    # plan and programme
    "not_on_team": _("Choose people of the team."),
    "unknown_clause": _("The edition of this audit has no such clause."),
    "times_reversed": _("The session ends before it begins."),
    "not_a_site": _("Choose another site of the same organisation that is not in the scope yet."),
    "outside_the_days": _("This day is not one of the days on site."),
    "programme_exists": _("This organisation has a programme for that year already."),
    # certificates
    "wrong_state": _("The certificate is in another state by now; this step is not possible from there."),
    "no_scope": _("Say what the scope is from now on; it must differ from the present one."),
    # conflicts of interest
    "detail_missing": _("Say what the conflict of interest is."),
    "own_conflict": _("Nobody clears their own conflict of interest. Ask another audit manager."),
    "nothing_to_clear": _("There is nothing to clear: nothing was declared yet, or it was cleared already."),
    "cannot_be_cleared": _("Whoever belongs to the audited organisation cannot be cleared; take them off the team."),
    # stage 1 and meetings
    "in_future": _("This has not happened yet. Record it when it has."),
    "closing_before_opening": _("The closing meeting was held before the opening meeting; check the times."),
    "already_settled": _("This concern was dealt with already."),
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
    "no_certificate": _("Say which certificate this audit is about."),
    "initial_with_certificate": _("An audit that is about a certificate is not an initial certification."),
    "already_certified": _(
        "The centre holds a certificate of this organisation on this standard. Choose surveillance, recertification or "
        "a special audit as the purpose, and the certificate that it is about."
    ),
    "other_centre": _("This certificate is another centre's."),
    "saved_meanwhile": _(
        "Somebody else saved here in the meantime. Nothing was overwritten: below are their words, and in the form "
        "yours. Take over what is to stay, and save again."
    ),
    "already_planned": _("An audit was made from this line of the programme already."),
    # answers
    "bad_level": _("This is not a level of the scale."),
    "na_not_allowed": _("This criterion always applies; not applicable is not possible here."),
    "na_without_reason": _("Say why this does not apply. It is not saved yet."),
    "bad_text": _("The note is longer than 20,000 characters or holds a character that cannot be stored."),
    "bad_revision": _(
        "It is not known which version of the answer this was made on. Nothing was saved: load it again."
    ),
    "answered_meanwhile": _(
        "Somebody else answered here in the meantime. Nothing was overwritten: load the page again."
    ),
    "nothing_to_confirm": _("There is no answer of the last audit that could be confirmed as it is."),
    "ghost_without_evidence": _(
        "Last year's answer counts only with what was seen this time: attach evidence, or write a new note."
    ),
    "nothing_chosen": _("None of the chosen criteria is asked in this audit now. Choose them again in the sheet."),
    "nothing_to_set": _("Nothing would change. Nothing was done."),
    "undone_already": _("This was undone already."),
    "bad_mark": _("There is no such mark."),
    "not_returned": _("This answer is not returned any more."),
    "nothing_computed": _("Measurements give no level here; judge it yourself."),
    "answers_above_computed": _(
        "Some result criteria are answered above the level that their measurements give. Their panels show it."
    ),
    # samples
    "drawn_already": _("The records were drawn already. Withdraw the sample with a reason to draw anew."),
    "not_drawn": _("The records of this sample are drawn, not chosen."),
    "judgemental": _("The records of this sample are chosen, not drawn."),
    "withdrawn": _("The sample was withdrawn."),
    "too_many_records": _("A sample may have 5,000 records here."),
    "records_missing": _("Name at least one record."),
    "record_too_long": _("A record's id may have 200 characters."),
    "record_twice": _("A record stands there twice."),
    "stale_record": _("Somebody else saved this record in the meantime. Load the page again; nothing was overwritten."),
    "bad_result": _("This is not a result."),
    "note_missing": _("Say what was seen: a record that fails, or is not found, needs a note. It is not saved yet."),
    # moving to another edition
    "not_a_target": _("The audit can move only to a published edition of the same standard."),
    "older_edition": _("This edition is older. Going back is possible only to undo the last move."),
    "answered_since": _("Something was answered on the newer edition since the move, so it can no longer be undone."),
    "plan_changed": _(
        "Something changed since you looked: an answer, evidence, a finding or a verdict. Nothing was done. Look at "
        "the preview again; it shows the present state."
    ),
    "unread": _("Say that you have read which answers no longer count."),
    # what waited in a browser
    "bad_operation": _("This change could not be read. What you typed is kept on this device."),
    "kept_beside": _("What you typed is kept in the history of the criterion as “not taken”."),
    "operation_unknown": _("This criterion is no longer part of the audit. What you typed is kept on this device."),
    "operation_reused": _("This change was mixed up with another one. What you typed is kept on this device."),
    "denied": _("You may no longer answer in this audit. What you typed is kept on this device."),
    # findings
    "due_missing": _("A nonconformity needs a date by which it must be corrected."),
    "already_closed": _("This finding is closed already."),
    # evidence
    "empty": _("The file is empty. Nothing was stored."),
    "too_large": _("The file is larger than allowed. Nothing was stored."),
    "unknown_type": _("Files of this type are not taken."),
    "content_differs": _("The content of the file is not what its name says. Nothing was stored."),
    "bad_image": _("The picture cannot be read; it may be damaged or cut off. Nothing was stored."),
    "too_many_pixels": _("The picture has more than 40 million pixels. Make it smaller. Nothing was stored."),
    "swollen": _("Unpacked, the file would be far too large. Nothing was stored."),
    "macros": _("The file holds macros. Save it without them. Nothing was stored."),
    "infected": _("The virus scanner refused the file. It is kept apart; nothing was attached."),
    "scanner_failed": _("The virus scanner could not look at the file. Nothing was stored; try again later."),
    "quota": _(
        "Your organisation has used its room for evidence. Nothing was stored; ask the operator of the installation."
    ),
    "note_too_long": _("The text is longer than 20,000 characters or holds a character that cannot be stored."),
    "same_content": _("This is the content that the piece has already."),
    "known_elsewhere": _("Another piece of evidence of this audit has this very content. Attach that one."),
    "still_used": _("It still serves a criterion. Detach it there first."),
    "disk_full": _("The file could not be written; the disk may be full. Nothing was stored."),
}


@dataclass(frozen=True)
class CertificateWords:
    """What a step in the life of a certificate is called, what it does, and what is said when it was done."""

    label: LazyText
    explains: LazyText
    done: LazyText
    danger: bool = False


CERTIFICATE_STEPS: dict[str, CertificateWords] = {
    "suspend": CertificateWords(
        _("Suspend the certificate"),
        _("From today nobody may rely on it, and its public page says so. Normally for six months at most."),
        _("The certificate is suspended."),
        danger=True,
    ),
    "restore": CertificateWords(
        _("Restore the certificate"),
        _("It is valid again from today, until the day on which it would have ended anyway."),
        _("The certificate is restored."),
    ),
    "reduce": CertificateWords(
        _("Reduce the scope"),
        _("The certificate holds for less from today. Number and end stay."),
        _("The scope is reduced."),
        danger=True,
    ),
    "extend": CertificateWords(
        _("Extend the scope"),
        _("The certificate holds for more from today, on the strength of an audit. Number and end stay."),
        _("The scope is extended."),
    ),
    "withdraw": CertificateWords(
        _("Withdraw the certificate"),
        _("It is no longer valid, and its public page says so for ever. This cannot be undone."),
        _("The certificate is withdrawn."),
        danger=True,
    ),
}
# The history of a certificate, by the codes of its events.
EVENTS: dict[str, LazyText] = {
    "grant": _("Granted"),
    "maintain": _("Maintained after an audit"),
    "supersede": _("Superseded by a newer certificate"),
    "suspend": _("Suspended"),
    "restore": _("Restored"),
    "reduce": _("Scope reduced"),
    "extend": _("Scope extended"),
    "withdraw": _("Withdrawn"),
}
# What the data shows about somebody who is to work on an audit (``audits.selectors.conflicts``).
FOUND: dict[str, LazyText] = {
    "member_of_auditee": _("belongs to the audited organisation"),
    "trained_by_auditee": _("is in the register of internal auditors of the audited organisation"),
    "led_project": _("leads or led an improvement project of this centre"),
    "decided_before": _("decided on an earlier audit of this centre"),
    "familiar": _("was on the audit team here in each of the three years before"),
}

# Why what somebody typed is not the answer, by ``AnswerVariant.reason``.
NOT_TAKEN: dict[str, LazyText] = {
    "conflict": _("somebody else had saved"),
    "locked": _("the audit was closed to changes"),
    "moved": _("the audit had moved to another edition"),
}


def words_for(*codes: str) -> str:
    """Join the words for one or more codes into one message."""
    return " ".join(str(REFUSALS[code]) for code in codes)


COMPUTED: dict[str, LazyText] = {
    "above_computed": _(
        "Measurements give level %(level)s at most; an assessor may stay below it, never above. It is not saved."
    ),
    "below_without_reason": _(
        "Measurements give level %(level)s. Say in the note why you stay below it. It is not saved yet."
    ),
}


def refusal_beside_computed(code: str, level: int) -> str:
    """Say why an answer does not go with the computed level."""
    return str(COMPUTED[code]) % {"level": level}


def status_words(status: str) -> str:
    """Say that the audit cannot be changed any more, and why."""
    if status == LEFT_EDITION:
        return gettext(
            "The audit has been moved to another edition since this page was opened. What was answered before is kept "
            "as it was. Nothing was saved: load the page again."
        )
    return gettext("The audit is in the state “%(status)s”; its content can no longer change.") % {
        "status": AuditStatus(status).label
    }


def evidence_words(error: EvidenceRefusedError) -> str:
    """Say why a file was refused; for an unknown type also which types are taken."""
    message = words_for("note_too_long" if error.code == "bad_text" else error.code)
    if error.code == "too_large":
        largest = filesizeformat(settings.EVIDENCE_MAX_BYTES)
        return message + " " + gettext("The largest that is taken: %(size)s.") % {"size": largest}
    if error.code != "unknown_type":
        return message
    taken = gettext("Taken: %(types)s.") % {"types": ", ".join(ACCEPTED)}
    return f"{message} {taken}"


# Why an answer has to be given again, by ``audits.carrying.Why``.
WHY: dict[str, LazyText] = {
    "merged": _("Several criteria became one: no single answer holds for it."),
    "split": _("One criterion became several: one answer cannot hold for all of them."),
    "scale": _("Its scale of levels is another one."),
    "kind": _("It is judged in another way: from data instead of by the auditor, or the reverse."),
    "meaning": _("The edition says that its meaning has changed."),
    "reworded": _("What it asks is worded differently, and the edition does not say that it means the same."),
    "not_applicable": _("It was answered as not applicable, which is no longer possible."),
}


@dataclass(frozen=True)
class GroupWords:
    """What a group of criteria of a move is called, and what happens to it; ``read`` is what a person confirms."""

    title: LazyText
    explains: LazyText
    read: LazyText | str = ""


GROUPS: dict[str, GroupWords] = {
    "again": GroupWords(
        _("To be answered again"),
        _("What was answered before is kept and shown beside the criterion. It does not count until you answer anew."),
        _("I have read which criteria must be answered again. Their former answers do not count any more."),
    ),
    "gone": GroupWords(
        _("Falls away"),
        _("Answers, evidence and findings are kept and stay readable. Open findings stay open."),
        _("I have read which criteria fall away. What was answered there does not count any more."),
    ),
    "new": GroupWords(_("New"), _("These criteria are asked for the first time.")),
    "unchanged": GroupWords(
        _("Carried over"), _("Answer, evidence, findings and history follow; nothing has to be done.")
    ),
}
GROUPS_BACK: dict[str, GroupWords] = {
    "unchanged": GroupWords(
        _("As it was before the move"), _("Every answer counts again as it did before the move that is undone.")
    ),
    "gone": GroupWords(
        _("Falls away"), _("The empty rows that the move had made. Nothing was answered there, so nothing is lost.")
    ),
}


# Why a result criterion has the level that its measurements give, by the codes of ``audits.computed``.
REASONS: dict[str, LazyText] = {
    "below": _("%(kpi)s is below the market."),
    "insufficient": _("%(kpi)s is not known precisely enough to be compared with the market."),
    "not_shown_below": _("%(kpi)s is not shown below the market."),
    "above": _("%(kpi)s is shown above the market."),
    "no_like_figure": _("%(kpi)s: the market publishes no figure of the same kind."),
    "no_comparison": _("No KPI that decides here can be compared with the market."),
    "at_ceiling": _("%(kpi)s is %(value)s, at its ceiling of %(at)s or more; %(other)s decides in its place."),
    "not_measured": _("%(kpi)s is not measured."),
    "covered": _("The measurements cover every channel in scope."),
    "not_covered": _("Channels in scope that are not measured: %(channels)s (%(kpis)s)."),
    "no_trend": _("%(kpi)s: quarters measured %(quarters)s; a trend needs %(least)s."),
    "trend_adverse": _("%(kpi)s is getting worse over %(quarters)s quarters; the 95%% interval excludes zero."),
    "trend_steady": _("%(kpi)s is not shown to be getting worse over %(quarters)s quarters."),
    "trend_better": _("%(kpi)s is getting better over %(quarters)s quarters; the 95%% interval excludes zero."),
    "sustained": _("Above the market, and better over three whole years."),
    "not_sustained": _("The highest level takes all above the market and three whole years of getting better."),
    "nothing_measured": _("None of its KPIs is measured in the run that the audit uses: %(kpis)s."),
    "no_run": _("No measurements are chosen for this audit yet."),
    "no_release": _("No market release is chosen for this audit yet."),
}


def computed_words(reason: Reason) -> str:
    """Say one reason of a computed level in the reader's language."""

    def name(kpi: str) -> str:
        return gettext(KPIS[kpi].name) if kpi in KPIS else kpi

    said: dict[str, object] = {**reason.params, "kpi": name(reason.kpi)}
    if "kpis" in said:
        said["kpis"] = listed(map(name, reason.params["kpis"]), gettext)
    if "channels" in said:
        labels = dict(Channel.choices)
        said["channels"] = listed((str(labels.get(each, each)) for each in reason.params["channels"]), gettext)
    if reason.code == "at_ceiling":
        said |= {"other": name(reason.params["other"])}
        said |= {key: f"{reason.params[key]:.1f} %" for key in ("value", "at")}
    return str(REASONS[reason.code]) % said
