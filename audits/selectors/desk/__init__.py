"""What a person has to do next, by what they are: the piles of the home page.

``desk`` asks the same number of queries whatever lies on it; which piles there are follows from the person's roles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audits.selectors.desk.auditing import calibrating, fieldwork, mentions, reviewing
from audits.selectors.desk.centres import answering, expiring
from audits.selectors.desk.managing import due, impartiality, late, planning

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import User
    from audits.selectors.desk.piles import Pile


def desk(user: User, *, today: date) -> list[Pile]:
    """Return the piles of a person in the order in which they press; about sixteen queries at most."""
    found = [
        mentions(user),
        *fieldwork(user),
        calibrating(user),
        reviewing(user),
        answering(user, today=today),
        expiring(user, today=today),
        late(user, today=today),
        planning(user, today=today),
        impartiality(user),
        due(user, today=today),
    ]
    return [pile for pile in found if pile is not None]
