"""Invented practices in every state, beside the three that come from publications."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from accounts.models import Industry
from audits.models import Finding, FindingKind
from reports.demo.editions import STANDARD
from reports.demo.people import BANK, ENERGY
from standards.judging import QUESTIONS
from standards.practices import PracticeConsent, PracticeSource
from standards.services.practice_loading import practices_load
from standards.services.practices import PracticeContent, practice_judge, practice_propose

if TYPE_CHECKING:
    from reports.demo.play import World
    from standards.practices import Practice

LOADED = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
READ_BACK = datetime(2026, 2, 16, 10, 0, tzinfo=UTC)
TOLD_FIRST = datetime(2026, 4, 20, 13, 30, tzinfo=UTC)
SHORT_CALLS = datetime(2026, 6, 8, 9, 15, tzinfo=UTC)
ASKED_BACK = datetime(2026, 11, 12, 11, 0, tzinfo=UTC)


def make_practices(world: World) -> Practice:
    """Load, propose and judge practices; return the accepted one that the next edition can adopt."""
    practices_load(data=(settings.BASE_DIR / "fixtures" / "practices" / "2025.yaml").read_bytes(), at=LOADED)
    accepted = _read_back(world)
    _told_first(world)
    _short_calls(world)
    _from_an_audit(world)
    return accepted


def _read_back(world: World) -> Practice:
    """Return a practice of the bank, accepted with its consent."""
    content = PracticeContent(
        title={
            "en": "The agent who takes over reads back what is known",
            "zh-hans": "接手的坐席先复述已知情况",
            "zh-hant": "接手的座席先覆述已知情況",
        },
        summary={
            "en": "A handover begins with one sentence that says what the customer has told so far. "
            "The customer corrects it.",
            "zh-hans": "转接后的第一句话说出客户此前讲过的内容，由客户更正。",
            "zh-hant": "轉接後的第一句話講出顧客先前說過的內容，由顧客更正。",
        },
        done={
            "en": "The handover note has three mandatory lines, and the second agent's screen shows them before the "
            "line is connected. Supervisors hear five handovers a week for the first sentence alone.",
            "zh-hans": "交接备注有三行必填；电话接通之前，第二名坐席的屏幕先显示这三行。"
            "班组长每周专听5次转接的第一句话。",
            "zh-hant": "交接註記有三行必填；電話接通之前，第二位座席的畫面先顯示這三行。"
            "督導每週專聽5通轉接的第一句話。",
        },
        changed={
            "en": "Customers repeat themselves less often, and transferred contacts became shorter.",
            "zh-hans": "客户重复陈述减少，转接后的通话变短。",
            "zh-hant": "顧客較少需要重說一遍，轉接後的通話變短。",
        },
        figures=[
            {
                "measure": {
                    "en": "Transferred contacts in which the customer repeated the issue",
                    "zh-hans": "客户重复陈述问题的转接联络",
                    "zh-hant": "顧客重述問題的轉接聯繫",
                },
                "before": "31 %",
                "after": "9 %",
                "period": "2025-03 – 2025-12",
            }
        ],
        evidence=["Recordings of 120 handovers in March and 120 in December 2025, counted by quality assurance"],
        industry=Industry.BANKING,
        edition=world.edition,
        places=["C2.3"],
        organisation=world.organisations[BANK],
    )
    practice = practice_propose(
        standard=STANDARD, content=content, consent=PracticeConsent.GIVEN, by=world.people["ivy"], at=READ_BACK
    )
    _judge(
        world,
        practice,
        "nadia",
        (True, "Handover notes are common; hearing the first sentence alone is new to us."),
        (True, "From 31 to 9 per cent on samples of the same size."),
        (True, "Nine months in two teams, recordings were heard."),
    )
    _judge(
        world,
        practice,
        "wen",
        (True, "規定的是第一句話，不是欄位，我們沒有看過別家這樣做。"),
        (True, "兩次抽樣方法一致，差距遠大於抽樣誤差。"),
        (True, "有錄音，也有逐週的聽音紀錄。"),
    )
    return practice


def _told_first(world: World) -> None:
    """Make a practice of the energy company: accepted, with consent, not adopted yet."""
    content = PracticeContent(
        title={"en": "Tell customers of an outage before they call"},
        summary={
            "en": "Meters that go silent together start a message with the cause, the expected time and what to do "
            "meanwhile."
        },
        done={
            "en": "The network control room and the contact centre share one board. A controller releases the message "
            "within ten minutes; a second message follows when power is back, and asks whether it really is."
        },
        changed={"en": "Fewer calls per outage, and complaints about missing information almost ended."},
        figures=[
            {
                "measure": {"en": "Calls per 1,000 households without power"},
                "before": "212",
                "after": "74",
                "period": "winter 2024/25 – winter 2025/26",
            }
        ],
        evidence=["Outage log of two winters with calls by postcode", "Texts of 48 messages with their release times"],
        industry=Industry.ENERGY,
        edition=world.edition,
        places=["C6"],
        organisation=world.organisations[ENERGY],
    )
    practice = practice_propose(
        standard=STANDARD, content=content, consent=PracticeConsent.GIVEN, by=world.people["priya"], at=TOLD_FIRST
    )
    _judge(
        world,
        practice,
        "wen",
        (True, "通報停電不稀奇；復電後再問一次「真的來電了嗎」是新的。"),
        (True, "每千戶來電由212通降到74通。"),
        (True, "兩個冬季的紀錄都看過。"),
    )
    _judge(
        world,
        practice,
        "nadia",
        (True, "The question after the repair is what others leave out."),
        (True, "A third of the calls, and winters of like severity."),
        (True, "Log and messages agree for all 48 outages."),
    )


def _short_calls(world: World) -> None:
    """Make a practice that both judges declined."""
    content = PracticeContent(
        title={"zh-hans": "按通话时长排名奖励坐席"},
        summary={"zh-hans": "每周公布平均通话时长排名，前十名的坐席获得奖金。"},
        done={"zh-hans": "系统自动统计每名坐席的平均通话时长，周一在职场大屏公布，当周发放奖金。"},
        changed={"zh-hans": "三个月内平均通话时长缩短了两成。"},
        figures=[
            {
                "measure": {"zh-hans": "平均通话时长"},
                "before": "312秒",
                "after": "248秒",
                "period": "2026-02 – 2026-04",
            }
        ],
        industry=Industry.BANKING,
        edition=world.edition,
        places=["B3"],
        organisation=world.organisations[BANK],
    )
    practice = practice_propose(standard=STANDARD, content=content, by=world.people["lin"], at=SHORT_CALLS)
    _judge(
        world,
        practice,
        "nadia",
        (False, "Rankings by handling time are as old as the trade."),
        (False, "Shorter is not better: repeat calls within seven days rose from 14 to 19 per cent in the same weeks."),
        (False, "Three months, no comparison group."),
    )
    _judge(
        world,
        practice,
        "wen",
        (False, "以通話時長排名是行業舊作法。"),
        (False, "只看時長，顧客得到什麼完全沒有說明，轉接也變多了。"),
        (True, "數字本身查得到。"),
    )


def _from_an_audit(world: World) -> None:
    """Propose what an auditor saw; one judge has spoken, the other does not read it before judging too."""
    finding = Finding.objects.get(audit__centre=world.centres["shenzhen"], kind=FindingKind.STRENGTH)
    audit = finding.audit
    content = PracticeContent(
        title={"en": "Every voice-of-customer item has an owner, a date and an answer"},
        summary={"en": finding.statement},
        done={
            "en": "Items from surveys, calls, bots and public posts go into one register. An item is closed only when "
            "the customer who raised it has been told what became of it."
        },
        evidence=[f"{audit.reference}: {finding.objective_evidence}"],
        industry=audit.centre.industry,
        edition=audit.edition,
        places=[finding.criterion.code],
        organisation=audit.auditee,
    )
    practice = practice_propose(
        standard=STANDARD,
        content=content,
        source=PracticeSource.AUDIT,
        source_key=f"finding:{finding.pk}",
        source_label=f"{audit.reference}, finding {finding.number}",
        by=world.people["mei"],
        at=ASKED_BACK,
    )
    _judge(
        world,
        practice,
        "nadia",
        (True, "Closing an item only after the customer was told is more than the criterion asks."),
        (True, "388 of 412 items closed with a reply."),
        (True, "The register of a whole year was read by the audit team."),
    )


def _judge(world: World, practice: Practice, who: str, *reasons: tuple[bool, str]) -> None:
    """Answer the three questions, a day later for each judge before."""
    at = practice.proposed_at + timedelta(days=3 + practice.judgements.count())
    answers = dict(zip(QUESTIONS, reasons, strict=True))
    practice_judge(practice=practice, answers=answers, revision=practice.revision, by=world.people[who], at=at)
