"""The ledger in words: what was done, of which kind, to what. Each phrase follows the name of who did it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Role
from audits.activity_words import KINDS as OF_AUDITS
from audits.activity_words import Known
from audits.activity_words import told as told_of_audit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise as LazyText

# The kinds by which one can filter, each with the beginnings of the ledger's names.
KINDS: dict[str, tuple[LazyText, tuple[str, ...]]] = {
    "people": (gettext_lazy("People, members, mandates"), ("organisation.", "person.", "webhook.")),
    "access": (gettext_lazy("Sign-ins, tokens, refused access"), ("access.", "token.", "session.")),
    "sealed": (gettext_lazy("Reading what is sealed"), ("award.scores_read", "evidence.original_read")),
    "centres": (gettext_lazy("Centres and measurements"), ("centre.", "measurement_run.", "pool.", "mapping.")),
    "audits": (gettext_lazy("Audits"), tuple(start for _title, starts in OF_AUDITS.values() for start in starts)),
    "exports": (gettext_lazy("Reports and exports"), ("export.",)),
    "standards": (gettext_lazy("Standards, practices, market"), ("edition.", "standard.", "practice.", "market.")),
    "settings": (gettext_lazy("Settings of an organisation"), ("follow_up.", "register.")),
    "installation": (gettext_lazy("The installation"), ("installation.",)),
}
PHRASES: dict[str, LazyText] = {
    "access.denied": gettext_lazy("was refused: %(asked)s"),
    "session.began": gettext_lazy("signed in (%(ways)s)"),
    "session.proved": gettext_lazy("proved once more who they are (%(way)s)"),
    "session.refused": gettext_lazy("refused a sign-in: %(way)s"),
    "session.held_off": gettext_lazy("held off sign-ins after too many attempts"),
    "session.ended": gettext_lazy("signed out; sessions that ended: %(sessions)s"),
    "organisation.created": gettext_lazy("opened the organisation"),
    "organisation.member_added": gettext_lazy("made %(user)s a member: %(role)s"),
    "organisation.member_removed": gettext_lazy("took the role %(role)s from %(user)s"),
    "organisation.body_mandated": gettext_lazy("mandated %(body)s as audit body"),
    "organisation.mandate_ended": gettext_lazy("ended the mandate of %(body)s"),
    "organisation.invited": gettext_lazy("invited somebody: %(role)s"),
    "organisation.invitation_accepted": gettext_lazy("accepted an invitation: %(role)s"),
    "organisation.invitation_withdrawn": gettext_lazy("withdrew an invitation: %(role)s"),
    "organisation.retention_declared": gettext_lazy("declared to keep evidence for %(years)s years: %(basis)s"),
    "organisation.hold_placed": gettext_lazy("placed a legal hold on every audit: %(reason)s"),
    "organisation.hold_lifted": gettext_lazy("lifted a legal hold on every audit: %(reason)s"),
    "person.changed": gettext_lazy("changed the profile"),
    "person.operator_made": gettext_lazy("made %(user)s an operator, by a command"),
    "person.password_set": gettext_lazy("set a password for %(user)s, by a command"),
    "organisation.support_granted": gettext_lazy("let the operators look for %(hours)s hours: %(reason)s"),
    "organisation.support_ended": gettext_lazy("ended the operators' leave to look"),
    "organisation.support_used": gettext_lazy("opened %(page)s as an operator who was let look"),
    "person.password_changed": gettext_lazy("changed the own password"),
    "person.address_asked": gettext_lazy("asked to change the own e-mail address"),
    "person.address_changed": gettext_lazy("changed the own e-mail address"),
    "person.factor_added": gettext_lazy("set up a second factor: %(what)s"),
    "person.factor_removed": gettext_lazy("removed a second factor: %(what)s"),
    "person.factor_renewed": gettext_lazy("renewed a second factor: %(what)s"),
    "person.identity_connected": gettext_lazy("connected single sign-on: %(what)s"),
    "person.identity_removed": gettext_lazy("disconnected single sign-on: %(what)s"),
    "person.deactivated": gettext_lazy("closed the account of %(user)s: %(reason)s"),
    "person.reactivated": gettext_lazy("opened the account of %(user)s again"),
    "person.factor_reset": gettext_lazy("reset the second factor of %(user)s"),
    "person.erased": gettext_lazy("forgot who %(user)s was: %(reason)s"),
    "token.made": gettext_lazy("made the access token %(token)s"),
    "token.revoked": gettext_lazy("revoked the access token %(token)s"),
    "token.all_ended": gettext_lazy("ended all access tokens: %(tokens)s"),
    "centre.created": gettext_lazy("added the centre"),
    "centre.changed": gettext_lazy("changed the centre"),
    "measurement_run.create": gettext_lazy("measured the centre"),
    "mapping.keep": gettext_lazy("kept a mapping of records"),
    "pool.join": gettext_lazy("joined the peer pool"),
    "pool.leave": gettext_lazy("left the peer pool"),
    "export.requested": gettext_lazy("asked for a report"),
    "export.retried": gettext_lazy("asked for a report again"),
    "export.cancelled": gettext_lazy("cancelled a report"),
    "export.finished": gettext_lazy("got a report"),
    "export.failed": gettext_lazy("got no report: it failed"),
    "webhook.registered": gettext_lazy("registered a webhook to %(host)s"),
    "webhook.removed": gettext_lazy("removed the webhook to %(host)s"),
    "webhook.paused": gettext_lazy("paused the webhook to %(host)s"),
    "webhook.resumed": gettext_lazy("let the webhook to %(host)s go on"),
    "webhook.switched_off": gettext_lazy("switched off the webhook to %(host)s: too many attempts failed"),
    "installation.backed_up": gettext_lazy("made a backup"),
    "installation.restored": gettext_lazy("restored a backup"),
    "installation.migrated": gettext_lazy("brought the database to another version"),
    "edition.load": gettext_lazy("loaded the edition"),
    "edition.copy": gettext_lazy("began the edition as a copy"),
    "edition.edit": gettext_lazy("edited the draft"),
    "edition.publish": gettext_lazy("published the edition"),
    "edition.send": gettext_lazy("sent the edition to review"),
    "edition.return": gettext_lazy("sent the edition back: %(reason)s"),
    "edition.supersede": gettext_lazy("replaced the edition by a newer one"),
    "edition.withdraw": gettext_lazy("withdrew the edition: %(reason)s"),
    "standard.own": gettext_lazy("said whose standard it is"),
    "practice.load": gettext_lazy("loaded the practice"),
    "practice.propose": gettext_lazy("proposed the practice"),
    "practice.edit": gettext_lazy("edited the practice"),
    "practice.judge": gettext_lazy("judged the practice"),
    "practice.accept": gettext_lazy("accepted the practice"),
    "practice.decline": gettext_lazy("declined the practice: %(reason)s"),
    "practice.ask": gettext_lazy("asked about the practice: %(reason)s"),
    "practice.answer": gettext_lazy("answered a question about the practice"),
    "practice.withdraw": gettext_lazy("withdrew the practice: %(reason)s"),
    "practice.adopt": gettext_lazy("adopted the practice into an edition"),
    "practice.consent_given": gettext_lazy("let the practice be published"),
    "practice.consent_refused": gettext_lazy("did not let the practice be published"),
    "follow_up.policy_saved": gettext_lazy("changed how findings are followed up"),
    "follow_up.clock_saved": gettext_lazy("changed what the centre promises its customers"),
    "register.listed": gettext_lazy("had the certificates listed in the public register"),
    "register.unlisted": gettext_lazy("took the certificates off the public register"),
    "market.load": gettext_lazy("loaded market figures"),
    "market.supersede": gettext_lazy("replaced market figures by newer ones"),
    "market.withdraw": gettext_lazy("withdrew market figures: %(reason)s"),
    "market.publish": gettext_lazy("published market figures"),
    "market.discard": gettext_lazy("discarded market figures"),
}
# By what somebody proves who they are; an identity provider has its own name.
WAYS: dict[str, LazyText] = {
    "password": gettext_lazy("password"),
    "totp": gettext_lazy("authenticator app"),
    "webauthn": gettext_lazy("passkey"),
    "recovery_codes": gettext_lazy("recovery code"),
    "invitation": gettext_lazy("invitation"),
}
# What the ledger's names of things are called.
THINGS: dict[str, LazyText] = {
    "organisation": gettext_lazy("Organisation"),
    "person": gettext_lazy("Person"),
    "centre": gettext_lazy("Centre"),
    "audit": gettext_lazy("Audit"),
    "export": gettext_lazy("Report"),
    "edition": gettext_lazy("Edition"),
    "standard": gettext_lazy("Standard"),
    "practice": gettext_lazy("Practice"),
    "market_release": gettext_lazy("Market release"),
    "installation": gettext_lazy("The installation"),
    "visitor": gettext_lazy("Visitor"),
}


def told(action: str, facts: Mapping[str, Any]) -> str:
    """Say what was done: in words of our own, in those of the audit's page, or else by the ledger's name for it."""
    if action in PHRASES:
        role = facts.get("role")
        named = Known(facts, role=Role(role).label) if role in Role.values else Known(facts)
        named |= {name: _ways(facts[name]) for name in ("ways", "way", "what") if name in facts}
        return str(PHRASES[action]) % named
    if any(action.startswith(start) for _title, starts in OF_AUDITS.values() for start in starts):
        return told_of_audit(action, facts)
    return action


def _ways(given: str | list[str]) -> str:
    return ", ".join(str(WAYS.get(each, each)) for each in ([given] if isinstance(given, str) else given))


def about(kind: str, name: str) -> str:
    """Name what an entry concerns."""
    if kind not in THINGS:
        return f"{kind} {name}".strip()
    return _("%(kind)s: %(name)s") % {"kind": THINGS[kind], "name": name} if name else str(THINGS[kind])
