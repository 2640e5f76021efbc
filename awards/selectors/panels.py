"""What stands between judges and entrants, found from the data before anybody is assigned; and the plan itself."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organisation
from audits.models import Decision, TeamMember
from awards.assignment import Plan, Seat, assign
from awards.models import Assignment, AssignmentState, Entry, EntryStatus, EntryVersion, Judge, JudgeConflict
from awards.redaction import folded, needles
from awards.selectors.entering import reached
from ledger.chain import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from awards.models import Programme, Stage
    from awards.words import Words

    Reasons = Mapping[tuple[int, int], tuple[str, ...]]

FOUND: dict[str, Words] = {
    "member": _("belongs to the entrant's organisation"),
    "employer": _("is employed by the entrant"),
    "declared": _("declared a conflict"),
    "tie": _("belongs to an organisation that has ties with the entrant"),
    "audited": _("audited the entrant, or decided on its certificate"),
    "body": _("belongs to a body that audits the entrant"),
    "recused": _("stepped aside"),
    "category": _("does not judge this category"),
    "language": _("does not read the language of the entry"),
}
CONFLICTS = frozenset({"member", "employer", "declared", "tie", "audited", "body", "recused"})
CHINESE = re.compile(r"[\u3400-\u9fff]")
CHINESE_SHARE = 0.2


def panel_of(programme: Programme) -> list[Judge]:
    """Return the judges who sit on the panel, with people and employers; one query."""
    return list(programme.judges.filter(removed_at=None).select_related("user", "employer"))


def entries_in(stage: Stage) -> list[Entry]:
    """Return the entries that are judged in a stage: handed in, not withdrawn, through the gates. Two queries."""
    programme = stage.programme
    stages = list(programme.stages.all())
    found = programme.entries.filter(status=EntryStatus.SUBMITTED, calibration__isnull=True).select_related(
        "organisation", "centre"
    )
    return [entry for entry in found.order_by("blind_code") if reached(programme, entry, stages, stage.code)]


def barred(programme: Programme, judges: list[Judge], entries: list[Entry]) -> Reasons:
    """Return by (entry, judge) why the judge cannot have the entry; seven queries."""
    own = _organisations_of(judges)
    tied = _tied(programme)
    declared = _declared(judges, {entry.organisation_id: entry.organisation.name for entry in entries})
    audited = _audited([judge.user_id for judge in judges])
    entrants = {entry.organisation_id for entry in entries}
    bodies = defaultdict(set)
    through = Organisation.audit_bodies.through.objects.filter(from_organisation__in=entrants)
    for client, body in through.values_list("from_organisation", "to_organisation"):
        bodies[client].add(body)
    gone = set(Assignment.objects.filter(judge__in=judges, state=AssignmentState.RECUSED).values_list("entry", "judge"))
    languages = _languages(entries)
    found: dict[tuple[int, int], tuple[str, ...]] = {}
    for entry in entries:
        organisation = entry.organisation_id
        for judge in judges:
            tests = {
                "member": organisation in own[judge.pk] - {judge.employer_id},
                "employer": organisation == judge.employer_id,
                "declared": organisation in declared[judge.pk],
                "tie": bool(own[judge.pk] & tied[organisation]),
                "audited": organisation in audited[judge.user_id],
                "body": bool(own[judge.pk] & bodies[organisation]),
                "recused": (entry.pk, judge.pk) in gone,
                "category": bool(judge.categories) and entry.category not in judge.categories,
                "language": bool(judge.languages) and languages.get(entry.pk, "en") not in judge.languages,
            }
            if reasons := tuple(code for code, holds in tests.items() if holds):
                found[entry.pk, judge.pk] = reasons
    return found


def _organisations_of(judges: list[Judge]) -> defaultdict[int, set[int]]:
    """Return per judge the organisations they belong to or work for."""
    by_user = defaultdict(set)
    rows = Membership.objects.filter(user__in=[judge.user_id for judge in judges])
    for user, organisation in rows.values_list("user", "organisation"):
        by_user[user].add(organisation)
    own: defaultdict[int, set[int]] = defaultdict(set)
    for judge in judges:
        own[judge.pk] = by_user[judge.user_id] | ({judge.employer_id} if judge.employer_id else set())
    return own


def _declared(judges: list[Judge], entrants: Mapping[int, str]) -> defaultdict[int, set[int]]:
    """Return per judge the entrants whose names meet a declared one, in any script and case."""
    wanted = {organisation: (folded(name), set(needles([name]))) for organisation, name in entrants.items()}
    found: defaultdict[int, set[int]] = defaultdict(set)
    for judge, declared in JudgeConflict.objects.filter(judge__in=judges).values_list("judge", "name"):
        name = folded(declared.strip())
        for organisation, (whole, parts) in wanted.items():
            if name in whole or any(part in name for part in parts):
                found[judge].add(organisation)
    return found


def _tied(programme: Programme) -> defaultdict[int, set[int]]:
    """Return per organisation those that have ties with it, in both directions."""
    tied: defaultdict[int, set[int]] = defaultdict(set)
    for one, other in programme.ties.values_list("one", "other"):
        tied[one].add(other)
        tied[other].add(one)
    return tied


def _audited(users: list[int]) -> defaultdict[int, set[int]]:
    """Return per person the organisations in whose audits they had a part."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    for user, auditee in TeamMember.objects.filter(user__in=users).values_list("user", "audit__auditee"):
        found[user].add(auditee)
    for user, auditee in Decision.objects.filter(decided_by__in=users).values_list("decided_by", "audit__auditee"):
        found[user].add(auditee)
    return found


