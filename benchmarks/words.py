"""Codes of background work in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from benchmarks.models import JobStatus
from benchmarks.watch import CHECKING, FETCHING, READING, STORING

if TYPE_CHECKING:
    from benchmarks.models import RecordsJob


def step_words(job: RecordsJob) -> str:
    """Say what a job is doing now."""
    if job.status == JobStatus.QUEUED:
        return _("Waiting for a worker")
    if not job.waiting:
        return str(job.get_status_display())
    return {
        READING: _("Reading the files"),
        CHECKING: _("Checking the records"),
        STORING: _("Storing the figures"),
        FETCHING: _("Fetching the rows"),
        "access": _("Measuring: access and waiting"),
        "handling": _("Measuring: handling"),
        "customer": _("Measuring: what customers say"),
        "ticket": _("Measuring: tickets"),
        "digital": _("Measuring: digital channels"),
        "workforce": _("Measuring: people and planning"),
        "quality": _("Measuring: quality and knowledge"),
        "money": _("Measuring: money"),
    }.get(job.step, _("Measuring"))
