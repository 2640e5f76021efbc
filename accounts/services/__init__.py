"""Everything that writes in this room, one module per subject."""

from accounts.services.addresses import address_ask, address_change, address_find
from accounts.services.centres import CentreFacts, centre_create, centre_update
from accounts.services.invitations import invitation_accept, invitation_create, invitation_find, invitation_withdraw
from accounts.services.notices import notice_send, notices_mail, notices_read, preferences_save
from accounts.services.organisations import (
    audit_body_add,
    audit_body_remove,
    membership_add,
    membership_remove,
    organisation_create,
)
from accounts.services.people import person_deactivate, person_erase, person_reactivate, second_factor_reset
from accounts.services.profiles import profile_update
from accounts.services.sessions import session_end, sessions_end
from accounts.services.support import support_end, support_grant
from accounts.services.tokens import token_create, token_revoke, token_use, tokens_end

__all__ = [
    "CentreFacts",
    "address_ask",
    "address_change",
    "address_find",
    "audit_body_add",
    "audit_body_remove",
    "centre_create",
    "centre_update",
    "invitation_accept",
    "invitation_create",
    "invitation_find",
    "invitation_withdraw",
    "membership_add",
    "membership_remove",
    "notice_send",
    "notices_mail",
    "notices_read",
    "organisation_create",
    "person_deactivate",
    "person_erase",
    "person_reactivate",
    "preferences_save",
    "profile_update",
    "second_factor_reset",
    "session_end",
    "sessions_end",
    "support_end",
    "support_grant",
    "token_create",
    "token_revoke",
    "token_use",
    "tokens_end",
]
