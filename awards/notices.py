"""Words of the notices that this room sends. None names an entrant: judges read them too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.notices import notice_kind

if TYPE_CHECKING:
    from collections.abc import Mapping


def _judge_added(params: Mapping[str, Any]) -> str:
    return gettext("You are on the panel of %(programme)s. Declare your conflicts of interest.") % params


def _assigned(params: Mapping[str, Any]) -> str:
    return (
        ngettext(
            "%(number)s entry of %(programme)s is yours to judge.",
            "%(number)s entries of %(programme)s are yours to judge.",
            params["number"],
        )
        % params
    )


def _remind(params: Mapping[str, Any]) -> str:
    return gettext("Your judging in %(programme)s: %(done)s of %(number)s handed in. It closes on %(day)s.") % params


notice_kind("awards.judge_added", _judge_added, _("You are asked to judge"))
notice_kind("awards.assigned", _assigned, _("Entries are yours to judge"))
notice_kind("awards.remind", _remind, _("Your judging closes soon"))
