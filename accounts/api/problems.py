"""What a refusal looks like: a status, and JSON with a code for programs and a message for people."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, RequestDataTooBig
from django.forms import BaseForm
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import Field


class FieldProblem(Schema):
    """What is wrong with one value of the request, and where it stands (``query``, ``body``, ``path``, name, …)."""

    at: list[str]
    message: str


class ProblemOut(Schema):
    """Why a request was refused; nothing was changed. ``fields`` where single values are the reason."""

    error: str
    message: str
    fields: list[FieldProblem] = Field(default_factory=list)


class ProblemError(Exception):
    """A refusal of a route, with more to tell in ``more``."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        more: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Keep what the answer says."""
        super().__init__(code)
        self.status, self.code, self.message = status, code, message
        self.more, self.headers = more or {}, headers or {}


def form_problem(form: BaseForm) -> ProblemError:
    """Return the refusal of a request that one of the pages' forms checked: every fault at its name."""
    found = form.errors.get_json_data()
    fields = [
        {"at": ["body"] if name == "__all__" else ["body", name], "message": each["message"]}
        for name, faults in found.items()
        for each in faults
    ]
    return ProblemError(422, "invalid", gettext("Some values of the request cannot be used."), more={"fields": fields})


def gives(model: Any, *refusals: int) -> dict[int, Any]:
    """Return what a route answers: a schema, the refusals of every route, and its own."""
    return {200: model, **dict.fromkeys(sorted({401, 403, 429, *refusals}), ProblemOut)}


def refusal(
    status: int,
    code: str,
    message: str,
    *,
    more: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JsonResponse:
    """Make the answer."""
    return JsonResponse({"error": code, "message": message, **(more or {})}, status=status, headers=headers)


def unauthenticated() -> JsonResponse:
    """Answer who shows no token, or one that opens nothing."""
    message = gettext("Show a token that is in force: Authorization: Bearer ts_…")
    return refusal(401, "unauthenticated", message, headers={"WWW-Authenticate": "Bearer"})


def not_found() -> JsonResponse:
    """Answer for what is not there, or not for the caller to see: both alike."""
    return refusal(404, "not_found", gettext("There is nothing of this kind that you may see."))


def answer_problems(api: NinjaAPI) -> None:
    """Teach an API to refuse as this module says; errors of ours stay errors (500), for the log."""
    api.add_exception_handler(ProblemError, _problem)
    api.add_exception_handler(AuthenticationError, lambda _request, _error: unauthenticated())
    api.add_exception_handler(Http404, lambda _request, _error: not_found())
    api.add_exception_handler(ObjectDoesNotExist, lambda _request, _error: not_found())
    api.add_exception_handler(PermissionDenied, lambda _request, _error: _denied())
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(HttpError, _unreadable)
    api.add_exception_handler(RequestDataTooBig, lambda _request, _error: _too_large())


def _problem(_request: HttpRequest, error: Any) -> JsonResponse:
    return refusal(error.status, error.code, error.message, more=error.more, headers=error.headers)


def _denied() -> JsonResponse:
    return refusal(403, "denied", gettext("You may not do this."))


def _too_large() -> JsonResponse:
    return refusal(413, "too_large", gettext("The request is larger than any that is taken here."))


def _unreadable(_request: HttpRequest, error: Any) -> JsonResponse:
    return refusal(error.status_code, "unreadable", gettext("The body of the request is no JSON."))


def _invalid(_request: HttpRequest, error: Any) -> JsonResponse:
    """Name what does not fit; what was sent is not repeated. An address that cannot be is not there."""
    if any(each["loc"][0] == "path" for each in error.errors):
        return not_found()
    fields = [{"at": [str(part) for part in each["loc"]], "message": each["msg"]} for each in error.errors]
    return refusal(422, "invalid", gettext("Some values of the request cannot be used."), more={"fields": fields})
