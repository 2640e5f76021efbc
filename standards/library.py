"""Reading best practices: the public library, the page of one, the work of judges. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import translation
from django.utils.translation import gettext

from accounts.models import Role, User
from standards.editions.lineage import criteria_of
from standards.judging import NEEDED
from standards.models import UNPUBLISHED, Clause, Criterion, Edition
from standards.practices import Practice, PracticeConsent, PracticeJudgement, PracticeStatus
from standards.selectors import edition_document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

LANGUAGES = ("en", "zh-hans", "zh-hant")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader of the library looks for; empty means everything. ``clause`` finds its criteria too."""

    query: str = ""
    clause: str = ""
    industry: str = ""
    year: int | None = None
    sort: str = ""

    def __bool__(self) -> bool:
        """Say whether anything is looked for."""
        return bool(self.query or self.clause or self.industry or self.year)


SORTS: dict[str, tuple[str, ...]] = {"": ("-year", "-number"), "old": ("year", "number")}


def library(wanted: Wanted) -> QuerySet[Practice]:
    """Return the public practices that hold every word looked for, with their places: two queries."""
    found = Practice.objects.public().select_related("standard").prefetch_related("places", "adoptions")
    for word in wanted.query.casefold().split():
        found = found.filter(search_text__contains=word)
    if wanted.clause:
        within = Q(places__code__iexact=wanted.clause) | Q(places__clause__iexact=wanted.clause)
        found = found.filter(within).distinct()
    if wanted.industry:
        found = found.filter(industry=wanted.industry)
    if wanted.year:
        found = found.filter(year=wanted.year)
    return found.order_by(*SORTS.get(wanted.sort, SORTS[""]))


def library_choices() -> tuple[list[str], list[str], list[int]]:
    """Return the (clauses, industries, years) that occur in the library; three queries."""
    public = Practice.objects.public().order_by()
    clauses = public.exclude(places__clause=None).values_list("places__clause", flat=True).distinct()
    industries = public.exclude(industry="").values_list("industry", flat=True).distinct()
    years = public.values_list("year", flat=True).distinct()
    return sorted(clauses), sorted(industries), sorted(years, reverse=True)


@dataclass(frozen=True, slots=True)
class Carrier:
    """A criterion whose lineage names a practice."""

    edition: Edition
    code: str
    title: Mapping[str, str]
    is_new: bool
    reason: Mapping[str, str]


def carriers(practice: Practice, user: User | AnonymousUser) -> list[Carrier]:
    """Return the criteria that come from a practice, in the editions that the reader may see; one query.

    Without an account these are the editions that were published. The editions' own documents say it.
    """
    editions = _readable(user).filter(code=practice.standard.code, document__contains=f'"{practice.code}"')
    found = []
    for edition in editions.order_by("version"):
        document = edition_document(edition)
        for code, criterion in criteria_of(document).items():
            stated = document["lineage"].get(code)
            if isinstance(stated, dict) and practice.code in stated.get("practices", ()):
                is_new = stated.get("from") == []
                found.append(Carrier(edition, code, criterion["title"], is_new, stated.get("reason", {})))
    return found


@dataclass(frozen=True, slots=True)
class Adoption:
    """Where a practice was adopted; ``carrier`` is None where that edition is not there, or does not name it now."""

    version: str
    criterion: str
    manner: str
    carrier: Carrier | None


def adoptions(practice: Practice, user: User | AnonymousUser) -> list[Adoption]:
    """Return where a practice went; two queries. Drafts that the reader may not see are left out."""
    there = {(each.edition.version, each.code): each for each in carriers(practice, user)}
    rows = {(each.version, each.criterion): each for each in practice.adoptions.all()}
    hidden = _hidden(practice, user, {version for version, _ in rows})
    keys = sorted({*there, *(key for key in rows if key[0] not in hidden)})
    manners = {key: row.get_manner_display() for key, row in rows.items()}
    return [Adoption(*key, manners.get(key, ""), there.get(key)) for key in keys]


def _hidden(practice: Practice, user: User | AnonymousUser, versions: set[str]) -> set[str]:
    """Return those of the versions that are here, and not for this reader."""
    editions = Edition.objects.filter(code=practice.standard.code, version__in=versions)
    hidden = editions.exclude(pk__in=_readable(user).values("pk"))
    return set(hidden.values_list("version", flat=True))


def practices_of_criterion(
    edition: Edition, code: str, user: User | AnonymousUser
) -> list[tuple[str, Practice | None]]:
    """Return (code, practice) of the practices that a criterion comes from, None where the reader may not see it.

    One query, none where the lineage names no practice.
    """
    stated = edition_document(edition)["lineage"].get(code)
    codes: Sequence[str] = stated.get("practices", ()) if isinstance(stated, dict) else ()
    if not codes:
        return []
    found = {each.code: each for each in Practice.objects.visible_to(user).filter(code__in=codes)}
    return [(each, found.get(each)) for each in codes]


def places_named(
    practice: Practice, user: User | AnonymousUser
) -> list[tuple[str, Mapping[str, str], Criterion | None]]:
    """Return (code, title, criterion where it is one) of the places of a practice; two queries.

    Titles only from an edition that the reader may see.
    """
    places = [place.code for place in practice.places.all()]
    editions = _readable(user).filter(code=practice.standard.code, version=practice.edition_version).values("pk")
    rows = Criterion.objects.filter(edition__in=editions, code__in=places)
    found = {row.code: row for row in rows.select_related("edition").defer("edition__document")}
    clauses = Clause.objects.filter(block__edition__in=editions, code__in=places)
    titles: dict[str, Mapping[str, str]] = dict(clauses.values_list("code", "title"))
    return [(code, found[code].title if code in found else titles.get(code, {}), found.get(code)) for code in places]