def _languages(entries: Iterable[Entry]) -> dict[int, str]:
    """Return the language in which each entry is mostly written: zh or en."""
    numbers = {entry.pk: entry.revision for entry in entries}
    found = {}
    versions = EntryVersion.objects.filter(entry__in=list(numbers)).values_list("entry", "number", "content")
    for entry, number, content in versions:
        if numbers[entry] == number:
            text = "".join(answer["text"] for answer in json.loads(content)["answers"].values())
            found[entry] = "zh" if len(CHINESE.findall(text)) > CHINESE_SHARE * max(len(text), 1) else "en"
    return found


@dataclass(frozen=True)
class Preview:
    """A plan of who judges what in a stage, not made yet. ``new`` are the pairs that would be added."""

    stage: Stage
    plan: Plan
    judges: dict[int, Judge]
    entries: dict[int, Entry]
    reasons: Reasons
    kept: frozenset[tuple[int, int]]
    fingerprint: str

    @property
    def new(self) -> frozenset[tuple[int, int]]:
        """The pairs that would be added."""
        return self.plan.pairs - self.kept

    @property
    def conflicts(self) -> int:
        """How many pairs are closed by a conflict of interest."""
        return sum(bool(CONFLICTS & set(codes)) for codes in self.reasons.values())


def preview(stage: Stage) -> Preview:
    """Plan who judges what; what was assigned already stays. Eleven queries, and up to a few seconds of computing."""
    programme = stage.programme
    judges, entries = panel_of(programme), entries_in(stage)
    reasons = barred(programme, judges, entries)
    present = Assignment.objects.filter(stage=stage, judge__in=judges, entry__in=entries)
    states = present.exclude(state__in=[AssignmentState.RECUSED, AssignmentState.REMOVED])
    kept = frozenset(states.values_list("entry", "judge"))
    plan = assign(
        entries=[entry.pk for entry in entries],
        seats=[Seat(judge.pk, judge.capacity, judge.reserve) for judge in judges],
        barred=reasons,
        wanted=programme.scheme.judges_per_entry,
        fixed=kept,
        seed=stage.pk,
    )
    facts = {
        "pairs": sorted(f"{entry}-{judge}" for entry, judge in plan.pairs),
        "kept": sorted(f"{entry}-{judge}" for entry, judge in kept),
        "barred": sorted(f"{entry}-{judge}" for entry, judge in reasons),
    }
    fingerprint = hashlib.sha256(canonical(facts).encode()).hexdigest()
    return Preview(
        stage,
        plan,
        {judge.pk: judge for judge in judges},
        {entry.pk: entry for entry in entries},
        reasons,
        kept,
        fingerprint,
    )
