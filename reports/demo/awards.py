"""Two years of an invented award: last year's, announced, and this year's, with the panel at work."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

from awards.models import Assignment, Entry
from awards.selectors.entering import referable_audits
from awards.selectors.panels import preview
from awards.selectors.templates import templates
from awards.services.entries import answer_save, entry_begin, names_save, reference_add
from awards.services.files import table_add
from awards.services.panels import JudgeFacts, assignment_confirm, conflict_add, conflicts_none, judge_add
from awards.services.programmes import programme_open, programme_start
from awards.services.results import gate_close, results_announce, results_freeze
from awards.services.scoring import CardInput, card_recuse, card_save, card_submit
from awards.services.submitting import entry_submit
from reports.demo.people import SCHEME

if TYPE_CHECKING:
    from awards.models import Programme, Stage
    from reports.demo.play import World
    from standards.models import Edition

SEED = 2026
JUDGES = ("hana", "mak", "tobias", "yuki", "fatima")
# How strict each judge is, in levels; what the severity model finds again.
STRICT = {"hana": 0.0, "mak": -0.4, "tobias": -1.2, "yuki": 0.5, "fatima": 0.2}
LATE = ("hana", "yuki")  # have a card open while the round is under way
FEEDBACK = (
    "",
    "Say how customers were asked, and how many answered.",
    "The practice is clear enough to be copied. Add what it cost.",
    "前後數字的口徑一致，值得推廣；請補充樣本數。",
)
TEAM = JudgeFacts(None, "", "", (), (), 12, reserve=False)


@dataclass(frozen=True)
class DemoEntry:
    """An invented entry: whose, how good it is on the scale, and what it says."""

    centre: str
    writer: str
    merit: float
    title: str
    summary: str
    practice: str
    before: str
    after: str
    names: str = ""
    # Of a survey: how many households and days, and the share of answers 9 and 10; of mystery contacts the usual score.
    survey: tuple[int, int, float] | None = None
    mystery: int | None = None
    # What it says before the forum: the case, what it cost, what it brings.
    case: tuple[str, str, str] = ("", "", "")


ENTRIES = (
    DemoEntry(
        "kowloon",
        "carmen",
        4.0,
        "Call-back at a time the customer chooses",
        "Evergreen Mutual lets callers at noon choose a quarter of an hour in which they are called back.",
        "EverCall offers slots by the telephone menu from the third waiting caller on. One agent holds a slot, and "
        "reads the account before dialling. Nine in ten calls start within five minutes of the slot. Kowloon trained "
        "two teams in a week; the third learnt from them.",
        "11.8",
        "6.9",
        "EverCall",
        survey=(420, 14, 0.58),
        mystery=84,
        case=(
            "The telephone menu was changed once; the rest is rosters. Not counted: what callers save.",
            "HKD 310,000",
            "HKD 540,000",
        ),
    ),
    DemoEntry(
        "shenzhen",
        "carmen",
        3.4,
        "远程柜台用客户的话写知识",
        "深圳远程银行中心把知识库条目改写成客户自己的说法，由未受训的同事试读。",
        "每周挑选二十条被重复询问的条目，由座席与客户一起改写；试读者能说出下一步才算通过。长青互惠银行的做法已复制到两个团队。",
        "68.4",
        "77.2",
        survey=(260, 10, 0.49),
        case=(
            "投入为改写与试读的工时；未计入客户等待时间的减少。风险是条目过时，故每季复读。",
            "CNY 180,000",
            "CNY 260,000",
        ),
    ),
    DemoEntry(
        "private",
        "ivy",
        2.9,
        "One desk, one name, one promise",
        "Every client knows who will answer, and until when.",
        "A desk of twelve keeps a promise log: what was promised, by whom, until when. It is read aloud each morning.",
        "82",
        "91",
        case=(
            "Twelve people, one log. What it brings is kept clients; how many, nobody can prove.",
            "HKD 90,000",
            "HKD 160,000",
        ),
    ),
    DemoEntry(
        "sheffield",
        "priya",
        3.6,
        "The bill explained before it is sent",
        "Customers whose bill will rise by a fifth hear from us first, with the reason and three ways to pay.",
        "A list is drawn four days before the bills go out. Northmoor agents call, explain and note what was agreed. "
        "Write to priya@touchstone.example for the script.",
        "1,940",
        "1,120",
        survey=(310, 12, 0.37),
        mystery=78,
        case=(
            "Calls made cost less than complaints answered. Left out: customers who would have left.",
            "GBP 46,000",
            "GBP 71,000",
        ),
    ),
    DemoEntry(
        "cardiff",
        "priya",
        2.6,
        "A quiet hour for vulnerable callers",
        "Between nine and ten the queue is kept short for callers who need time.",
        "Callers are known by a flag that they set themselves. The Cardiff team takes no other calls in that hour.",
        "7.2",
        "5.1",
    ),
    DemoEntry(
        "leeds",
        "rhys",
        2.2,
        "Agents write the weekly change list",
        "What agents hear most on Monday is changed by Friday, or they are told why not.",
        "A board with three columns, one owner each, read every day at noon by whoever is on the floor.",
        "0",
        "41",
    ),
)


def make_awards(world: World) -> None:
    """Play both years through the services."""
    last = _begin(world, 2025, date(2025, 5, 5), ENTRIES[:4])
    _shortlist(world, last, at=datetime(2025, 7, 20, 9, tzinfo=UTC), done=True)
    first, forum = _judging(last)
    over = forum.closes_at + timedelta(days=1)
    gate_close(stage_id=first.pk, by=world.people["amara"], at=first.closes_at + timedelta(days=1))
    _argue(world, last)
    _judge(world, forum, at=forum.opens_at + timedelta(days=2), done=True)
    results_freeze(programme_id=last.pk, by=world.people["amara"], at=over)
    results_announce(programme_id=last.pk, embargo_until=over, by=world.people["amara"], at=over)
    present = _begin(world, 2026, date(2026, 9, 14), ENTRIES)
    _shortlist(world, present, at=datetime(2026, 11, 24, 9, tzinfo=UTC), done=False)


def _begin(world: World, year: int, begins: date, entries: tuple[DemoEntry, ...]) -> Programme:
    """Start a year's programme from the template, open it, and hand the entries in."""
    at = datetime(begins.year, begins.month, begins.day, 8, tzinfo=UTC)
    template: dict[str, Any] = dict(templates()["excellence"])
    # Few organisations are in this world: each may enter three times, and innovation is open to all.
    template["eligibility"] = [
        {**template["eligibility"][0], "categories": ["corporate"]},
        {"rule": "most_entries", "most": 3},
    ]
    # Four of five judges read each entry, so that their strictness can be told from merit.
    template["judges_per_entry"] = 4
    # By industry, so that the winners' page shows how each one stands.
    template["categories"] = [
        {**each, "by": "industry"} if each["code"] == "innovation" else each for each in template["categories"]
    ]
    edition: Edition = world.edition
    programme = programme_start(
        organiser=world.organisations[SCHEME],
        template=template,
        name="Four Blocks service excellence award",
        year=year,
        begins=begins,
        time_zone="Asia/Hong_Kong",
        edition=edition,
        by=world.people["amara"],
        at=at,
    )
    programme_open(programme_id=programme.pk, by=world.people["amara"], at=at)
    for number, each in enumerate(entries):
        _enter(world, programme, each, at + timedelta(days=3 + number))
    for key in JUDGES:
        user = world.people[key]
        judge = judge_add(programme_id=programme.pk, email=user.email, facts=TEAM, by=world.people["amara"], at=at)
        if key == "mak":
            reason = "Taught there until last year."
            conflict_add(judge_id=judge.pk, name="長青互惠銀行大學", reason=reason, by=user, at=at)
        else:
            conflicts_none(judge_id=judge.pk, by=user, at=at)
    return programme


