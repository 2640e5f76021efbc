"""From plain data to a programme, or everything that is wrong with it, each with its place."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from awards.scheme.model import (
    ADJUSTED,
    ALL,
    ASK_KINDS,
    BY_CRITERION,
    CATEGORY,
    CATEGORY_KINDS,
    DELIBERATION,
    DIVISION,
    DIVISIONS,
    ENTRY,
    EVENT,
    HEAD_TO_HEAD,
    JOINT,
    JUDGING,
    LONGEST_CODE,
    MEAN,
    MOST_TEXT,
    MYSTERY,
    PAPERS,
    PRESENTATION,
    SCORE,
    VISIT,
    Ask,
    AwardSpec,
    CategorySpec,
    CriterionSpec,
    Method,
    Rule,
    Scheme,
    StageSpec,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from awards.scheme.model import Words


class SchemeError(ValueError):
    """The data is no programme; ``faults`` says all that is wrong, each with its place."""

    def __init__(self, faults: Sequence[str]) -> None:
        """Keep the faults."""
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)


class _Reader:
    """Reads one document and collects what is wrong with it."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def bad(self, place: str, what: str) -> None:
        self.faults.append(f"{place}: {what}")

    def rows(self, found: Any, place: str) -> list[Mapping[str, Any]]:
        if found is None:
            return []
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            self.bad(place, "must be a list of entries with keys")
            return []
        codes = [each.get("code") for each in found if "code" in each]
        for code in {code for code in codes if codes.count(code) > 1}:
            self.bad(place, f"{code} is there twice")
        return found

    def words(self, found: Any, place: str, *, needed: bool = True) -> Words:
        if isinstance(found, dict) and all(isinstance(value, str) for value in found.values()) and found.get("en"):
            return {str(key): value for key, value in found.items()}
        if needed or found:
            self.bad(place, "needs words, at least in English")
        return {}

    def one_of(self, found: Any, known: Sequence[str], place: str) -> str:
        if found not in known:
            self.bad(place, f"{found!r} is none of {', '.join(known)}")
            return known[0]
        return str(found)

    def whole(self, found: Any, place: str, low: int, high: int) -> int:
        if isinstance(found, bool) or not isinstance(found, int) or not low <= found <= high:
            self.bad(place, f"{found!r} is no whole number from {low} to {high}")
            return low
        return found

    def code(self, found: Any, place: str, *, extra: str = "") -> str:
        """Return a code that can stand in an address; criteria may have points in theirs."""
        text = str(found or "")
        plain = all((letter.isascii() and letter.isalnum()) or letter in f"-_{extra}" for letter in text)
        if not plain or not 0 < len(text) <= LONGEST_CODE:
            self.bad(place, f"{found!r} is no code")
        return text

    def decimal(self, found: Any, place: str) -> Decimal:
        try:
            value = Decimal(str(found))
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or value < 0:
            self.bad(place, f"{found!r} is no number of 0 or more")
            return Decimal(1)
        return value

    # --- parts -------------------------------------------------------------------------------------------------------

    def ask(self, found: Mapping[str, Any], place: str) -> Ask:
        kind = self.one_of(found.get("kind"), ASK_KINDS, f"{place}.kind")
        given = found.get("scale") or {}
        low, high = (0, 100) if kind == MYSTERY else (0, 10)
        scale = (
            self.whole(given.get("min", low), f"{place}.scale.min", 0, 1),
            self.whole(given.get("max", high), f"{place}.scale.max", 2, 100),
        )
        mark = found.get("mark")
        return Ask(
            code=self.code(found.get("code"), place),
            kind=kind,
            title=self.words(found.get("title"), f"{place}.title"),
            help=self.words(found.get("help"), f"{place}.help", needed=False),
            required=found.get("required", True) is not False,
            most=self.whole(found.get("most", 3000), f"{place}.most", 1, MOST_TEXT),
            scale=scale,
            mark=None if mark is None else self.whole(mark, f"{place}.mark", scale[0], scale[1]),
        )

    def stage(self, found: Mapping[str, Any], place: str) -> StageSpec:
        gate = found.get("gate") or {}
        days = found.get("days") or [0, 0]
        if len(days) != 2 or not all(isinstance(day, int) for day in days) or days[0] > days[1]:  # noqa: PLR2004 - a pair
            self.bad(f"{place}.days", "must be two days in order")
            days = [0, 0]
        how = self.one_of(found.get("how", PAPERS), (PAPERS, VISIT, PRESENTATION), f"{place}.how")
        if how != PAPERS and found.get("blind") is True:
            self.bad(f"{place}.blind", "who is visited or presents is seen")
        return StageSpec(
            code=self.code(found.get("code"), place),
            kind=self.one_of(found.get("kind"), (ENTRY, JUDGING, EVENT), f"{place}.kind"),
            title=self.words(found.get("title"), f"{place}.title"),
            blind=found.get("blind") is True,
            days=(days[0], days[1]),
            top=self.whole(gate["top"], f"{place}.gate.top", 1, 10_000) if "top" in gate else None,
            of_all=gate.get("of") == "all",
            asks=tuple(
                self.ask(each, f"{place}.asks.{each.get('code')}")
                for each in self.rows(found.get("asks"), f"{place}.asks")
            ),
            how=how,
        )

    def rule(self, found: Mapping[str, Any], place: str) -> Rule:
        return Rule(
            rule=self.one_of(found.get("rule"), ("standing", "most_entries"), place),
            categories=tuple(str(each) for each in found.get("categories") or ()),
            edition=self.one_of(found.get("edition", "current"), ("current", "any"), f"{place}.edition"),
            tier=str(found.get("tier", "")),
            assessment=found.get("assessment", True) is not False,
            most=self.whole(found.get("most", 1), f"{place}.most", 1, 1000),
        )

    def criterion(self, found: Mapping[str, Any], place: str) -> CriterionSpec:
        anchors = found.get("anchors") or {}
        return CriterionSpec(
            code=self.code(found.get("code"), place, extra="."),
            title=self.words(found.get("title"), f"{place}.title"),
            look=self.words(found.get("look"), f"{place}.look", needed=False),
            weight=self.decimal(found.get("weight", "1"), f"{place}.weight"),
            stages=tuple(str(each) for each in found.get("stages") or ()),
            anchors={str(level): self.words(words, f"{place}.anchors.{level}") for level, words in anchors.items()},
            asks=tuple(str(each) for each in found.get("asks") or ()),
            kpis=tuple(str(each) for each in found.get("kpis") or ()),
        )

    def award(self, found: Mapping[str, Any], place: str) -> AwardSpec:
        return AwardSpec(
            code=self.code(found.get("code"), place),
            title=self.words(found.get("title"), f"{place}.title"),
            rank=self.whole(found["rank"], f"{place}.rank", 1, 1000) if "rank" in found else None,
            least=self.decimal(found["min"], f"{place}.min") if "min" in found else None,
            of=self.one_of(found.get("of", CATEGORY), (CATEGORY, DIVISION, ALL), f"{place}.of"),
            gate=str(found.get("gate", "")),
            categories=tuple(str(each) for each in found.get("categories") or ()),
            beside=found.get("beside") is True,
        )

    def category(self, found: Mapping[str, Any], place: str) -> CategorySpec:
        return CategorySpec(
            code=self.code(found.get("code"), place),
            kind=self.one_of(found.get("kind"), CATEGORY_KINDS, f"{place}.kind"),
            by=self.one_of(found.get("by", "none"), DIVISIONS, f"{place}.by"),
            title=self.words(found.get("title"), f"{place}.title"),
        )

    def method(self, found: Any) -> Method:
        given = found if isinstance(found, dict) else {}
        ladder = tuple(str(each) for each in given.get("ladder") or (SCORE, JOINT))
        if ladder[0] != SCORE or ladder[-1] != JOINT:
            self.bad("method.ladder", "must begin with the score and end with a joint award")
        return Method(
            score=self.one_of(given.get("score", MEAN), (MEAN, ADJUSTED), "method.score"),
            trim=self.whole(given.get("trim", 0), "method.trim", 0, 3),
            ladder=ladder,
        )


