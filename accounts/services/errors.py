"""Why a service of this room refuses. Nothing was written when one of these is raised."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accounts.models import Centre


class AccountsError(Exception):
    """Base of all refusals in this room."""


class NameTakenError(AccountsError):
    """Another organisation, or another centre of the same organisation, has this name."""


class AlreadyMemberError(AccountsError):
    """The person has this role in this organisation already."""


class LastAdministratorError(AccountsError):
    """Without this membership nobody could administer the organisation."""


class InvitationClosedError(AccountsError):
    """No invitation can be accepted with this token: unknown, expired, used or withdrawn; which, stays unsaid."""


class SignInFirstError(AccountsError):
    """The invited address has an account already: only its owner, signed in, can accept."""


class TooManyTokensError(AccountsError):
    """The person has as many tokens as one may have."""


class TokenRefusedError(AccountsError):
    """This token opens nothing: unknown, expired, revoked, or its owner may not sign in; which, stays unsaid."""


class StillActiveError(AccountsError):
    """Only a closed account is forgotten: deactivate the person first."""


class AddressLinkError(AccountsError):
    """This link changes no address: too old, used, of somebody else, or never made here; which, stays unsaid."""


class AddressTakenError(AccountsError):
    """Somebody else has the address since the link was sent."""


class StaleCentreError(AccountsError):
    """Somebody else saved this centre first; ``current`` is what is stored now. Nothing was overwritten."""

    def __init__(self, current: Centre) -> None:
        """Keep the stored centre so that both can be shown."""
        super().__init__(f"Revision {current.revision} is newer.")
        self.current = current