def _enter(world: World, programme: Programme, each: DemoEntry, at: datetime) -> Entry:
    by, centre = world.people[each.writer], world.centres[each.centre]
    entry = entry_begin(
        programme_id=programme.pk,
        organisation=centre.organisation,
        centre=centre,
        category="innovation",
        title=each.title,
        by=by,
        at=at,
    )
    answers = {
        "summary": (each.summary, ""),
        "practice": (each.practice, ""),
        "before": (each.before, "before the change, three months"),
        "after": (each.after, "after it, the same three months a year later"),
    }
    for ask, (text, unit) in answers.items():
        answer_save(entry_id=entry.pk, ask=ask, text=text, unit=unit, revision=0, by=by, at=at)
    chance = random.Random(f"{SEED} {programme.year} {each.centre}")  # noqa: S311 - invented answers
    for ask, rows in (("survey", _survey(each, chance)), ("mystery", _mystery(each, chance))):
        if rows:
            source = BytesIO("\n".join(rows).encode())
            table_add(entry=entry, ask=ask, source=source, filename=f"{ask}.csv", encoding="", by=by, at=at)
    # The newest closed audit of the centre: judges then read where its figures stand in the market.
    audit = referable_audits(entry).filter(centre=centre, closed_at__lte=at).order_by("-pk").first()
    if audit:
        reference_add(entry_id=entry.pk, ask="audit", audit_id=audit.pk, by=by, at=at)
    if each.names:
        names_save(entry_id=entry.pk, names=each.names, title=each.title, revision=0, by=by, at=at)
    entry_submit(entry_id=entry.pk, by=by, at=at)
    return entry


