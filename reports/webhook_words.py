"""Why something could not be sent, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as LazyText

ERRORS: dict[str, LazyText] = {
    "address": _("This is no address that can be used: it begins with https:// and holds no name or password."),
    "host": _("The operator of this installation does not allow this host."),
    "private": _("The host lies in a private network; nothing is sent there."),
    "name": _("There is no host of this name."),
    "tls": _("The host does not prove who it is: its certificate does not hold."),
    "timeout": _("The host did not answer in time."),
    "connection": _("The connection failed."),
    "status": _("The host answered, and did not take it."),
}


def error_words(code: str) -> str:
    """Return a reason in the reader's language."""
    return str(ERRORS[code]) if code in ERRORS else code