def scheme_of(document: Any) -> Scheme:
    """Return the programme that a document describes. Raises ``SchemeError`` with everything that is wrong."""
    if not isinstance(document, dict):
        raise SchemeError(["the file holds no programme"])
    read = _Reader()
    scale = document.get("scale") or {}

    def parts(name: str, one: Any) -> tuple[Any, ...]:
        return tuple(one(each, f"{name}.{each.get('code', '')}") for each in read.rows(document.get(name), name))

    scheme = Scheme(
        code=read.code(document.get("code"), "code"),
        title=read.words(document.get("title"), "title"),
        about=read.words(document.get("about"), "about", needed=False),
        least=read.whole(scale.get("min", 0), "scale.min", 0, 1),
        most=read.whole(scale.get("max", 5), "scale.max", 2, 10),
        judges_per_entry=read.whole(document.get("judges_per_entry", 3), "judges_per_entry", 1, 50),
        method=read.method(document.get("method")),
        categories=parts("categories", read.category),
        rules=parts("eligibility", read.rule),
        criteria=parts("criteria", read.criterion),
        criteria_from=read.one_of(
            document.get("criteria_from", "own"), ("own", "clauses", "criteria"), "criteria_from"
        ),
        stages=parts("stages", read.stage),
        awards=parts("awards", read.award),
    )
    _together(scheme, read)
    _tied(document.get("evidence") or {}, scheme, read)
    if read.faults:
        raise SchemeError(read.faults)
    return scheme


