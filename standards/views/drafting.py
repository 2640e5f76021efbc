"""Pages for those who write a standard: a draft at one glance, its parts one by one, import, export, a new draft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import permission, require, signed_in
from accounts.views.profiles import person
from standards.differences import ASPECTS, CARRIES
from standards.drafts import LANGUAGES, checked, criterion_before, draft_document, draft_overview, edition_before
from standards.editions import EditionError
from standards.editions.parts import SECTIONS, Address, NoSuchPartError, faults_of, part_at, part_hash, with_part
from standards.editions.tree import parse
from standards.editions.writer import edition_yaml, section_yaml
from standards.fault_words import fault_words
from standards.forms import (
    LANGUAGE_NAMES,
    CopyForm,
    CriterionForm,
    HeadForm,
    HeadingForm,
    ImportForm,
    NewCriterionForm,
    SectionForm,
)
from standards.models import Edition, EditionStatus
from standards.selectors import known_kpis
from standards.services import (
    CodeTakenError,
    EditionLockedError,
    StalePartError,
    criterion_add,
    criterion_remove,
    edition_copy,
    edition_import,
    part_save,
    step_refusals,
)
from standards.views.looking import look
from standards.words import DONE, steps_for, words_for
from standards.words import SECTIONS as SECTION_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

    from standards.forms import PartForm

CONFLICT, UNPROCESSABLE = 409, 422
MOST_GAPS = 200
EDIT = "standards.edit_edition"


def owned(request: HttpRequest, code: str, version: str, permission_name: str = EDIT) -> Edition:
    """Return the edition: 404 outside the organisation whose standard it is, 403 without the role."""
    editions = Edition.objects.owned_by(request.user).select_related("edited_by")
    edition = get_object_or_404(editions, code=code, version=version)
    require(request.user, permission_name, edition)
    return edition


@permission(EDIT)
def overview(request: HttpRequest, code: str, version: str) -> HttpResponse:
    """Show a draft at one glance: what differs, faults, gaps, and what can be done next."""
    edition = owned(request, code, version)
    shown = draft_overview(edition)
    steps = [
        (words, words_for(step_refusals(edition, name, by=person(request.user))))
        for name, words in steps_for(edition.status)
    ]
    context = {
        "edition": edition,
        "shown": shown,
        "tree": _labelled(shown.tree),
        "is_draft": edition.status == EditionStatus.DRAFT,
        "faults": [(fault.where, fault_words(fault.what)) for fault in shown.faults],
        "languages": [(LANGUAGE_NAMES.get(each.code, each.code), each) for each in shown.languages],
        "gaps": [
            (gap.where, LANGUAGE_NAMES.get(gap.language, gap.language), _address(edition, shown.document, gap.part))
            for gap in shown.coverage.gaps[:MOST_GAPS]
        ],
        "sections": [(name, SECTION_WORDS.get(name, name)) for name in SECTIONS if name in shown.document],
        "steps": steps,
        "history": [(DONE.get(each.name, each.name), each) for each in edition.steps.select_related("by")],
    }
    return render(request, "standards/draft.html", context)


def _address(edition: Edition, document: Mapping[str, Any], part: str) -> str:
    """Return where a part is written; ``part`` is what a gap says."""
    here = (edition.code, edition.version)
    if part in SECTIONS:
        return reverse("standards:section_edit", args=(*here, part))
    for kind in ("criterion", "clause", "block"):
        try:
            part_at(document, Address(kind, part))
        except NoSuchPartError:
            continue
        return reverse(f"standards:{kind}_edit", args=(*here, part))
    return reverse("standards:head_edit", args=here)


def _labelled(tree: Any) -> list[Any]:
    """Put the words for what changed beside each criterion."""
    return [
        (
            block,
            [(clause, [(state, *_change_words(state.change)) for state in states]) for clause, states in clauses],
        )
        for block, clauses in tree
    ]


def _change_words(change: Any) -> tuple[list[Any], Any]:
    if change is None:
        return [], ""
    return [ASPECTS[aspect] for aspect in change.aspects], CARRIES[change.carry] if change.aspects else ""


@permission(EDIT, methods=("GET", "POST"))
def part_edit(request: HttpRequest, code: str, version: str, kind: str, part: str = "") -> HttpResponse:
    """Edit one part with fields: a criterion, the head, the title of a block or clause."""
    edition = owned(request, code, version)
    document, address = draft_document(edition), Address(kind, part)
    try:
        stored = part_at(document, address)
    except NoSuchPartError:
        if request.method != "POST":
            raise Http404 from None
        # Removed while somebody was writing: what was typed is shown once more, to be copied.
        stored = {**_skeleton(document, part), "lineage": None}
    form = _form(request, document, address, stored)
    status = 200
    context: dict[str, Any] = {}
    if request.method == "POST":
        status, context = _save_part(request, edition, document, address, form)
        if status == HttpResponse.status_code:
            messages.success(request, _("Saved."))
            return redirect(request.path)
    context |= {
        "edition": edition,
        "form": form,
        "address": address,
        "part": stored,
        "is_draft": edition.status == EditionStatus.DRAFT,
        "looks": [(each, LANGUAGE_NAMES[each]) for each in LANGUAGES],
        "before": edition_before(edition, document),
        **_neighbours(document, part),
    }
    return render(request, "standards/part.html", context, status=status)


def _save_part(
    request: HttpRequest, edition: Edition, document: Mapping[str, Any], address: Address, form: PartForm
) -> tuple[int, dict[str, Any]]:
    """Save what was typed; return a status other than 200, and what the page says, when that was not possible."""
    if not form.is_valid():
        return UNPROCESSABLE, {}
    try:
        part_save(
            edition=edition,
            address=address,
            part=form.part(),
            seen=form.cleaned_data["seen"],
            by=person(request.user),
            at=timezone.now(),
        )
    except EditionError as error:
        form.add_faults(*faults_of(error, address))
        return UNPROCESSABLE, {}
    except EditionLockedError as error:
        return CONFLICT, {"locked": error.edition}
    except StalePartError as error:
        if error.current is None:
            return CONFLICT, {"gone": True}
        current = dict(error.current)
        form.show_theirs(_form(request, document, address, current, bound=False))
        form.data = request.POST.copy()
        form.data["seen"] = part_hash(current)
        return CONFLICT, {"stale": True}
    return HttpResponse.status_code, {}


def _form(
    request: HttpRequest, document: Mapping[str, Any], address: Address, stored: dict[str, Any], *, bound: bool = True
) -> PartForm:
    data = request.POST if bound and request.method == "POST" else None
    options: dict[str, Any] = {"part": stored, "languages": document["languages"]}
    options["initial"] = {"seen": part_hash(stored)}
    if address.kind == "criterion":
        return CriterionForm(data, document=document, kpis=_kpi_names(), **options)
    if address.kind == "head":
        return HeadForm(data, **options)
    return HeadingForm(data, prefixes=(f"{address.code} ",), **options)


def _kpi_names() -> dict[str, str]:
    return {code: _(name) for code, name in known_kpis().items()}


def _skeleton(document: Mapping[str, Any], code: str) -> dict[str, Any]:
    """Return an empty criterion on which a form can be built."""
    levels = range(document["scale"]["min"], document["scale"]["max"] + 1)
    texts: dict[str, Any] = {name: {} for name in ("title", "requirement", "look_at", "intro", "crosswalk")}
    return {
        **texts,
        "code": code,
        "evidence": [],
        "anchors": {str(level): {} for level in levels},
        "kind": "process",
        "facets": [],
        "weight": 1,
        "tier": document["tiers"][0]["code"],
        "mandatory": False,
        "na_allowed": False,
        "when": None,
        "kpis": [],
    }


def _neighbours(document: Mapping[str, Any], code: str) -> dict[str, str]:
    """Return the codes of the criteria before and after this one."""
    codes = [each["code"] for block in document["blocks"] for clause in block["clauses"] for each in clause["criteria"]]
    if code not in codes:
        return {}
    place = codes.index(code)
    return {
        "previous": codes[place - 1] if place else "",
        "next": codes[place + 1] if place + 1 < len(codes) else "",
    }


@permission(EDIT, methods=("POST",))
def part_check(request: HttpRequest, code: str, version: str, kind: str, part: str = "") -> HttpResponse:
    """Say what is wrong with what was typed so far, at each field; saves nothing."""
    edition = owned(request, code, version)
    document, address = draft_document(edition), Address(kind, part)
    try:
        stored = part_at(document, address)
    except NoSuchPartError:
        return render(request, "standards/part.html#faults", {"gone": True})
    form = _form(request, document, address, stored)
    if form.is_valid():
        try:
            checked(with_part(document, address, form.part()))
        except EditionError as error:
            form.add_faults(*faults_of(error, address))
    stale = request.POST.get("seen") != part_hash(stored)
    locked = edition if edition.status != EditionStatus.DRAFT else None
    context = {"form": form, "checked": True, "stale_now": stale, "locked": locked, "edition": edition}
    return render(request, "standards/part.html#faults", context)


@permission(EDIT, methods=("POST",))
def criterion_look(request: HttpRequest, code: str, version: str, part: str) -> HttpResponse:
    """Show what was typed so far as an auditor sees it (``?view=`` a language), or beside the edition before."""
    edition = owned(request, code, version)
    document, address = draft_document(edition), Address("criterion", part)
    try:
        form = _form(request, document, address, part_at(document, address))
    except NoSuchPartError:
        raise Http404 from None
    if not form.is_valid():
        return HttpResponse(look(request, edition, None, part, ""))
    try:
        typed = checked(with_part(document, address, form.part())).document
    except EditionError:
        return HttpResponse(look(request, edition, None, part, ""))
    return HttpResponse(look(request, edition, typed, part, request.GET.get("view", "")))


@permission(EDIT, methods=("GET", "POST"))
def section_edit(request: HttpRequest, code: str, version: str, section: str) -> HttpResponse:
    """Edit a section of the head, such as the tiers with their gates, as YAML."""
    if section not in SECTIONS:
        raise Http404
    edition = owned(request, code, version)
    stored = part_at(draft_document(edition), Address("section", section))
    form = SectionForm(
        request.POST or None,
        initial={"seen": part_hash(stored), "text": section_yaml(section, stored["section"])},
    )
    context: dict[str, Any] = {"edition": edition, "form": form, "section": section}
    context["title"] = SECTION_WORDS.get(section, section)
    context["is_draft"] = edition.status == EditionStatus.DRAFT
    if request.method != "POST":
        return render(request, "standards/section.html", context)
    status = UNPROCESSABLE
    if form.is_valid():
        try:
            part_save(
                edition=edition,
                address=Address("section", section),
                part={"section": parse(form.cleaned_data["text"].replace("\r\n", "\n"))},
                seen=form.cleaned_data["seen"],
                by=person(request.user),
                at=timezone.now(),
            )
        except EditionError as error:
            context["faults"] = _worded(error)
        except EditionLockedError as error:
            status, context["locked"] = CONFLICT, error.edition
        except StalePartError as error:
            current = dict(error.current or {})
            status, context["theirs"] = CONFLICT, section_yaml(section, current["section"])
            form.data = request.POST.copy()
            form.data["seen"] = part_hash(current)
        else:
            messages.success(request, _("Saved."))
            return redirect(request.path)
    return render(request, "standards/section.html", context, status=status)


@permission(EDIT, methods=("POST",))
def section_check(request: HttpRequest, code: str, version: str, section: str) -> HttpResponse:
    """Say what is wrong with a section as typed so far, with its lines; saves nothing."""
    if section not in SECTIONS:
        raise Http404
    edition = owned(request, code, version)
    form = SectionForm(request.POST)
    context: dict[str, Any] = {"form": form, "checked": True, "edition": edition}
    if form.is_valid():
        try:
            typed = parse(form.cleaned_data["text"].replace("\r\n", "\n"))
            checked(with_part(draft_document(edition), Address("section", section), {"section": typed}))
        except EditionError as error:
            context["faults"] = _worded(error)
    return render(request, "standards/section.html#faults", context)


def _worded(error: EditionError) -> list[tuple[int, str, str]]:
    """Return (line, where, what) of each fault, in the reader's language."""
    return [(fault.line, fault.where, fault_words(fault.what)) for fault in error.faults]


