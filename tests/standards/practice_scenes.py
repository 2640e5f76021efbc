"""People around a best practice, and practices in any state, made by the services that people use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from accounts.models import Role
from standards.practices import Practice, PracticeConsent
from standards.services import edition_copy, standard_own
from standards.services.practices import (
    PracticeContent,
    practice_consent,
    practice_judge,
    practice_propose,
    practice_step,
)
from tests.factories import make_edition, make_organisation, make_user

if TYPE_CHECKING:
    from accounts.models import Organisation, User
    from standards.models import Edition

AT = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)
YES = dict.fromkeys(("innovative", "effective", "proven"), (True, "Seen it."))


@dataclass
class Scheme:
    """A published edition, its owner with three scheme owners, a centre's organisation with its people."""

    edition: Edition
    owner: Organisation
    judges: list[User]
    origin: Organisation
    manager: User
    member: User
    outsider: User

    def content(self, **fields: Any) -> PracticeContent:
        """Return a complete content from the origin."""
        values: dict[str, Any] = {
            "title": {"en": "Call back before they call"},
            "summary": {"en": "Customers are called when a parcel is late."},
            "done": {"en": "A list each morning, two people, one hour."},
            "changed": {"en": "Fewer calls about late parcels."},
            "figures": [{"measure": {"en": "Calls"}, "before": "41 %", "after": "17 %", "period": "2025"}],
            "evidence": ["Report of 3 March, https://example.org/report"],
            "industry": "logistics",
            "edition": self.edition,
            "places": ["A1.1"],
            "organisation": self.origin,
            **fields,
        }
        return PracticeContent(**values)

    def propose(self, **fields: Any) -> Practice:
        """Propose as a member of the origin, who cannot answer for it."""
        return practice_propose(standard=self.edition.code, content=self.content(**fields), by=self.member, at=AT)

    def judge(self, practice: Practice, *noes: str, who: int = 0) -> Practice:
        """Judge: yes to all but the named questions."""
        answers = {**YES, **dict.fromkeys(noes, (False, "Not shown."))}
        practice.refresh_from_db()
        return practice_judge(
            practice=practice, answers=answers, revision=practice.revision, by=self.judges[who], at=AT
        )

    def accepted(self, *, consent: bool = True, **fields: Any) -> Practice:
        """Return a practice that two people accepted, with the origin's consent unless it is not wanted."""
        practice = self.propose(**fields)
        self.judge(practice, who=0)
        practice = self.judge(practice, who=1)
        if consent:
            practice = practice_consent(practice=practice, given=True, note="By letter.", by=self.manager, at=AT)
        return practice

    def declined(self) -> Practice:
        """Return one that two people did not find proven."""
        practice = self.propose()
        self.judge(practice, "proven", who=0)
        return self.judge(practice, "proven", who=1)

    def asked(self) -> Practice:
        """Return one for which more evidence is asked."""
        return practice_step(practice=self.propose(), step="ask", reason="Figures.", by=self.judges[0], at=AT)

    def draft(self) -> Edition:
        """Begin the next edition."""
        return edition_copy(edition=self.edition, version="next", by=self.judges[0], at=AT)


def make_scheme() -> Scheme:
    """Return a scheme with everybody around it."""
    edition, owner, origin = make_edition(), make_organisation(), make_organisation(name="Parcels Ltd")
    standard_own(code=edition.code, owner=owner, at=AT)
    return Scheme(
        edition=edition,
        owner=owner,
        judges=[make_user(Role.SCHEME_OWNER, owner) for _ in range(4)],
        origin=origin,
        manager=make_user(Role.CENTRE_MANAGER, origin),
        member=make_user(Role.VIEWER, origin),
        outsider=make_user(Role.ADMINISTRATOR),
    )


def form_data(scheme: Scheme, **fields: Any) -> dict[str, Any]:
    """Return what the page of a proposal posts."""
    return {
        "title__en": "Call back before they call",
        "summary__en": "Customers are called when a parcel is late.",
        "done__en": "A list each morning.",
        "edition": scheme.edition.pk,
        "places": "A1.1, B1",
        "organisation": scheme.origin.pk,
        "consent": PracticeConsent.ASKED,
        **fields,
    }
