"""What this room's notices say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.notices import notice_kind

if TYPE_CHECKING:
    from collections.abc import Mapping


def _batch_finished(params: Mapping[str, Any]) -> str:
    template = gettext("Your batch has ended: %(done)s ready, %(failed)s failed, %(cancelled)s cancelled.")
    return template % {name: params.get(name, 0) for name in ("done", "failed", "cancelled")}


def _webhook_failing(params: Mapping[str, Any]) -> str:
    return gettext("The webhook to %(host)s is switched off: too many attempts failed.") % {"host": params.get("host")}


notice_kind("reports.webhook_failing", _webhook_failing, _("A webhook is switched off"))
notice_kind("reports.batch_finished", _batch_finished, _("A batch of documents has ended"))
