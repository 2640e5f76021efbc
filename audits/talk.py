"""What people inside an audit say to each other about a criterion.

Known to Django through ``models.py``, which names these classes.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.models import User

USER = settings.AUTH_USER_MODEL


class AnswerComment(models.Model):
    """One comment on a criterion of an audit, or an answer to one (``under``); threads have one level.

    ``settled_at`` stands on the first of a thread. A comment that its author took back keeps its place without its
    words; the ledger keeps them. ``mentioned`` are those whose names stood in it when it was written.
    """

    answer = models.ForeignKey("audits.Answer", on_delete=models.CASCADE, related_name="comments")
    under = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="replies")
    text = models.TextField(blank=True)
    mentioned = models.ManyToManyField(User, related_name="mentions")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        """Show its beginning."""
        return self.text[:60]