@permission(EDIT, methods=("GET", "POST"))
def criterion_new(request: HttpRequest, code: str, version: str, clause: str) -> HttpResponse:
    """Add a criterion to a clause; it is written on its own page."""
    edition = owned(request, code, version)
    document = draft_document(edition)
    try:
        stored = part_at(document, Address("clause", clause))
    except NoSuchPartError:
        raise Http404 from None
    initial = {"code": _next_code(document, edition_before(edition, document), clause)}
    form = NewCriterionForm(
        request.POST or None, document=document, clause=clause, languages=document["languages"], initial=initial
    )
    status = 200
    context: dict[str, Any] = {"edition": edition, "form": form, "clause": stored}
    context["is_draft"] = edition.status == EditionStatus.DRAFT
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            part = form.part()
            try:
                criterion_add(
                    edition=edition, clause=clause, criterion=part, by=person(request.user), at=timezone.now()
                )
            except EditionError as error:
                form.add_faults(error.faults)
            except CodeTakenError as error:
                words = _("Edition %(version)s used this code, and a code keeps its meaning. Take another.")
                form.add_error("code", words % {"version": error})
            except EditionLockedError as error:
                status, context["locked"] = CONFLICT, error.edition
            except StalePartError:
                form.add_error(None, _("The clause is not there any more."))
            else:
                messages.success(request, _("The criterion is added. Write its texts here."))
                return redirect("standards:criterion_edit", code, version, part["code"])
    return render(request, "standards/criterion_new.html", context, status=status)