def _readable(user: User | AnonymousUser) -> QuerySet[Edition]:
    """Return the editions that a reader may see: without an account those that were published."""
    if isinstance(user, User):
        return Edition.objects.visible_to(user)
    return Edition.objects.exclude(status__in=UNPUBLISHED)


def judgements_for(practice: Practice, user: User | AnonymousUser) -> tuple[list[PracticeJudgement], int]:
    """Return (the judgements that this person may read, how many there are in this round); one query.

    While judges are waited for, no judge reads what another said before having judged in this round themselves, and
    whom it concerns reads earlier rounds only. The public reads none.
    """
    if not isinstance(user, User):
        return [], 0
    concerned = practice.proposed_by_id == user.pk or (practice.organisation_id or 0) in user.organisations_as()
    if not (concerned or user.has_role(practice.standard.owner_id or 0, Role.SCHEME_OWNER)):
        return [], 0
    every = list(practice.judgements.select_related("by"))
    now = [each for each in every if each.round == practice.round]
    # More evidence may be asked for before two have judged: what one of them said stays unread.
    is_open = practice.status == PracticeStatus.PROPOSED or (
        practice.status == PracticeStatus.MORE_EVIDENCE and len(now) < NEEDED
    )
    if not is_open or (not concerned and any(each.by_id == user.pk for each in now)):
        return every, len(now)
    if concerned:
        return [each for each in every if each.round < practice.round], len(now)
    return [each for each in every if each.by_id == user.pk], len(now)


@dataclass(frozen=True, slots=True)
class Work:
    """What waits for a person. ``own`` are their proposals."""

    to_judge: list[Practice]
    waiting: list[Practice]
    to_adopt: list[Practice]
    consent_asked: list[Practice]
    own: list[Practice]
    is_judge: bool


def work_of(user: User, consenting: Sequence[str]) -> Work:
    """Return what waits for this person; one query for each list, whatever their number."""
    rows = Practice.objects.select_related("standard", "proposed_by", "organisation")
    owned = user.organisations_as(Role.SCHEME_OWNER)
    mine = PracticeJudgement.objects.filter(practice=OuterRef("pk"), round=OuterRef("round"), by=user)
    open_ones = rows.filter(standard__owner__in=owned).annotate(
        judged_by_me=Exists(mine),
        judged_count=Count("judgements", filter=Q(judgements__round=F("round"))),
    )
    proposed = open_ones.filter(status=PracticeStatus.PROPOSED).order_by("proposed_at")
    # The organisation's own people and the proposer see it among the waiting ones, and why they do not judge it.
    conflict = Q(proposed_by=user) | Q(organisation__in=user.organisations_as())
    return Work(
        to_judge=list(proposed.filter(judged_by_me=False).exclude(conflict)),
        waiting=list(
            open_ones.filter(Q(status=PracticeStatus.MORE_EVIDENCE) | Q(status=PracticeStatus.PROPOSED))
            .filter(Q(status=PracticeStatus.MORE_EVIDENCE) | Q(judged_by_me=True) | conflict)
            .order_by("proposed_at")
        ),
        to_adopt=list(open_ones.filter(status=PracticeStatus.ACCEPTED).order_by("proposed_at")),
        consent_asked=list(
            rows.filter(consent=PracticeConsent.ASKED, organisation__in=user.organisations_as(*consenting)).exclude(
                status__in=(PracticeStatus.DECLINED, PracticeStatus.WITHDRAWN)
            )
        ),
        own=list(rows.filter(proposed_by=user)),
        is_judge=bool(owned),
    )


def practice_document(practice: Practice) -> dict[str, Any]:
    """Return what a file of practices says about this one (``practice_files``); places and adoptions prefetched."""
    named = "" if practice.anonymous else (practice.organisation_name or _name(practice))
    return {
        "code": practice.code,
        **{name: getattr(practice, name) for name in ("title", "summary", "done", "changed", "figures", "industry")},
        "edition": practice.edition_version,
        "places": [place.code for place in practice.places.all()],
        "organisation": {"name": named, "anonymous": practice.anonymous},
        "source": practice.citation,
        "consent": practice.consent,
        "judged": practice.judged or _judged_here(practice),
        "adopted": [
            {"edition": each.version, "criterion": each.criterion, "manner": each.manner}
            for each in practice.adoptions.all()
        ],
    }


def exported(standard: str) -> list[dict[str, Any]]:
    """Return the public practices of a standard for a file, oldest first; four queries."""
    rows = Practice.objects.public().filter(standard__code=standard).select_related("organisation", "standard")
    rows = rows.prefetch_related("places", "adoptions", "judgements").order_by("year", "number")
    return [practice_document(each) for each in rows]


def _name(practice: Practice) -> str:
    return practice.organisation.name if practice.organisation else ""


def _judged_here(practice: Practice) -> dict[str, str]:
    """Say in each language when it was judged."""
    days = [each.at.date() for each in practice.judgements.all() if each.round == practice.round]
    found = {}
    for language in LANGUAGES:
        with translation.override(language):
            found[language] = gettext(
                "Judged innovative, effective and proven by two people; the last judgement was given on %(day)s."
            ) % {"day": max(days).isoformat() if days else "–"}
    return found
