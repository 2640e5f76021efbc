"""Taking an entrant's names out of what judges read without knowing who wrote it. Pure: no Django.

A name is looked for however it is written: in full and by its distinctive words, in capitals or not, full-width or
not, with traditional or simplified characters, spaces or line breaks between. Addresses of mail, web and telephone go
too. Over-redaction is accepted; a leak is not.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MARK = "▇▇▇"
# Traditional and simplified forms of the same characters, as they occur in names of firms, places and people.
TRADITIONAL = (
    "銀長電業務國華東灣龍張陳劉廣馬吳鄭黃趙錢孫蘇羅鄧韓馮蕭許謝鍾譚盧賈鄒葉蔣萬趙顏嚴韋溫"
    "興聯運輸產險證券優數據訊網絡務顧聲雲師職員會館廠車達遠遞儲貿財經濟養護醫療藥個團隊創門戶"
    "號線話語聽說讀寫書學習導師評審稽覈實驗準時間當與為來對開關應變處無從點見頭體發現場動機構"
    "計劃報導設備過還進選這裡後條約協議負責權利義壽滬臺台島嶺縣鄉鎮區灣涇濱漢陽陰滿蘭綠藍紅紫"
    "麗鳳鶴鵬鷹魚鳥駿騰躍飛龜齊齡寶貝鑫鐵銅鋼鋁礦灘潤澤淨潔輝煥爍燈樓閣橋樹樺楊棟極樂榮慶憶"
    "愛恆懷歡歐漁濤瀾瀚獅獎環瑪瓊當疊穩豐禮禎積窩筆簡糧純紀級維綱緯練總績繼續纖羽聖腦臨舊舉"
    "莊蒼薩蘆衛補製親覺觀記詩誠調諾謙識譯議豔貢質賓賞贊趨跡軟輕輪轉農迪遊違遙鄰釋鈞錦錄鎖鏈"
    "閃閱陸際隨險雙難雜雞靈靜項順須預領頻題額顯風養馳驅驗髮鮮麥黨鼎佔係傑傳價億償兒內兩冊凍別"
    "剛創劇勁勝勞勢匯單嘉園圓圖執堅塊墊壓壯夢奧奮婦媽寧寬將尋層岡島嵐幣帥師帶幫庫廳彈彙後復徑"
    "徹慣慮慧懇戰戲擁擇擊擔據擴擺攝攜敵斷於昇晉暢曉術東柵棄椏榜樣橫檔檢權歲歷歸殘殺毀氣沖沒況"
    "詠洩湯滅滬漲潛瑤甌畢畫異療盜盡監盤矯碩確"
)
SIMPLIFIED = (
    "银长电业务国华东湾龙张陈刘广马吴郑黄赵钱孙苏罗邓韩冯萧许谢钟谭卢贾邹叶蒋万赵颜严韦温"
    "兴联运输产险证券优数据讯网络务顾声云师职员会馆厂车达远递储贸财经济养护医疗药个团队创门户"
    "号线话语听说读写书学习导师评审稽核实验准时间当与为来对开关应变处无从点见头体发现场动机构"
    "计划报导设备过还进选这里后条约协议负责权利义寿沪台台岛岭县乡镇区湾泾滨汉阳阴满兰绿蓝红紫"
    "丽凤鹤鹏鹰鱼鸟骏腾跃飞龟齐龄宝贝鑫铁铜钢铝矿滩润泽净洁辉焕烁灯楼阁桥树桦杨栋极乐荣庆忆"
    "爱恒怀欢欧渔涛澜瀚狮奖环玛琼当叠稳丰礼祯积窝笔简粮纯纪级维纲纬练总绩继续纤羽圣脑临旧举"
    "庄苍萨芦卫补制亲觉观记诗诚调诺谦识译议艳贡质宾赏赞趋迹软轻轮转农迪游违遥邻释钧锦录锁链"
    "闪阅陆际随险双难杂鸡灵静项顺须预领频题额显风养驰驱验发鲜麦党鼎占系杰传价亿偿儿内两册冻别"
    "刚创剧劲胜劳势汇单嘉园圆图执坚块垫压壮梦奥奋妇妈宁宽将寻层冈岛岚币帅师带帮库厅弹汇后复径"
    "彻惯虑慧恳战戏拥择击担据扩摆摄携敌断于升晋畅晓术东栅弃桠榜样横档检权岁历归残杀毁气冲没况"
    "咏泄汤灭沪涨潜瑶瓯毕画异疗盗尽监盘矫硕确"
)
FOLD = str.maketrans(TRADITIONAL, SIMPLIFIED)
# Words of names that name nobody on their own.
COMMON_TEXT = (
    "and the for with from contact center centre centres customer client service services care call support help desk "
    "bank banking insurance energy telecom retail group company limited ltd inc plc corp corporation holdings "
    "international global asia pacific china hong kong united north south east west new demo team office solutions "
    "remote private public first national mutual city partner quality award"
)
COMMON = frozenset(COMMON_TEXT.split())
COMMON_CJK = frozenset(
    [
        *("中心", "客服", "客服中心", "银行", "公司", "有限公司", "集团", "服务", "服务中心", "联络中心", "呼叫中心"),
        *("客户", "顾客", "保险", "能源", "电信", "远程银行中心"),
    ]
)
LONGEST_NAME = 8  # words; of a longer one only the whole and its telling words are looked for
CJK = r"\u3400-\u9fff\uf900-\ufaff"
RUNS = re.compile(rf"[{CJK}]+|[^\s{CJK}()（）,，、·/]+(?:[ .&'’-]+[^\s{CJK}()（）,，、·/]+)*")
WORD = re.compile(r"[^\W\d_]{3,}")
GAP = r"[\s\u00b7·.,，、&'’_-]*"
ADDRESS = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|cn|hk|tw|uk|co|io|example)\b"
    r"|\+\d[\d ()-]{6,}\d",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without names, and what was taken out, each once."""

    text: str
    hits: tuple[str, ...]