def _next_code(document: Mapping[str, Any], before: Edition | None, clause: str) -> str:
    """Return the clause's next number that neither this edition nor the one before has."""
    taken = {
        each["code"]
        for source in (document, draft_document(before) if before else None)
        if source
        for block in source["blocks"]
        for part in block["clauses"]
        for each in part["criteria"]
    }
    number = 1
    while f"{clause}.{number}" in taken:
        number += 1
    return f"{clause}.{number}"


@permission(EDIT, methods=("GET", "POST"))
def criterion_drop(request: HttpRequest, code: str, version: str, part: str) -> HttpResponse:
    """Ask whether a criterion is to be removed from the draft, and remove it."""
    edition = owned(request, code, version)
    address = Address("criterion", part)
    try:
        stored = part_at(draft_document(edition), address)
    except NoSuchPartError:
        raise Http404 from None
    status = 200
    context: dict[str, Any] = {"edition": edition, "part": stored, "seen": part_hash(stored)}
    if request.method == "POST":
        status = CONFLICT
        try:
            criterion_remove(
                edition=edition,
                code=part,
                seen=request.POST.get("seen", ""),
                by=person(request.user),
                at=timezone.now(),
            )
        except EditionError as error:
            status, context["faults"] = UNPROCESSABLE, _worded(error)
        except EditionLockedError as error:
            context["locked"] = error.edition
        except StalePartError:
            context["stale"] = True
        else:
            messages.success(request, _("The criterion %(code)s is removed from the draft.") % {"code": part})
            return redirect("standards:draft", code, version)
    return render(request, "standards/criterion_drop.html", context, status=status)


