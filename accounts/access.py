"""Who may open a view. Each view carries one of ``public``, ``signed_in``, ``permission``; a test walks all addresses.

The decorators say it in ``view.access`` and answer 405 to methods that the view does not name. Sign-in itself is
demanded by Django's LoginRequiredMiddleware; which rows a person sees is the work of ``visible_to``; whether the
person may do the thing to that row is asked with ``require``. For function views only.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, overload

import rules
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.views.decorators.http import require_http_methods

from accounts.recording import record_once

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser
    from django.http.response import HttpResponseBase

    View = Callable[..., HttpResponseBase]
    Decorator = Callable[[View], View]

PUBLIC = "public"
SIGNED_IN = "signed in"
TOLD_AGAIN = 60  # seconds: the same refusal to the same person is recorded no more often
logger = logging.getLogger(__name__)


def _guard(view: View, access: str, methods: Sequence[str]) -> View:
    """Limit the methods (HEAD goes with GET) and write down who may come in."""
    allowed = [*methods, "HEAD"] if "GET" in methods else list(methods)
    guarded: View = require_http_methods(allowed)(view)
    guarded.access = access  # type: ignore[attr-defined] # a note on the function, read by tests and pages
    return guarded


@overload
def public(view: View) -> View: ...
@overload
def public(*, methods: Sequence[str] = ...) -> Decorator: ...
def public(view: View | None = None, *, methods: Sequence[str] = ("GET",)) -> View | Decorator:
    """Let everybody in, without an account."""

    def decorate(function: View) -> View:
        opened: View = login_not_required(_guard(function, PUBLIC, methods))
        return opened

    return decorate(view) if view is not None else decorate


@overload
def signed_in(view: View) -> View: ...
@overload
def signed_in(*, methods: Sequence[str] = ...) -> Decorator: ...
def signed_in(view: View | None = None, *, methods: Sequence[str] = ("GET",)) -> View | Decorator:
    """Let every signed-in person in; the view shows only rows from ``visible_to(request.user)``."""

    def decorate(function: View) -> View:
        return _guard(function, SIGNED_IN, methods)

    return decorate(view) if view is not None else decorate


def permission(name: str, *, methods: Sequence[str] = ("GET",)) -> Decorator:
    """Announce that the view calls ``require(request.user, name, obj)`` on the object it fetched."""

    def decorate(function: View) -> View:
        return _guard(function, name, methods)

    return decorate


def may(user: AbstractBaseUser | AnonymousUser, permission_name: str, obj: object = None) -> bool:
    """Say whether the rules allow it. Operators get no exception: nobody decides on their own audit.

    Raises LookupError for a permission that no ``rules.py`` defines, so that a misspelt name is found at once.
    """
    if not rules.perm_exists(permission_name):
        raise LookupError(f"No rules.py defines the permission {permission_name!r}.")
    return bool(rules.has_perm(permission_name, user, obj))


def require(user: AbstractBaseUser | AnonymousUser, permission_name: str, obj: object = None) -> None:
    """Raise PermissionDenied (403) when the rules do not allow it; the refusal is logged and in the ledger."""
    if not may(user, permission_name, obj):
        logger.warning("denied %s on %s %s to user %s", permission_name, type(obj).__name__, _key(obj), user.pk)
        denial_record(user, permission_name, kind=type(obj).__name__ if obj is not None else "", key=str(_key(obj)))
        raise PermissionDenied


def denial_record(user: AbstractBaseUser | AnonymousUser, asked: str, *, kind: str = "", key: str = "-") -> None:
    """Write a refusal to the ledger. One that cannot be written stays a refusal, and the log says so."""
    person = user if user.is_authenticated else None
    subject = f"person:{person.pk}" if person else "visitor"
    facts = {"asked": asked, "kind": kind, "key": key}
    try:
        record_once(action="access.denied", subject=subject, by=person, payload=facts, seconds=TOLD_AGAIN)
    except Exception:
        logger.exception("a refusal to user %s is not in the ledger", user.pk)


def _key(obj: object) -> object:
    return getattr(obj, "pk", "-")
