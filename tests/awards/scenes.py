"""A programme on its way: entrants with entries handed in, a panel, cards filled; each step as people take it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from accounts.models import Centre, Organisation, Role, User
from awards.models import Assignment, Entry, Judge, Programme, Stage
from awards.scheme import scheme_of
from awards.selectors.panels import preview
from awards.services.entries import answer_save, entry_begin
from awards.services.panels import JudgeFacts, assignment_confirm, judge_add
from awards.services.programmes import programme_open, programme_start
from awards.services.scoring import CardInput, card_save, card_submit
from awards.services.submitting import entry_submit
from tests.factories import AT, make_centre, make_organisation, make_user

if TYPE_CHECKING:
    from collections.abc import Callable

FACTS = JudgeFacts(None, "", "", (), (), 20, reserve=False)
IN_JUDGING, OVER = AT + timedelta(days=16), AT + timedelta(days=40)
WORDS = "We answer at the first call, in the customer's own words."


def template(**fields: Any) -> dict[str, Any]:
    """Return a small programme: entries for 10 days, blind judging with a gate, a forum; nobody is kept out."""
    document = {
        "code": "small",
        "title": {"en": "Small award"},
        "scale": {"min": 0, "max": 5},
        "judges_per_entry": 3,
        "method": {
            "score": "mean",
            "trim": 0,
            "ladder": ["score", "criterion:value", "head_to_head", "deliberation", "joint"],
        },
        "categories": [
            {"code": "centre", "kind": "centre", "by": "industry", "title": {"en": "Centre"}},
            {"code": "team", "kind": "team", "by": "none", "title": {"en": "Team"}},
        ],
        "eligibility": [],
        "criteria": [
            {"code": "value", "weight": "2", "title": {"en": "Value"}},
            {"code": "proof", "weight": "1", "title": {"en": "Proof"}, "anchors": {"3": {"en": "Well proven"}}},
        ],
        "stages": [
            {
                "code": "papers",
                "kind": "entry",
                "days": [0, 10],
                "title": {"en": "Papers"},
                "asks": [
                    {"code": "story", "kind": "text", "most": 2000, "title": {"en": "Story"}},
                    {"code": "rate", "kind": "figure", "title": {"en": "Rate"}},
                    {"code": "files", "kind": "file", "required": False, "title": {"en": "Files"}},
                    {"code": "audit", "kind": "evidence", "required": False, "title": {"en": "Evidence"}},
                ],
            },
            {"code": "blind", "kind": "judging", "blind": True, "days": [12, 20], "title": {"en": "Blind"}},
        ],
        "awards": [{"code": "gold", "rank": 1, "title": {"en": "Gold"}}],
        **fields,
    }
    scheme_of(document)
    return document


@dataclass
class AwardScene:
    """Who and what there is."""

    programme: Programme
    chair: User
    entries: list[Entry] = field(default_factory=list)
    managers: list[User] = field(default_factory=list)
    judges: list[Judge] = field(default_factory=list)

    @property
    def stage(self) -> Stage:
        """The blind stage."""
        found = self.programme.stages.get(code="blind")
        found.programme = self.programme
        return found

    def assign(self) -> list[Assignment]:
        """Assign as previewed."""
        assignment_confirm(
            stage_id=self.stage.pk, fingerprint=preview(self.stage).fingerprint, by=self.chair, at=IN_JUDGING
        )
        return list(Assignment.objects.filter(stage=self.stage).select_related("judge__user", "entry").order_by("pk"))

    def score(self, level: Callable[[Entry, Judge], tuple[int, int]]) -> None:
        """Let every judge hand in every card."""
        for card in Assignment.objects.filter(stage=self.stage).select_related("judge__user", "entry"):
            value, proof = level(card.entry, card.judge)
            fill(card, value, proof)


def fill(card: Assignment, value: int, proof: int, **texts: str) -> None:
    """Fill a card and hand it in."""
    content = CardInput({"value": (value, ""), "proof": (proof, "")}, **texts)
    saved = card_save(card_id=card.pk, content=content, revision=card.revision, by=card.judge.user, at=IN_JUDGING)
    card_submit(card_id=saved.pk, seen=saved.entry.revision, by=card.judge.user, at=IN_JUDGING)


def make_programme(*, opened: bool = True, **fields: Any) -> AwardScene:
    """Start a programme with its chair, and open it."""
    organiser = make_organisation()
    chair = make_user(Role.AWARD_CHAIR, organiser)
    programme = programme_start(
        organiser=organiser,
        template=template(**fields),
        name="Small award",
        year=2026,
        begins=date(2026, 9, 14),
        time_zone="Asia/Hong_Kong",
        edition=None,
        by=chair,
        at=AT,
    )
    if opened:
        programme = programme_open(programme_id=programme.pk, by=chair, at=AT)
    return AwardScene(programme, chair)


def enter(scene: AwardScene, *, organisation: Organisation | None = None, story: str = WORDS, **fields: Any) -> Entry:
    """Enter and hand in, by a manager of the organisation."""
    organisation = organisation or make_organisation()
    centre: Centre = fields.pop("centre", None) or make_centre(organisation)
    manager = make_user(Role.CENTRE_MANAGER, organisation)
    values = {"category": "centre", "title": f"Entry {len(scene.entries)}", **fields}
    entry = entry_begin(
        programme_id=scene.programme.pk, organisation=organisation, centre=centre, by=manager, at=AT, **values
    )
    for ask, text in (("story", story), ("rate", "91")):
        answer_save(entry_id=entry.pk, ask=ask, text=text, unit="", revision=0, by=manager, at=AT)
    entry_submit(entry_id=entry.pk, by=manager, at=AT)
    entry.refresh_from_db()
    scene.entries.append(entry)
    scene.managers.append(manager)
    return entry


def make_judging(entries: int = 4, judges: int = 3, **fields: Any) -> AwardScene:
    """Return a programme with entries handed in and a panel."""
    scene = make_programme(**fields)
    for _number in range(entries):
        enter(scene)
    for _number in range(judges):
        user = make_user()
        scene.judges.append(
            judge_add(programme_id=scene.programme.pk, email=user.email, facts=FACTS, by=scene.chair, at=AT)
        )
    return scene
