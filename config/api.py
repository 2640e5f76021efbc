"""The API at ``/api/v1/``: the routers of the rooms, put together, each route with who may call it.

No page to try it out: that would need scripts from elsewhere, or a copy of them to keep safe. The description is
``openapi.json``, and what is made from it ``client.py``, for every signed-in person and every token.
"""

from __future__ import annotations

from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.urls import URLPattern, path, re_path
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI, Router
from ninja.responses import Response

from accounts.access import SIGNED_IN
from accounts.api.access import Token
from accounts.api.problems import ProblemError, answer_problems, not_found, refusal, unauthenticated
from accounts.api.routes import router as accounts
from accounts.models import User
from audits.api import ROUTERS as AUDITS
from awards.api import ROUTERS as AWARDS
from benchmarks.api import ROUTERS as BENCHMARKS
from config.client import client_source
from reports.api import ROUTERS as REPORTS
from standards.api import router as standards

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from ninja.operation import Operation

    View = Callable[..., HttpResponseBase]

ROUTERS: tuple[Router, ...] = (accounts, standards, *BENCHMARKS, *AUDITS, *AWARDS, *REPORTS)
DESCRIPTION = """What the pages of Touchstone show and do, for programs, with the rights of the token's owner.

Every route needs `Authorization: Bearer ts_…`; make a token at *Your profile*, *Access tokens*. Lists come in pages:
ask for the next one with `after` set to `next`. Refusals are JSON with `error` (a code) and `message` (words).
"""


class RoomsAPI(NinjaAPI):
    """Names operations as the code does, so that a client made from the description reads well."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Return the name of the function; a test holds that each is there once."""
        return operation.view_func.__name__


api = RoomsAPI(
    title="Touchstone", version="1", description=DESCRIPTION, urls_namespace="api", openapi_url=None, docs_url=None
)
answer_problems(api)
for _router in ROUTERS:
    api.add_router("", _router)


def rules_of(router: Router) -> dict[str, dict[str, str]]:
    """Return, by the name of an address, which rule each method asks. Raises ImproperlyConfigured where one asks none.

    So a route that forgot to say who may call it stops the start.
    """
    rules: dict[str, dict[str, str]] = {}
    for view in router.path_operations.values():
        for operation in view.operations:
            name = getattr(operation, "url_name", "")
            if not name or not isinstance(operation.auth_param, Token):
                raise ImproperlyConfigured(f"The route {operation.path} has no name, or says not who may call it.")
            rules.setdefault(name, {}).update(dict.fromkeys(operation.methods, operation.auth_param.rule))
    return rules


def openapi(request: HttpRequest) -> HttpResponseBase:
    """Describe the API, to whoever is signed in or shows a token."""
    return Response(api.get_openapi_schema()) if _known(request) else unauthenticated()


def client(request: HttpRequest) -> HttpResponseBase:
    """Hand out a client for programs in Python, made from the description."""
    if not _known(request):
        return unauthenticated()
    headers = {"Content-Disposition": 'attachment; filename="touchstone_client.py"'}
    return HttpResponse(client_source(api.get_openapi_schema()), content_type="text/x-python", headers=headers)


def nothing(request: HttpRequest) -> HttpResponseBase:
    """Say that there is no such route, to whoever may know what there is."""
    return not_found() if _known(request) else unauthenticated()


def _known(request: HttpRequest) -> bool:
    return isinstance(request.user, User) or Token(None)(request) is not None


def finished(view: View, rules: Mapping[str, str]) -> View:
    """Return a view of the API as Django is to call it: no sign-in page, no cookies' tokens, refusals as JSON.

    ``access`` says which rule each method asks; tests read it, and other methods are refused.
    """

    @wraps(view)
    def call(request: HttpRequest, *args: object, **named: object) -> HttpResponseBase:
        if request.method not in rules:
            words = gettext("This method is not for this address.")
            return refusal(HTTPStatus.METHOD_NOT_ALLOWED, "method", words, headers={"Allow": ", ".join(rules)})
        with timezone.override(timezone.get_current_timezone()):  # the token's owner may bring another one
            try:
                response = view(request, *args, **named)
            except ProblemError as error:
                response = refusal(error.status, error.code, error.message, headers=error.headers)
        response.headers["Cache-Control"] = "no-store, private"
        patch_vary_headers(response, ["Authorization"])
        return response

    call.access = dict(rules)  # type: ignore[attr-defined] # a note on the function, read by tests
    open_view: View = csrf_exempt(login_not_required(call))
    return open_view


def _patterns() -> list[URLPattern]:
    rules = {name: each for router in ROUTERS for name, each in rules_of(router).items()}
    # Ninja gives an address once per method, each time with the view of all of them.
    routes = {each.name: each for each in api.urls[0] if isinstance(each, URLPattern) and each.name in rules}
    ours = [
        URLPattern(each.pattern, finished(each.callback, rules[name]), each.default_args, name)
        for name, each in routes.items()
    ]
    get = {"GET": SIGNED_IN}
    all_of_them = dict.fromkeys(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"), SIGNED_IN)
    return [
        path("", finished(nothing, get), name="api-root"),
        path("openapi.json", finished(openapi, get), name="openapi"),
        path("client.py", finished(client, get), name="client"),
        *ours,
        re_path("", finished(nothing, all_of_them), name="nothing"),  # whatever is left, line breaks too
    ]


urlpatterns = _patterns()
