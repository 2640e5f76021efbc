"""Who may call a route: the owner of a token that has the scope. Each route says so with ``auth=Token(...)``.

A token stands for its owner: ``request.user`` is the person, with the rights of the moment, so that routes fetch
through ``visible_to`` and ask ``require`` as views do. A session of a browser opens no route, and so needs no CSRF
token here.
"""

import logging
from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext
from ninja.security import HttpBearer

from accounts.access import SIGNED_IN, denial_record
from accounts.api.problems import ProblemError
from accounts.factors import second_factor_held, second_factor_needed
from accounts.middleware import zone_of
from accounts.models import AccessToken, Scope, User
from accounts.services import token_use
from accounts.services.errors import TokenRefusedError

MINUTE = 60  # seconds
logger = logging.getLogger(__name__)


class Token(HttpBearer):
    """The scope that a token needs (None: any token), and the rule that the route asks of what it fetched."""

    def __init__(self, scope: Scope | None, rule: str = SIGNED_IN) -> None:
        """Keep what tests and the description of the API read."""
        super().__init__()
        self.scope, self.rule = scope, rule

    def authenticate(self, request: HttpRequest, token: str) -> AccessToken | None:
        """Return the token, and let the request be its owner's. Raises ProblemError (403, 429)."""
        at = timezone.now()
        try:
            found = token_use(secret=token, at=at)
        except TokenRefusedError:
            return None
        request.user = found.user
        if settings.REQUIRE_SECOND_FACTOR and second_factor_needed(found.user) and not second_factor_held(found.user):
            words = gettext("The owner of this token has to set up a second factor first.")
            raise ProblemError(403, "second_factor_missing", words)
        translation.activate(found.user.language)
        timezone.activate(zone_of(found.user))
        _count(found, at)
        if self.scope is not None and self.scope not in found.scopes:
            logger.warning("denied %s to token %s of user %s", self.scope, found.key, found.user_id)
            denial_record(found.user, str(self.scope), kind="token", key=found.key)
            raise ProblemError(403, "scope_missing", gettext("The token lacks the scope %s.") % self.scope)
        return found


def caller(request: HttpRequest) -> User:
    """Return the person whose token it is."""
    if not isinstance(request.user, User):
        raise TypeError("Only routes with a token ask for the caller.")
    return request.user


def token_of(request: HttpRequest) -> AccessToken:
    """Return the token of the request."""
    found: AccessToken = request.auth  # type: ignore[attr-defined] # set by ninja
    return found


def _count(token: AccessToken, at: datetime) -> None:
    """Count the request in this minute, for all processes together. Raises ProblemError (429).

    Exact with Redis; where the cache is a table, requests at the same moment may count as one.
    """
    seconds = int(at.timestamp())
    name = f"api:{token.pk}:{seconds // MINUTE}"
    try:
        used = cache.incr(name)
    except ValueError:  # the first of the minute
        used = 1
        cache.add(name, used, 2 * MINUTE)
    if used > settings.API_PER_MINUTE:
        wait = str(MINUTE - seconds % MINUTE)
        words = gettext("Too many requests in this minute. Go on in %s seconds.") % wait
        raise ProblemError(429, "too_many", words, headers={"Retry-After": wait})