@permission(EDIT, methods=("POST",))
def criterion_restore(request: HttpRequest, code: str, version: str, part: str) -> HttpResponse:
    """Put back a criterion of the edition before, into the clause in which it stood."""
    edition = owned(request, code, version)
    before = edition_before(edition, draft_document(edition))
    found = criterion_before(before, part)
    if before is None or found is None:
        raise Http404
    clause = before.criteria.select_related("clause").get(code=part).clause.code
    try:
        criterion_add(edition=edition, clause=clause, criterion=found, by=person(request.user), at=timezone.now())
    except EditionError as error:
        messages.error(request, "; ".join(f"{where}: {what}" for _line, where, what in _worded(error)))
    except (CodeTakenError, StalePartError):
        messages.error(request, _("Its clause is not there any more; add it as a new criterion elsewhere."))
    except EditionLockedError as error:
        messages.error(request, _locked_words(error))
    else:
        messages.success(request, _("The criterion %(code)s is back in the draft.") % {"code": part})
    return redirect("standards:draft", code, version)


def _locked_words(error: EditionLockedError) -> str:
    words = _("Nothing was changed: the edition is %(status)s by now, and only a draft can change.")
    return words % {"status": error.edition.get_status_display().lower() if error.edition else "-"}


@permission(EDIT, methods=("GET", "POST"))
def edition_upload(request: HttpRequest, code: str, version: str) -> HttpResponse:
    """Replace the draft by a file; its faults are shown with their lines, and then nothing was written."""
    edition = owned(request, code, version)
    form = ImportForm(request.POST or None, request.FILES or None, initial={"seen": edition.sha256})
    context: dict[str, Any] = {"edition": edition, "form": form}
    context["is_draft"] = edition.status == EditionStatus.DRAFT
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                edition_import(
                    edition=edition,
                    data=form.content(),
                    seen=form.cleaned_data["seen"],
                    by=person(request.user),
                    at=timezone.now(),
                )
            except EditionError as error:
                context["faults"] = _worded(error)
            except EditionLockedError as error:
                status, context["locked"] = CONFLICT, error.edition
            except StalePartError:
                status, context["stale"] = CONFLICT, True
                form.data = request.POST.copy()
                form.data["seen"] = Edition.objects.values_list("sha256", flat=True).get(pk=edition.pk)
            else:
                messages.success(request, _("The file is imported."))
                return redirect("standards:draft", code, version)
    return render(request, "standards/import.html", context, status=status)