def folded(text: str) -> str:
    """Return the text for comparing: one form per character, of the same length; small letters, simplified."""
    return "".join(_one(letter) for letter in text)


def _one(letter: str) -> str:
    plain = unicodedata.normalize("NFKC", letter)
    plain = plain if len(plain) == 1 else letter
    lower = plain.lower()
    return (lower if len(lower) == 1 else plain).translate(FOLD)


def needles(names: Iterable[str]) -> tuple[str, ...]:
    """Return all that has to go, folded, longest first: each name, its runs of one script, its distinctive words."""
    found: set[str] = set()
    for name in names:
        whole = folded(" ".join(name.split()))
        for run in [whole, *RUNS.findall(whole)]:
            found |= _kept(run.strip(" .-"))
    return tuple(sorted(found, key=lambda each: (-len(each), each)))


def _kept(run: str) -> set[str]:
    """Return a run and its distinctive words, where they name somebody."""
    if re.fullmatch(f"[{CJK}]+", run):
        keep = {run} if len(run) > 1 and run not in COMMON_CJK else set()
        for ending in sorted(COMMON_CJK, key=len, reverse=True):
            stem = run.removesuffix(ending)
            if stem != run and len(stem) > 1 and stem not in COMMON_CJK:
                keep.add(stem)
        return keep
    words = {word for word in WORD.findall(run) if word not in COMMON and not re.search(f"[{CJK}]", word)}
    words |= _phrases(run.split(), words)
    whole = {run} if len(run) > 2 and (words or re.search(rf"\d|[{CJK}]", run)) else set()  # noqa: PLR2004 - letters
    return words | whole


def _phrases(parts: list[str], telling: set[str]) -> set[str]:
    """Return the shorter runs of a name in which one of the telling words stands: ``evergreen mutual``."""
    return {
        " ".join(parts[start:end])
        for start in range(len(parts))
        for end in range(start + 2, len(parts) + 1)
        if len(parts) <= LONGEST_NAME and any(part.strip(".,") in telling for part in parts[start:end])
    }


def _pattern(wanted: tuple[str, ...]) -> re.Pattern[str] | None:
    """Return one expression for all needles; a Latin one only where no letter goes on."""
    parts = []
    for needle in wanted:
        letters = [re.escape(each) for each in needle if not each.isspace()]
        body = GAP.join(letters) if re.search(f"[{CJK}]", needle) else r"[\s_.-]*".join(map(re.escape, needle.split()))
        latin = needle[0].isascii() and needle[0].isalnum()
        parts.append(rf"(?<![a-z0-9]){body}(?:['’]?s)?(?![a-z0-9])" if latin else body)
    return re.compile("|".join(parts)) if parts else None


def redact(text: str, names: Iterable[str]) -> Redacted:
    """Return the text with every name and address of the entrant marked out, and what was found.

    >>> redact("At Evergreen Mutual we serve 長青互惠銀行.", ["Evergreen Mutual Bank 长青互惠银行"]).text
    'At ▇▇▇ ▇▇▇ we serve ▇▇▇.'
    """
    spans = [match.span() for match in ADDRESS.finditer(text)]
    pattern = _pattern(needles(names))
    if pattern:
        spans += [match.span() for match in pattern.finditer(folded(text)) if match.end() > match.start()]
    out, hits, at = [], [], 0
    for start, end in _merged(spans):
        out += [text[at:start], MARK]
        hits.append(text[start:end])
        at = end
    return Redacted("".join([*out, text[at:]]), tuple(dict.fromkeys(hits)))


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans in order, those that meet as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
