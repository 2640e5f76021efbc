"""Routes: a judge's own score cards, filled on the revision that was seen. What other judges gave is nowhere here.

An entry is shown as its judge reads it on the page: in a blind round under its code, with names taken out.
"""

import uuid
from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from ninja import Header, Router, Schema
from pydantic import ConfigDict, Field

from accounts.api.access import Token, caller
from accounts.api.pages import Page, Text
from accounts.api.problems import ProblemError, ProblemOut, gives
from accounts.api.revisions import IfMatch, etag, revision_seen
from accounts.models import Scope
from awards.models import Assignment, Programme
from awards.selectors.judging import card_of, cards_of, seen_by_judges
from awards.services.errors import AwardError, StaleError
from awards.services.once import CardSaved, card_once
from awards.services.scoring import CardInput, card_save, card_submit
from awards.words import refusal
from standards.templatetags.standard_text import text

router = Router(tags=["judging"])
LONGEST_TEXT = 60_000  # beyond what a card may have, so that the service can say so in words
MOST_SCORES = 500
OperationKey = Annotated[
    uuid.UUID | None, Header(alias="Idempotency-Key", description="a UUID of this save, sent again with it")
]


class CardOut(Schema):
    """A card of the caller's. `entry` is what judges call the entry; `state`: assigned, submitted, abstained."""

    code: str
    stage: str
    entry: str
    category: str
    state: str
    revision: int
    submitted_at: datetime | None


class OwnScoreOut(Schema):
    """The caller's own level for a criterion, null while there is none."""

    criterion: str
    title: str
    level: int | None
    comment: str


class PartSeenOut(Schema):
    """What the entrant gave for one ask, as judges read it; files by the names that judges may know."""

    title: str
    text: str
    unit: str
    files: list[str]
    references: list[str]


class CardDetailOut(CardOut):
    """A card in full. `version` is the version of the entry that is shown: hand the card in for this one."""

    title: str
    version: int
    parts: list[PartSeenOut]
    scores: list[OwnScoreOut]
    note: str
    feedback: str


class ScoreIn(Schema):
    """A level for a criterion, null for none yet, and a comment."""

    model_config = ConfigDict(extra="forbid")

    criterion: Text
    level: Annotated[int, Field(strict=True, ge=0, le=100)] | None = None
    comment: str = Field("", max_length=LONGEST_TEXT)


class CardIn(Schema):
    """What to write on a card. Criteria that are left out keep their levels; the two texts are as sent."""

    model_config = ConfigDict(extra="forbid")

    scores: list[ScoreIn] = Field(max_length=MOST_SCORES)
    note: str = Field("", max_length=LONGEST_TEXT)
    feedback: str = Field("", max_length=LONGEST_TEXT)


class HandInIn(Schema):
    """For which version of the entry the card is handed in: the one that the judge has read."""

    model_config = ConfigDict(extra="forbid")

    version: Annotated[int, Field(strict=True, ge=0, le=10**9)]


class CardSavedOut(Schema):
    """How the card stands after the change."""

    code: str
    revision: int
    state: str


class StaleCardOut(ProblemOut):
    """The card was saved elsewhere meanwhile; nothing was overwritten."""

    current: CardDetailOut


@router.get(
    "/awards/{str:code}/cards",
    auth=Token(Scope.AWARDS),
    response=gives(Page[CardOut], 404),
    url_name="award_cards",
    summary="Your cards",
)
def card_list(request: HttpRequest, code: Text) -> Page[CardOut]:
    """Return the caller's own cards in a programme, in the caller's own random order; one page."""
    user = caller(request)
    programme = Programme.objects.visible_to(user).get(code=code, judges__user=user, judges__removed_at=None)
    return Page(items=[card_out(card, label_of(card)) for card in cards_of(user, programme)])


@router.get(
    "/cards/{str:code}",
    auth=Token(Scope.AWARDS),
    response=gives(CardDetailOut, 404),
    url_name="award_card",
    summary="A card",
)
def card_one(request: HttpRequest, code: Text, response: HttpResponse) -> CardDetailOut:
    """Return one of the caller's cards with the entry as judges read it; the header ETag is the revision to save on."""
    card = card_of(caller(request), code)
    response["ETag"] = etag(card.revision)
    return card_detail(card)


