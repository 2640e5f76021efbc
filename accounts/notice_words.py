"""Words of the notices that this room sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from accounts.notices import notice_kind

if TYPE_CHECKING:
    from collections.abc import Mapping

NEW_ACCESS = "accounts.token_made"


def _token_made(params: Mapping[str, Any]) -> str:
    return gettext("A new access token reads or writes in your name: %(name)s. Was it not you? Revoke it.") % params


notice_kind(NEW_ACCESS, _token_made)