def _survey(each: DemoEntry, chance: random.Random) -> list[str]:
    """Return the answers of an invented survey, a row per household, from 0 to 10."""
    if each.survey is None:
        return []
    households, days, share = each.survey
    rows = ["respondent,day,channel,score"]
    for number in range(households):
        score = chance.choice((9, 9, 10)) if chance.random() < share else chance.choice((2, 5, 6, 7, 7, 8, 8, 8))
        rows.append(
            f"H{number + 1:04},{1 + number % days},{chance.choice(('voice', 'voice', 'chat', 'e-mail'))},{score}"
        )
    return rows


def _mystery(each: DemoEntry, chance: random.Random) -> list[str]:
    """Return the results of invented mystery contacts, eight agents, from 0 to 100."""
    if each.mystery is None:
        return []
    rows = ["contact,agent,channel,score"]
    agents = [chance.gauss(each.mystery, 4) for _agent in range(8)]
    for number in range(64):
        score = min(100, max(0, round(chance.gauss(agents[number % 8], 7))))
        rows.append(f"M{number + 1:03},{number % 8 + 1},{chance.choice(('voice', 'chat'))},{score}")
    return rows


def _argue(world: World, programme: Programme) -> None:
    """Hand in the business cases of all who passed the gate."""
    at = programme.stages.get(code="case").opens_at + timedelta(days=2)
    given = {each.title: each for each in ENTRIES}
    for entry in programme.entries.order_by("pk"):
        each = given[entry.title]
        by = world.people[each.writer]
        for ask, text in zip(("business_case", "investment", "return"), each.case, strict=True):
            answer_save(entry_id=entry.pk, ask=ask, text=text, unit="", revision=0, by=by, at=at)
        entry_submit(entry_id=entry.pk, by=by, at=at)


def _judging(programme: Programme) -> tuple[Stage, Stage]:
    first, second = (programme.stages.get(code=code) for code in ("shortlist", "forum"))
    return first, second


def _shortlist(world: World, programme: Programme, *, at: datetime, done: bool) -> None:
    first, _second = _judging(programme)
    _judge(world, first, at=at, done=done)


def _judge(world: World, stage: Stage, *, at: datetime, done: bool) -> None:
    """Assign a stage and let judges hand in; while it is under way some have a card left, and one stepped aside."""
    chair = world.people["amara"]
    assignment_confirm(stage_id=stage.pk, fingerprint=preview(stage).fingerprint, by=chair, at=at)
    keys = {world.people[key].pk: key for key in JUDGES}
    merit = {each.title: each.merit for each in ENTRIES}
    chance = random.Random(f"{SEED} {stage.programme.year} {stage.code}")  # noqa: S311 - invented scores
    cards = Assignment.objects.filter(stage=stage).select_related("judge__user", "entry")
    ordered = sorted(cards, key=lambda card: (keys[card.judge.user_id], card.entry.title))
    mine = Counter(card.judge_id for card in ordered)
    for number, card in enumerate(ordered):
        key = keys[card.judge.user_id]
        if not done and number == 1:
            reason = "I was shown this practice at a round table."
            card_recuse(card_id=card.pk, kind="recognised", reason=reason, by=card.judge.user, at=at)
            continue
        mine[card.judge_id] -= 1
        if not (done or mine[card.judge_id]) and key in LATE:
            continue
        scores = {
            criterion.code: (_level(merit[card.entry.title] + STRICT[key] + chance.gauss(0, 0.5)), "")
            for criterion in stage.programme.scheme.criteria_of(stage.code)
        }
        feedback = chance.choice(FEEDBACK)
        saved = card_save(
            card_id=card.pk, content=CardInput(scores, feedback=feedback), revision=0, by=card.judge.user, at=at
        )
        card_submit(card_id=saved.pk, seen=card.entry.revision, by=card.judge.user, at=at)


def _level(value: float) -> int:
    return min(5, max(0, round(value)))
