"""Routes: findings; what is known of the evidence of an audit, never its files; and evidence that comes in."""

from datetime import date, datetime
from typing import Literal

from django.http import HttpRequest
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from ninja import File, Form, Query, Router, Schema, UploadedFile
from pydantic import Field

from accounts.access import may, require
from accounts.api.access import Token, caller
from accounts.api.pages import Asked, FormIn, Key, Page, Text, page_of
from accounts.api.problems import ProblemError, form_problem, gives
from accounts.api.routes import Named, named
from accounts.models import Scope
from audits.evidence_forms import EvidenceForm
from audits.models import Evidence, EvidenceKind, Finding, FindingKind, FindingState
from audits.selectors.evidence import evidence_of
from audits.selectors.findings import Wanted, findings_found
from audits.selectors.sheet import answer_lightly, audit_for
from audits.services.errors import NotEditableError
from audits.services.evidence import evidence_add
from audits.storage import EvidenceRefusedError
from audits.words import evidence_words, status_words

router = Router(tags=["findings and evidence"])


class FindingOut(Schema):
    """A finding; `due` is the day by which it is to be closed."""

    id: int
    audit: int
    audit_reference: str
    centre: Named
    number: int
    criterion: str
    kind: str
    state: str
    statement: str
    objective_evidence: str
    due: date | None
    owner: str | None
    raised_at: datetime
    closed_at: datetime | None


class FindingsAsked(Asked):
    """Filters of the list of findings. Strengths come only when asked for, since nothing follows from one."""

    q: Text = ""
    kind: FindingKind | None = None
    state: FindingState | None = None
    audit: Key | None = None
    centre: Key | None = None
    mine: bool = False


class EvidenceOut(Schema):
    """What is known of a piece of evidence; of one that is sealed to the caller only its title."""

    id: int
    title: str
    confidential: bool
    sealed: bool
    kind: str | None = None
    filename: str | None = None
    media_type: str | None = None
    size: int | None = None
    sha256: str | None = None
    version: int | None = None
    valid_until: date | None = None
    uploaded_by: str | None = None
    uploaded_at: datetime | None = None
    criteria: list[str] = Field(default_factory=list)


class EvidenceIn(FormIn):
    """What is said of a file: `kind` as the list of evidence has it; the file's name where no title is given."""

    kind: EvidenceKind
    title: str = ""
    confidential: bool = False
    valid_until: date | None = None


class EvidenceAsked(Asked):
    """Filters of the evidence of an audit; what was withdrawn comes only when asked for."""

    q: Text = ""
    kind: EvidenceKind | None = None
    state: Literal["unused", "expired", "soon", "confidential", "older", "withdrawn"] | None = None


@router.get(
    "/findings",
    auth=Token(Scope.AUDITS),
    response=gives(Page[FindingOut], 422),
    url_name="findings",
    summary="Findings",
)
def finding_list(request: HttpRequest, asked: Query[FindingsAsked]) -> Page[FindingOut]:
    """Return the findings of all audits that the caller may see."""
    wanted = Wanted(
        text=asked.q.strip(),
        kind=asked.kind.value if asked.kind else "",
        state=asked.state.value if asked.state else "",
        audit=asked.audit,
        centre=asked.centre,
        mine=asked.mine,
    )
    return page_of(findings_found(caller(request), wanted, today=timezone.localdate()), asked, finding_out)


@router.get(
    "/audits/{int:audit_id}/evidence",
    auth=Token(Scope.AUDITS),
    response=gives(Page[EvidenceOut], 404, 422),
    url_name="evidence",
    summary="Evidence of an audit",
)
def evidence_list(request: HttpRequest, audit_id: int, asked: Query[EvidenceAsked]) -> Page[EvidenceOut]:
    """Return what is known of the evidence of an audit."""
    user = caller(request)
    audit = audit_for(user, audit_id)
    opens = may(user, "audits.open_sealed", audit)
    found = evidence_of(
        audit,
        opens=opens,
        today=timezone.localdate(),
        text=asked.q.strip(),
        kind=asked.kind.value if asked.kind else "",
        state=asked.state or "",
    )
    return page_of(found, asked, lambda piece: evidence_out(piece, opens=opens))


@router.post(
    "/audits/{int:audit_id}/answers/{str:criterion}/evidence",
    auth=Token(Scope.EVIDENCE, "audits.change_answer"),
    response=gives(EvidenceOut, 400, 404, 409, 413, 422, 507),
    url_name="answer_evidence",
    summary="Add evidence to an answer",
)
def evidence_post(
    request: HttpRequest, audit_id: int, criterion: Text, file: File[UploadedFile], sent: Form[EvidenceIn]
) -> EvidenceOut:
    """Send a file as `multipart/form-data` that an answer rests on. The same file again is the same piece.

    409 when the audit is closed to changes, 422 for a type that is not taken, 507 when there is no room.
    """
    user = caller(request)
    answer = answer_lightly(user, audit=audit_id, criterion__code=criterion)
    require(user, "audits.change_answer", answer.audit)
    form = EvidenceForm({**sent.dict(), "kind": sent.kind.value}, MultiValueDict({"file": [file]}))
    if not form.is_valid():
        raise form_problem(form)
    about = {name: value for name, value in form.cleaned_data.items() if name != "file"}
    try:
        piece = evidence_add(
            answer=answer,
            source=form.cleaned_data["file"].file,
            filename=file.name or "",
            by=user,
            at=timezone.now(),
            **about,
        )
    except EvidenceRefusedError as error:
        raise ProblemError(507 if error.code == "disk_full" else 422, error.code, evidence_words(error)) from error
    except NotEditableError as error:
        raise ProblemError(409, "not_editable", str(status_words(error.status))) from error
    opens = may(user, "audits.open_sealed", answer.audit)
    return evidence_out(
        evidence_of(answer.audit, opens=opens, today=timezone.localdate()).get(pk=piece.pk), opens=opens
    )


def finding_out(row: Finding) -> FindingOut:
    """Show a finding of ``findings_found``."""
    return FindingOut(
        id=row.pk,
        audit=row.audit_id,
        audit_reference=row.audit.reference,
        centre=named(row.audit.centre),
        number=row.number,
        criterion=row.criterion.code,
        kind=row.kind,
        state=row.state,
        statement=row.statement,
        objective_evidence=row.objective_evidence,
        due=row.due,
        owner=str(row.owner) if row.owner else None,
        raised_at=row.raised_at,
        closed_at=row.closed_at,
    )


def evidence_out(piece: Evidence, *, opens: bool) -> EvidenceOut:
    """Show a piece of ``evidence_of``."""
    if piece.confidential and not opens:
        return EvidenceOut(id=piece.pk, title=piece.title, confidential=True, sealed=True)
    return EvidenceOut(
        id=piece.pk,
        title=piece.title,
        confidential=piece.confidential,
        sealed=False,
        kind=piece.kind,
        filename=piece.filename,
        media_type=piece.media_type,
        size=piece.size,
        sha256=piece.sha256,
        version=piece.version,
        valid_until=piece.valid_until,
        uploaded_by=str(piece.uploaded_by),
        uploaded_at=piece.uploaded_at,
        criteria=[use.answer.criterion.code for use in piece.uses.all()],
    )
