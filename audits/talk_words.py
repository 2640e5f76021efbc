"""Words about comments: why one is refused, and what the notices about them say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.notices import notice_kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise as LazyText

REFUSALS: dict[str, LazyText] = {
    "no_words": _("Write something first."),
    "bad_text": _("The comment is longer than 10,000 characters, or holds characters that cannot be stored."),
    "no_thread": _("The comment that this answers is not there, or was taken back."),
    "not_yours": _("Only who wrote a comment can take it back."),
    "too_late": _("A comment can be taken back for a day, as long as nobody has answered it. Answer it instead."),
}
MENTION, REPLY = "audits.mention", "audits.reply"


def _mention(params: Mapping[str, Any]) -> str:
    return gettext("%(who)s mentions you at %(code)s of %(reference)s, %(centre)s.") % params


def _reply(params: Mapping[str, Any]) -> str:
    return gettext("%(who)s answered your comment at %(code)s of %(reference)s, %(centre)s.") % params


notice_kind(MENTION, _mention, _("Somebody mentions you in a comment"))
notice_kind(REPLY, _reply, _("Somebody answers your comment"))
