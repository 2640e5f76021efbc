"""The invented life of the standard: two editions published by two people, and a draft of the next one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings

from reports.demo.people import SCHEME
from standards.drafts import draft_document
from standards.editions.parts import LINEAGE, Address, part_at, part_hash
from standards.services import edition_copy, edition_load, edition_step, part_save, standard_own
from standards.services.adoption import practice_adopt_guidance

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from reports.demo.play import World
    from standards.models import Edition
    from standards.practices import Practice

STANDARD = "four-block"
OWNED = datetime(2024, 12, 2, 9, 0, tzinfo=UTC)
FIRST = (datetime(2024, 12, 9, 9, 30, tzinfo=UTC), datetime(2024, 12, 16, 15, 0, tzinfo=UTC))
NEXT = (datetime(2025, 12, 22, 9, 30, tzinfo=UTC), datetime(2026, 1, 1, 8, 0, tzinfo=UTC))
DRAFTED = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
REWORDED = datetime(2026, 11, 4, 14, 20, tzinfo=UTC)
ADOPTED = datetime(2026, 11, 10, 10, 45, tzinfo=UTC)
LEFT_OPEN = datetime(2026, 11, 18, 16, 5, tzinfo=UTC)

RECORDED = {
    "en": "Any expression of dissatisfaction that calls for an answer shall be recorded as a complaint in every "
    "channel, including those made to agents in passing, to a bot, in survey comments, in public posts, to partners "
    "or to managers, and shall be acknowledged to the customer within 24 hours.",
    "zh-hans": "凡需要答复的不满表达，无论来自哪个渠道，包括顺口向坐席说的、对机器人说的、写在调查评论里的、"
    "公开发帖的，以及向合作伙伴或管理人员提出的，均应登记为投诉，并应在24小时内向客户确认受理。",
    "zh-hant": "凡需要答覆的不滿表達，不論出自哪個管道，包括順口對座席說的、對聊天機器人說的、"
    "寫在調查意見裡的、公開貼文的，以及向合作夥伴或主管反映的，都應登記為客訴，並應在24小時內回覆顧客已受理。",
}
WHY_RECORDED = {
    "en": "Says what was meant already: what customers tell a bot is told to the centre.",
    "zh-hans": "把原有含义写明：客户对机器人说的，也是对中心说的。",
    "zh-hant": "把原來的意思寫明：顧客對聊天機器人說的，就是對客服中心說的。",
}
READ_BACK = {
    "en": "In the sample, note whether the second agent says in one sentence what is known, and lets the customer "
    "correct it.",
    "zh-hans": "在样本中记录：第二名坐席是否用一句话说出已知情况，并请客户更正。",
    "zh-hant": "在樣本中記下：第二位座席是否用一句話說出已知情況，並請顧客更正。",
}
WHY_READ_BACK = {
    "en": "From a practice: the agent who takes over reads back what is known.",
    "zh-hans": "源自最佳实践：接手的坐席先复述已知情况。",
    "zh-hant": "源自實務做法：接手的座席先覆述已知情況。",
}
UNMET = {
    "en": "List of searches without a result, with what was done about them",
    "zh-hans": "无结果搜索清单及处理情况",
}


def publish_first(world: World) -> Edition:
    """Give the standard to the scheme office, and publish edition 2025 in two people's steps."""
    standard_own(code=STANDARD, owner=world.organisations[SCHEME], at=OWNED)
    return _publish(world, "2025", *FIRST)


def publish_next(world: World, before: Edition) -> Edition:
    """Publish edition 2026 in the place of the one before; audits under way on that one go on."""
    return _publish(world, "2026", *NEXT, supersede=[before.pk])


def _publish(
    world: World, version: str, sent: datetime, approved: datetime, supersede: Collection[int] = ()
) -> Edition:
    sender, approver = world.people["nadia"], world.people["wen"]
    content = (settings.BASE_DIR / "fixtures" / "standards" / f"{STANDARD}-{version}.yaml").read_bytes()
    edition = edition_load(data=content, by=sender, at=sent).edition
    seen = edition.sha256
    edition_step(edition=edition, step="send", seen_sha256=seen, by=sender, at=sent)
    return edition_step(
        edition=edition, step="publish", seen_sha256=seen, supersede=supersede, by=approver, at=approved
    )


def begin_draft(world: World, accepted: Practice) -> Edition:
    """Begin edition 2027 from the present one: a criterion reworded, a practice adopted, and a text still missing."""
    nadia, wen = world.people["nadia"], world.people["wen"]
    draft = edition_copy(edition=world.edition, version="2027", by=nadia, at=DRAFTED)

    def reword(part: dict[str, Any]) -> None:
        part["requirement"] = RECORDED
        part[LINEAGE] = {"meaning": "same", "reason": WHY_RECORDED}

    def ask_for_more(part: dict[str, Any]) -> None:
        part["evidence"] = [*part["evidence"], UNMET]

    _edit(draft, "C4.1", reword, world, "nadia", REWORDED)
    practice_adopt_guidance(
        practice=accepted,
        edition=draft,
        criterion="C2.3",
        place="look_at",
        words=READ_BACK,
        reason=WHY_READ_BACK,
        by=wen,
        at=ADOPTED,
    )
    # Nobody has written it in traditional Chinese yet, so the draft cannot go to review.
    _edit(draft, "B4.1", ask_for_more, world, "nadia", LEFT_OPEN)
    return draft


def _edit(
    draft: Edition, code: str, change: Callable[[dict[str, Any]], None], world: World, who: str, at: datetime
) -> None:
    """Change one criterion as the editor's page does: read, change, save what was seen."""
    draft.refresh_from_db()
    address = Address("criterion", code)
    part = part_at(draft_document(draft), address)
    seen = part_hash(part)
    change(part)
    part_save(edition=draft, address=address, part=part, seen=seen, by=world.people[who], at=at)