@permission(EDIT, methods=("GET", "POST"))
def edition_begin(request: HttpRequest, code: str, version: str) -> HttpResponse:
    """Begin the next edition as a draft with the content of a published one."""
    edition = owned(request, code, version)
    if edition.status not in {EditionStatus.PUBLISHED, EditionStatus.SUPERSEDED}:
        raise Http404
    suggestion = str(int(version) + 1) if version.isascii() and version.isdigit() and len(version) <= 4 else ""  # noqa: PLR2004 - a year
    form = CopyForm(request.POST or None, initial={"version": suggestion})
    if request.method == "POST" and form.is_valid():
        try:
            draft = edition_copy(
                edition=edition, version=form.cleaned_data["version"], by=person(request.user), at=timezone.now()
            )
        except CodeTakenError:
            form.add_error("version", _("There is an edition of this version already."))
        except EditionLockedError as error:
            form.add_error(None, _locked_words(error))
        except EditionError as error:
            for fault in error.faults:
                form.add_error("version" if fault.where.startswith("version") else None, fault_words(fault.what))
        else:
            messages.success(request, _("The draft is there. What differs from this edition is marked in it."))
            return redirect("standards:draft", draft.code, draft.version)
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "standards/begin.html", {"edition": edition, "form": form}, status=status)


@signed_in
def edition_export(request: HttpRequest, code: str, version: str) -> HttpResponse:
    """Hand out the edition as the YAML file that gives the same SHA-256 when it is loaded."""
    edition = get_object_or_404(Edition.objects.visible_to(request.user), code=code, version=version)
    response = HttpResponse(edition_yaml(draft_document(edition)), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{edition.code}-{edition.version}.yaml"'
    return response