def _together(scheme: Scheme, read: _Reader) -> None:
    """Check what one part says about another."""
    stages = {stage.code for stage in scheme.stages}
    categories = {category.code for category in scheme.categories}
    if not categories:
        read.bad("categories", "there is none")
    if not any(stage.kind == ENTRY for stage in scheme.stages) or not scheme.judging():
        read.bad("stages", "an award needs a stage for entries and one for judging")
    asks = [ask.code for stage in scheme.stages for ask in stage.asks]
    for code in sorted({code for code in asks if asks.count(code) > 1}):
        read.bad("stages", f"{code} is asked for twice")
    for rule in scheme.rules:
        for code in set(rule.categories) - categories:
            read.bad("eligibility", f"there is no category {code}")
    for criterion in scheme.criteria:
        _criterion(criterion, stages, asks, read)
    _rewarded(scheme, read)
    if scheme.criteria_from == "own":
        _weighed(scheme, read)


def _tied(found: Any, scheme: Scheme, read: _Reader) -> None:
    """Check what ties asks to criteria of the standard: the beginning of a code, and codes of asks."""
    asks = {ask.code for stage in scheme.stages for ask in stage.asks}
    if not isinstance(found, dict) or not all(isinstance(codes, list) for codes in found.values()):
        read.bad("evidence", "must name asks by the beginning of a criterion's code")
        return
    for prefix, codes in found.items():
        for code in sorted({str(each) for each in codes} - asks):
            read.bad(f"evidence.{prefix}", f"{code} is not asked for")


def _criterion(criterion: CriterionSpec, stages: set[str], asks: list[str], read: _Reader) -> None:
    for code in set(criterion.stages) - stages:
        read.bad(f"criteria.{criterion.code}", f"there is no stage {code}")
    for code in set(criterion.asks) - set(asks):
        read.bad(f"criteria.{criterion.code}.asks", f"{code} is not asked for")


def _rewarded(scheme: Scheme, read: _Reader) -> None:
    """Check that awards name categories and gates that there are."""
    categories = {category.code for category in scheme.categories}
    gates = {stage.code for stage in scheme.judging() if stage.top is not None}
    for award in scheme.awards:
        for code in set(award.categories) - categories:
            read.bad(f"awards.{award.code}", f"there is no category {code}")
        if award.gate and award.gate not in gates:
            read.bad(f"awards.{award.code}", f"{award.gate} is no stage with a gate")


def _weighed(scheme: Scheme, read: _Reader) -> None:
    """Check that something is scored in each stage, and that the ladder names what there is."""
    for stage in scheme.judging():
        weights = [criterion.weight for criterion in scheme.criteria_of(stage.code)]
        if not weights or sum(weights) == 0:
            read.bad(f"stages.{stage.code}", "has no criterion with a weight")
    known = {SCORE, HEAD_TO_HEAD, DELIBERATION, JOINT, *(f"{BY_CRITERION}{each.code}" for each in scheme.criteria)}
    for step in scheme.method.ladder:
        if step not in known:
            read.bad("method.ladder", f"{step} is no step")
