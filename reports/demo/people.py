"""Who is in the invented world: four organisations, six centres, somebody in every role, five judges. None exists."""

from __future__ import annotations

from dataclasses import dataclass, field

from accounts.models import Channel, Industry, Role
from reports.demo.records import Traffic

BODY, BANK, ENERGY, SCHEME = "body", "bank", "energy", "scheme"


@dataclass(frozen=True)
class DemoOrganisation:
    """An invented organisation."""

    key: str
    name: str
    country: str
    address: str


@dataclass(frozen=True)
class DemoPerson:
    """An invented person; ``roles`` are (organisation key, role)."""

    key: str
    name: str
    roles: tuple[tuple[str, str], ...]
    language: str = "en"
    time_zone: str = "Asia/Hong_Kong"

    @property
    def email(self) -> str:
        """Return the address to sign in with."""
        return f"{self.key}@touchstone.example"


@dataclass(frozen=True)
class DemoCentre:
    """An invented centre, with how its calls arrive."""

    key: str
    organisation: str
    name: str
    city: str
    country: str
    industry: str
    seats: int
    time_zone: str
    traffic: Traffic
    channels: tuple[str, ...] = (Channel.VOICE, Channel.EMAIL)
    languages: tuple[str, ...] = field(default=("en",))


ORGANISATIONS = (
    DemoOrganisation(BODY, "Pearl River Service Certification (demo)", "HK", "18 Quarry Steps, Hong Kong"),
    DemoOrganisation(BANK, "Evergreen Mutual Bank 長青互惠銀行 (demo)", "HK", "2 Banyan Square, Kowloon, Hong Kong"),
    DemoOrganisation(ENERGY, "Northmoor Energy (demo)", "GB", "Kiln House, Sheffield, United Kingdom"),
    DemoOrganisation(SCHEME, "Four Blocks Scheme Office (demo)", "HK", "7 Lantern Court, Hong Kong"),
)

PEOPLE = (
    DemoPerson("grace", "Grace Yuen", ((BODY, Role.ADMINISTRATOR),)),
    DemoPerson("daniel", "Daniel Okafor", ((BODY, Role.AUDIT_MANAGER),)),
    DemoPerson("mei", "Mei Lau 劉美怡", ((BODY, Role.AUDITOR),)),
    DemoPerson("tom", "Tom Hartley", ((BODY, Role.AUDITOR),), time_zone="Europe/London"),
    DemoPerson("helena", "Helena Brandt", ((BODY, Role.DECISION_MAKER),)),
    DemoPerson("ivy", "張詠琳 Ivy Cheung", ((BANK, Role.CENTRE_MANAGER),), language="zh-hant"),
    DemoPerson("carmen", "何嘉敏 Carmen Ho", ((BANK, Role.ADMINISTRATOR),), language="zh-hant"),
    DemoPerson("lin", "林雨", ((BANK, Role.CONTRIBUTOR),), language="zh-hans", time_zone="Asia/Shanghai"),
    DemoPerson("priya", "Priya Nair", ((ENERGY, Role.CENTRE_MANAGER),), time_zone="Europe/London"),
    DemoPerson("owen", "Owen Pritchard", ((ENERGY, Role.VIEWER),), time_zone="Europe/London"),
    DemoPerson(
        "sian", "Sian Morgan", ((ENERGY, Role.AUDIT_MANAGER), (ENERGY, Role.AUDITOR)), time_zone="Europe/London"
    ),
    DemoPerson("rhys", "Rhys Vaughan", ((ENERGY, Role.AUDIT_MANAGER),), time_zone="Europe/London"),
    DemoPerson("alan", "Alan Whitby", ((ENERGY, Role.DECISION_MAKER),), time_zone="Europe/London"),
    # Two, because nobody publishes an edition alone, and a practice is judged by two.
    DemoPerson("nadia", "Nadia Rahman", ((SCHEME, Role.SCHEME_OWNER),)),
    DemoPerson("wen", "溫子謙 Wen Tsz-him", ((SCHEME, Role.SCHEME_OWNER),), language="zh-hant"),
    DemoPerson("amara", "Amara Osei", ((SCHEME, Role.AWARD_CHAIR),)),
    # Judges of the award: of no organisation here, so that nothing stands between them and entrants.
    DemoPerson("hana", "Hana Lindqvist", ()),
    DemoPerson("mak", "麥子健 Mak Tsz-kin", (), language="zh-hant"),
    DemoPerson("tobias", "Tobias Renner", (), time_zone="Europe/London"),
    DemoPerson("yuki", "Yuki Sato", ()),
    DemoPerson("fatima", "Fatima Zahra", (), time_zone="Europe/London"),
)

_HK, _LONDON = "Asia/Hong_Kong", "Europe/London"
_ALL = (Channel.VOICE, Channel.EMAIL, Channel.CHAT, Channel.MESSAGING, Channel.BOT, Channel.SELF_SERVICE)

CENTRES = (
    DemoCentre(
        "kowloon",
        BANK,
        "Kowloon Contact Centre 九龍客服中心",
        "Hong Kong",
        "HK",
        Industry.BANKING,
        120,
        _HK,
        Traffic(per_day=430, mean_wait=90, no_wait=0.8, agents=52, transferred=0.09, chats=60),
        (Channel.VOICE, Channel.EMAIL, Channel.CHAT),
        ("zh-hant", "en"),
    ),
    DemoCentre(
        "shenzhen",
        BANK,
        "深圳远程银行中心 Shenzhen Remote Banking",
        "Shenzhen",
        "CN",
        Industry.BANKING,
        260,
        "Asia/Shanghai",
        Traffic(per_day=520, mean_wait=45, no_wait=0.86, agents=80, transferred=0.07, chats=110),
        _ALL,
        ("zh-hans", "en"),
    ),
    DemoCentre(
        "private",
        BANK,
        "Private Client Desk",
        "Hong Kong",
        "HK",
        Industry.BANKING,
        24,
        _HK,
        Traffic(per_day=120, mean_wait=25, no_wait=0.9, agents=14, transferred=0.05),
        (Channel.VOICE, Channel.EMAIL),
        ("zh-hant", "en"),
    ),
    DemoCentre(
        "sheffield",
        ENERGY,
        "Sheffield Customer Centre",
        "Sheffield",
        "GB",
        Industry.ENERGY,
        180,
        _LONDON,
        Traffic(per_day=460, mean_wait=190, no_wait=0.79, patience=260, agents=60, transferred=0.12, chats=45),
        (Channel.VOICE, Channel.EMAIL, Channel.CHAT),
        ("en",),
    ),
    DemoCentre(
        "cardiff",
        ENERGY,
        "Cardiff Customer Centre",
        "Cardiff",
        "GB",
        Industry.ENERGY,
        95,
        _LONDON,
        Traffic(per_day=450, mean_wait=225, no_wait=0.765, patience=260, agents=45, transferred=0.13),
        (Channel.VOICE, Channel.EMAIL),
        ("en",),
    ),
    DemoCentre(
        "leeds",
        ENERGY,
        "Leeds Partner Centre",
        "Leeds",
        "GB",
        Industry.ENERGY,
        60,
        _LONDON,
        Traffic(per_day=300, mean_wait=160, no_wait=0.6, patience=300, agents=34, transferred=0.12),
        (Channel.VOICE,),
        ("en",),
    ),
)