@router.put(
    "/cards/{str:code}",
    auth=Token(Scope.SCORES),
    response={**gives(CardSavedOut, 400, 404, 409, 413, 422, 428), 412: StaleCardOut},
    url_name="award_card",
    summary="Save a card",
)
def card_put(
    request: HttpRequest,
    code: Text,
    sent: CardIn,
    response: HttpResponse,
    if_match: IfMatch = None,
    key: OperationKey = None,
) -> CardSavedOut:
    """Save one of the caller's cards on the revision that was read; it is not handed in by that.

    428 without `If-Match`; 412 with the stored card when it was saved elsewhere meanwhile; 409 when the card is closed.
    Sent again under the same `Idempotency-Key` it is done once and answered the same.
    """
    user, at = caller(request), timezone.now()
    card = card_of(user, code)
    revision = revision_seen(if_match)
    if revision is None:
        raise _stale(card)
    content = _content(sent)
    said = ["save", card.code, revision, sent.model_dump()]
    try:
        saved = card_once(
            lambda: card_save(card_id=card.pk, content=content, revision=revision, by=user, at=at),
            said=said,
            key=key,
            by=user,
            at=at,
        )
    except StaleError as error:
        raise _stale(card_of(user, code)) from error
    except AwardError as error:
        raise _refused(error) from error
    return _saved_out(card, saved, response)


@router.post(
    "/cards/{str:code}/submission",
    auth=Token(Scope.SCORES),
    response=gives(CardSavedOut, 400, 404, 409, 413, 422),
    url_name="award_card_submission",
    summary="Hand a card in",
)
def card_post(
    request: HttpRequest, code: Text, sent: HandInIn, response: HttpResponse, key: OperationKey = None
) -> CardSavedOut:
    """Hand one of the caller's cards in, for the version of the entry that was read.

    409 when the entry changed since, or the card is closed; 422 while a criterion has no level.
    """
    user, at = caller(request), timezone.now()
    card = card_of(user, code)
    try:
        saved = card_once(
            lambda: card_submit(card_id=card.pk, seen=sent.version, by=user, at=at),
            said=["submit", card.code, sent.version],
            key=key,
            by=user,
            at=at,
        )
    except AwardError as error:
        raise _refused(error) from error
    return _saved_out(card, saved, response)


def _content(sent: CardIn) -> CardInput:
    """Return what was sent as the service takes it. Raises ProblemError (422) for a criterion that is named twice."""
    scores = {each.criterion: (each.level, _tidy(each.comment)) for each in sent.scores}
    if len(scores) < len(sent.scores):
        raise ProblemError(422, "named_twice", gettext("A criterion is named twice."))
    return CardInput(scores, note=_tidy(sent.note), feedback=_tidy(sent.feedback))


def _tidy(words: str) -> str:
    """Keep one form of line ends, and no blanks around, as the page does."""
    return words.replace("\r\n", "\n").strip()


def _refused(error: AwardError) -> ProblemError:
    status = 409 if error.code in {"card_closed", "entry_changed"} else 422
    return ProblemError(status, error.code, refusal(error))


def _stale(card: Assignment) -> ProblemError:
    words = gettext("This card was saved elsewhere meanwhile. Nothing was overwritten; what is stored is in “current”.")
    more = {"current": card_detail(card).model_dump()}
    return ProblemError(412, "stale", words, more=more, headers={"ETag": etag(card.revision)})


def _saved_out(card: Assignment, saved: CardSaved, response: HttpResponse) -> CardSavedOut:
    response["ETag"] = etag(saved.revision)
    return CardSavedOut(code=card.code, revision=saved.revision, state=saved.state)


def label_of(card: Assignment) -> str:
    """Return how the judge knows the entry: its blind code, or its title where the round is not blind."""
    return card.entry.blind_code if card.stage.spec.blind else card.entry.title


def card_out(card: Assignment, label: str) -> CardOut:
    """Show a card; its stage with the programme and its entry must be loaded."""
    return CardOut(
        code=card.code,
        stage=card.stage.code,
        entry=label,
        category=card.entry.category,
        state=card.state,
        revision=card.revision,
        submitted_at=card.submitted_at,
    )


def card_detail(card: Assignment) -> CardDetailOut:
    """Show a card of ``card_of`` with the entry as its judge reads it; four queries."""
    seen = seen_by_judges([card.entry], card.stage)[card.entry_id]
    given = {score.criterion: score for score in card.scores.all()}
    scores = []
    for criterion in card.stage.programme.scheme.criteria_of(card.stage.code):
        score = given.get(criterion.code)
        scores.append(
            OwnScoreOut(
                criterion=criterion.code,
                title=text(criterion.title),
                level=score.level if score else None,
                comment=score.comment if score else "",
            )
        )
    return CardDetailOut(
        **card_out(card, seen.label).dict(),
        title=seen.title,
        version=card.entry.revision,
        parts=[
            PartSeenOut(
                title=text(part.title),
                text=part.text,
                unit=part.unit,
                files=[each.name for each in part.files],
                references=list(part.references),
            )
            for part in seen.parts
        ],
        scores=scores,
        note=card.note,
        feedback=card.feedback,
    )
