"""What the dashboards count, each in a constant number of queries, and only of what the reader may see."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.db.models.fields.json import KeyTextTransform

from accounts.models import Centre, Organisation
from audits.models import Audit, AuditStatus, Certificate, CertificateStatus
from audits.selectors.narrowing import STAGES, Narrowed
from audits.selectors.programmes import programmes_for
from benchmarks.selectors import release_now
from benchmarks.selectors.standing import verdicts_counted
from reports.dashboard import MOST_ROWS, TOTAL, Counted, EditionUse, SiteScore
from standards.models import Edition
from standards.selectors import edition_document

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from django.db.models import QuerySet

    from accounts.models import User
    from audits.engagements import AuditProgramme


@dataclass(frozen=True)
class Choices:
    """What a dashboard may be narrowed to, as its form offers it; titles of tiers and blocks in all languages."""

    organisations: list[Organisation]
    centres: list[Centre]
    years: list[int]
    programmes: list[AuditProgramme]
    tiers: dict[str, Mapping[str, str]]
    blocks: dict[str, Mapping[str, str]]


def organisations_for(user: User) -> QuerySet[Organisation]:
    """Return the organisations whose audits or centres the person may see."""
    audited = Audit.objects.visible_to(user).order_by().values("auditee")
    centres = Centre.objects.visible_to(user).order_by().values("organisation")
    return Organisation.objects.filter(pk__in=audited) | Organisation.objects.filter(pk__in=centres)


def choices_for(user: User, organisation: int | None) -> Choices:
    """Return what there is to choose from; six queries, and one per edition that this process has not read yet."""
    audits = Audit.objects.visible_to(user).order_by()
    centres = Centre.objects.visible_to(user).select_related("organisation").order_by("name")
    tiers: dict[str, Mapping[str, str]] = {}
    blocks: dict[str, Mapping[str, str]] = {}
    for edition in _editions(audits):
        document = edition_document(edition)
        tiers |= {tier["code"]: tier["title"] for tier in document["tiers"]}
        blocks |= {block["code"]: block["title"] for block in document["blocks"]}
    return Choices(
        organisations=list(organisations_for(user).distinct().order_by("name")),
        centres=list(centres.filter(organisation=organisation) if organisation else centres),
        years=sorted(set(audits.values_list("onsite_from__year", flat=True).distinct()), reverse=True),
        programmes=list(programmes_for(user)),
        tiers=tiers,
        blocks=dict(sorted(blocks.items())),
    )


def _editions(audits: QuerySet[Audit]) -> list[Edition]:
    """Return the editions of audits, the oldest first, so that the newest words win."""
    found = Edition.objects.filter(pk__in=audits.values("edition")).order_by("code", "version")
    return list(found.defer("document"))


def own_editions(user: User, language: str, today: date) -> list[EditionUse]:
    """Count what rests on each edition of the standards that the person's organisations own; three queries.

    Whoever owns a standard may read none of its audits: numbers are told here, and no name.
    """
    editions = list(Edition.objects.owned_by(user).defer("document").order_by("code", "-version"))
    audits = Audit.objects.filter(edition__in=editions).exclude(status=AuditStatus.CANCELLED).order_by()
    counts = audits.values("edition").annotate(
        planned=Count("pk", filter=Q(status__in=("draft", "planned"))),
        finished=Count("pk", filter=Q(result__isnull=False)),
        number=Count("pk"),
        organisations=Count("auditee", distinct=True),
    )
    valid = Certificate.objects.filter(status=CertificateStatus.ACTIVE, valid_from__lte=today, valid_until__gte=today)
    certified = valid.filter(audit__edition__in=editions).order_by().values_list("audit__edition")
    held = dict(certified.annotate(number=Count("pk")))
    found: dict[int, Mapping[str, Any]] = {row["edition"]: row for row in counts}
    none = dict.fromkeys(("planned", "finished", "number", "organisations"), 0)
    return [_use(each, found.get(each.pk, none), held.get(each.pk, 0), language) for each in editions]


def _use(edition: Edition, row: Mapping[str, Any], certificates: int, language: str) -> EditionUse:
    return EditionUse(
        edition=edition.title.get(language) or edition.title.get("en") or edition.code,
        version=edition.version,
        planned=row["planned"],
        under_way=row["number"] - row["planned"] - row["finished"],
        finished=row["finished"],
        organisations=row["organisations"],
        certificates=certificates,
    )


def stages_counted(user: User, wanted: Narrowed) -> list[Counted]:
    """Count the audits of each organisation by how far they have come, those with most first; one query."""
    rows = (
        Audit.objects.visible_to(user)
        .filter(wanted.condition())
        .order_by()
        .values("auditee", "auditee__name", "status")
        .annotate(number=Count("pk"))
    )
    stage_of = {status: stage for stage, (_words, statuses) in STAGES.items() for status in statuses}
    found: dict[int, tuple[str, dict[str, int]]] = {}
    for row in rows:
        counts = found.setdefault(row["auditee"], (row["auditee__name"], dict.fromkeys(STAGES, 0)))[1]
        counts[stage_of[row["status"]]] += row["number"]
    counted = [Counted(str(key), name, "", counts) for key, (name, counts) in found.items()]
    return sorted(counted, key=lambda each: (-sum(each.counts.values()), each.name))[:MOST_ROWS]


def statuses_counted(user: User, wanted: Narrowed) -> dict[str, int]:
    """Count the audits by status, in the order of an engagement's life; one query."""
    rows = Audit.objects.visible_to(user).filter(wanted.condition()).order_by().values_list("status")
    counts = dict(rows.annotate(number=Count("pk")))
    return {status: counts[status] for status in AuditStatus.values if status in counts}


