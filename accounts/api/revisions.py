"""Saving on what was seen: the header ETag names the revision of a thing, If-Match the one that was read."""

import re
from typing import Annotated

from django.utils.translation import gettext
from ninja import Header

from accounts.api.problems import ProblemError

ETAG = re.compile(r'"([0-9]{1,9})"\Z')
IfMatch = Annotated[str | None, Header(alias="If-Match", description="the ETag that was read")]


def etag(revision: int) -> str:
    """Return a revision as the header ETag has it."""
    return f'"{revision}"'


def revision_seen(if_match: str | None) -> int | None:
    """Return the revision that the caller saw, None when it is none of ours. Raises ProblemError (428)."""
    if if_match is None or if_match.strip() == "*":
        raise ProblemError(428, "if_match_missing", gettext("Say with If-Match which revision you saw: its ETag."))
    found = ETAG.match(if_match.strip())
    return int(found[1]) if found else None