def scores(user: User, wanted: Narrowed) -> list[SiteScore]:
    """Return the frozen results of all years, at the lowest tier of their edition, which asks the same of everybody.

    Two queries, one for results that this process has not read yet, and one per edition that it has not.
    """
    audits = Audit.objects.visible_to(user).filter(replace(wanted, year=None, scored=True).condition())
    rows = list(
        audits.order_by("pk").values_list(
            *("pk", "reference", "centre", "centre__name", "auditee__name", "onsite_from", "result_sha256")
        )
    )
    known = _points(audits, {(row[0], row[-1]) for row in rows})
    return [_score(row, *known[row[0], row[-1]]) for row in rows if (row[0], row[-1]) in known]


_Points = dict[str, tuple[float, float]]
FEW = 100  # new results, for which the others are not read again
MOST_KNOWN = 20_000  # results whose numbers a process remembers, a kilobyte each
_known: dict[tuple[int, str], tuple[_Points, dict[str, float]]] = {}


def _points(audits: QuerySet[Audit], wanted: set[tuple[int, str]]) -> dict[Any, tuple[_Points, dict[str, float]]]:
    """Return points and per cent by (audit, hash of its result). What is frozen under a hash stays as it is.

    So it is read once: a result with its gates is thirty times as long as its numbers, and the database has to take
    the whole of it apart.
    """
    found = {key: known for key in wanted if (known := _known.get(key)) is not None}
    new = wanted - found.keys()
    if not new:
        return found
    lowest = {each.pk: edition_document(each)["tiers"][0]["code"] for each in _editions(audits.order_by())}
    columns = {f"tier_{place}": code for place, code in enumerate(sorted(set(lowest.values())))}
    named = {code: name for name, code in columns.items()}
    paths = {name: _path("result", "tiers", code, "blocks") for name, code in columns.items()}
    some = audits.filter(pk__in=[audit for audit, _sha256 in new]) if len(new) <= FEW else audits
    for row in some.order_by().annotate(**paths).values("pk", "result_sha256", "edition", *columns):
        points = _points_in(row[named[lowest[row["edition"]]]])
        percent = {code: 100 * low / most for code, (low, most) in points.items() if most}
        found[row["pk"], row["result_sha256"]] = (points, percent)
    if len(_known) > MOST_KNOWN:
        _known.clear()
    _known.update({key: found[key] for key in new if key in found and key[1]})
    return found


def _path(*keys: str) -> KeyTextTransform:
    """Return a way into the frozen result, as the text of its JSON."""
    place: Any = "result"
    for key in keys:
        place = KeyTextTransform(key, place)
    return place  # type: ignore[no-any-return] # there is at least one key


def _points_in(blocks: str | None) -> _Points:
    """Return what was reached and the most that could be, by block and of all."""
    points = {
        code: (float(block["low"]), float(block["max"])) for code, block in sorted(json.loads(blocks or "{}").items())
    }
    if points:
        points[TOTAL] = (sum(low for low, _most in points.values()), sum(most for _low, most in points.values()))
    return points


def _score(row: tuple[Any, ...], points: _Points, percent: dict[str, float]) -> SiteScore:
    audit, reference, centre, name, organisation, on, _sha256 = row
    return SiteScore(
        audit=audit,
        reference=reference,
        centre=centre,
        name=name,
        organisation=organisation,
        on=on,
        percent=percent,
        points=points,
    )


def positions(user: User, wanted: Narrowed) -> tuple[list[Counted], int]:
    """Count the verdicts of the centres that were measured against the market; five queries.

    At most ``MOST_ROWS`` centres; the second number is how many more there are.
    """
    centres = Centre.objects.visible_to(user).select_related("organisation").order_by("organisation__name", "name")
    for name, value in (("organisation", wanted.organisation), ("pk", wanted.centre)):
        centres = centres.filter(**{name: value}) if value else centres
    measured = centres.filter(measurement_runs__isnull=False).distinct()
    shown = list(measured[: MOST_ROWS + 1])
    more = measured.count() - MOST_ROWS if len(shown) > MOST_ROWS else 0
    counts = verdicts_counted(shown[:MOST_ROWS], release_now())
    return [
        Counted(str(each.pk), each.name, each.organisation.name, counts[each.pk])
        for each in shown[:MOST_ROWS]
        if each.pk in counts
    ], more
