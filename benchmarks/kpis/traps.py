"""What to beware of in the figures of a run: the traps of the catalogue, looked for in the records themselves.

A warning is a code, the KPI it is about, and numbers; ``WORDS`` has its sentence. Limits are ours, stated here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.kpis.definition import words as _
from benchmarks.kpis.measure import count_if, sum_if
from benchmarks.kpis.views import ticket_life

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import ibis.expr.types as ir

    from benchmarks.kpis.evidence import Evidence
    from benchmarks.kpis.measure import Measurement

CEILING = 95.0  # per cent of top boxes beyond which satisfaction tells nothing apart
LOW_NPS = 30.0
LOW_RESPONSE = 10.0  # per cent
MODE_GAP = 10.0  # points of the top box between ways of asking
MODE_LEAST = 30  # answers in a way of asking
UNWEIGHTED_GAP = 1.0  # points between the plain and the weighted average over intervals
IDENTIFIED = 50.0  # per cent of contacts of known customers
GIVEN_UP = 20.0  # per cent of bot sessions
ZERO_LENGTH = 1.0  # per cent of handled contacts
WEEKS = 8
WEEKDAYS = 7
PAUSED = 10.0  # per cent of the cycle time
REFUSED = 5.0  # per cent of the rows of a file
SHORT_HANDLING, LONG_HANDLING = 5.0, 14_400.0  # seconds
NO_ZERO_LEAST = 200  # answers on a scale from 0 to 10


@dataclass(frozen=True)
class Warned:
    """One warning: its code in ``WORDS``, the KPI it is about, and the numbers of its sentence."""

    code: str
    kpi: str
    values: dict[str, float | str]


WORDS: dict[str, str] = {
    "csat_ceiling": _(
        "Satisfaction is at the ceiling ({csat} %) while the net promoter score is {nps}: the satisfaction figure "
        "tells nothing apart."
    ),
    "low_response": _(
        "Only {rate} % of those invited answered; below {limit} % the survey figures describe those who like to answer."
    ),
    "collection_mode": _(
        "The way of asking moves the answers: {best} gives {high} % in the top box, {worst} {low} %. People are kinder "
        "to people than to machines."
    ),
    "other_scale": _("{answers} answers were given on another scale and are not counted: {scales}."),
    "unweighted_intervals": _(
        "The plain average of the intervals' service levels is {plain} %, weighted by contacts it is {weighted} %: "
        "only the weighted one is right."
    ),
    "intervals_without_volume": _(
        "The records hold service levels per interval without contacts: their average cannot be weighted and is not "
        "given."
    ),
    "few_identified": _(
        "Only {share} % of contacts are of known customers: first contact resolution describes those alone."
    ),
    "bot_given_up": _("{share} % of bot sessions were given up. They count as not contained."),
    "zero_length": _("{share} % of handled contacts have no length: they pull the handling time down."),
    "short_period": _("The records span {weeks} weeks; below {limit} weeks the season and single weeks show through."),
    "uneven_weekdays": _(
        "Some weekdays occur {most} times and others {least} times: compare with a period of whole weeks."
    ),
    "many_refused": _(
        "{share} % of the rows of {kind} could not be used: the figures describe the others. See the reasons, and "
        "correct the mapping."
    ),
    "odd_handling": _(
        "Handling takes {seconds} seconds on average: is the unit of the columns right? Some systems write "
        "milliseconds or minutes."
    ),
    "nps_without_zero": _(
        "Among {answers} answers to the recommendation question nobody gave 0: was it asked on a scale from 1 to 10? "
        "That is another measure."
    ),
    "stopped_clock": _("The clock was stopped for {share} % of the cycle time. Here the time runs on."),
}


def beware(evidence: Evidence, found: Sequence[Measurement]) -> tuple[Warned, ...]:
    """Look for every trap; ``found`` are the measurements of the whole run."""
    values = {(each.kpi, each.variant): each.value for each in found if not each.group}
    warned: list[Warned] = []
    warned += _ceiling(values)
    warned += _response(values)
    warned += _handling(values)
    for look in _LOOKS:
        warned += look(evidence)
    return tuple(warned)


def refused(rows: Sequence[tuple[str, int, int]]) -> tuple[Warned, ...]:
    """Warn of kinds of records of which many rows were refused; given are kind, rows read and rows refused."""
    found = []
    for kind, read, bad in rows:
        if read and 100 * bad / read > REFUSED:
            found.append(Warned("many_refused", "", {"share": _round(100 * bad / read), "kind": kind}))
    return tuple(found)


def _ceiling(values: dict[tuple[str, str], float]) -> Iterator[Warned]:
    nps, top2 = values.get(("nps", "transactional")), values.get(("csat", "top2_box"))
    if top2 is not None and nps is not None and top2 >= CEILING and nps < LOW_NPS:
        yield Warned("csat_ceiling", "csat", {"csat": _round(top2), "nps": _round(nps)})


def _response(values: dict[tuple[str, str], float]) -> Iterator[Warned]:
    rate = values.get(("survey_response_rate", "standard"))
    if rate is not None and rate < LOW_RESPONSE:
        yield Warned("low_response", "survey_response_rate", {"rate": _round(rate), "limit": LOW_RESPONSE})


def _handling(values: dict[tuple[str, str], float]) -> Iterator[Warned]:
    mean = values.get(("aht", "standard"))
    if mean is not None and not SHORT_HANDLING <= mean <= LONG_HANDLING:
        yield Warned("odd_handling", "aht", {"seconds": _round(mean)})


def _no_zero(evidence: Evidence) -> Iterator[Warned]:
    for kind in ("surveys", "contacts"):
        table = evidence.tables.get(kind)
        if table is None or "score_nps" not in table.columns:
            continue
        row = _row(
            table, n=table.score_nps.count(), least=table.score_nps.min(), ones=count_if(table.score_nps == 1).sum()
        )
        if row["n"] >= NO_ZERO_LEAST and row["least"] == 1 and row["ones"] > 0:
            yield Warned("nps_without_zero", "nps", {"answers": int(row["n"])})


def _modes(evidence: Evidence) -> Iterator[Warned]:
    table = evidence.tables.get("surveys")
    if table is None or not {"mode", "score_csat"} <= set(table.columns):
        return
    rows = table.filter(table.mode.notnull() & table.score_csat.notnull())
    top = count_if(rows.score_csat >= 4)  # noqa: PLR2004 - the top two boxes of 1 to 5
    per = rows.group_by("mode").agg(share=top.mean() * 100, number=rows.count()).order_by("mode").execute()
    known = sorted((float(r.share), str(r.mode)) for r in per.itertuples() if r.number >= MODE_LEAST)
    if known and known[-1][0] - known[0][0] >= MODE_GAP:
        (low, worst), (high, best) = known[0], known[-1]
        yield Warned(
            "collection_mode", "csat", {"best": best, "high": _round(high), "worst": worst, "low": _round(low)}
        )


# On which scale a question is measured; on others it is another measure.
_COMPARABLE = {"csat": "1-5", "nps": "0-10", "nps_relationship": "0-10", "ces": "1-7"}


def _scales(evidence: Evidence) -> Iterator[Warned]:
    table = evidence.tables.get("surveys")
    if table is None or not {"question", "scale", "score"} <= set(table.columns):
        return
    rows = table.filter(table.score.notnull()).group_by(["question", "scale"]).agg(number=lambda t: t.count())
    for question, fits in _COMPARABLE.items():
        other = rows.filter((rows.question == question) & (rows.scale != fits)).order_by("scale").execute()
        if not other.empty:
            scales = ", ".join(map(str, other["scale"]))
            yield Warned(
                "other_scale", question.partition("_")[0], {"answers": int(other["number"].sum()), "scales": scales}
            )


def _intervals(evidence: Evidence) -> Iterator[Warned]:
    table = evidence.tables.get("intervals")
    if table is None or "service_level_percent" not in table.columns:
        return
    if "actual" not in table.columns:
        yield Warned("intervals_without_volume", "service_level", {})
        return
    rows = table.filter(table.service_level_percent.notnull() & (table.actual > 0))
    row = _row(
        rows,
        plain=rows.service_level_percent.mean(),
        top=(rows.service_level_percent * rows.actual).sum(),
        n=rows.actual.sum(),
    )
    if row["n"] and abs(row["plain"] - row["top"] / row["n"]) >= UNWEIGHTED_GAP:
        weighted = _round(row["top"] / row["n"])
        yield Warned("unweighted_intervals", "service_level", {"plain": _round(row["plain"]), "weighted": weighted})


def _strangers(evidence: Evidence) -> Iterator[Warned]:
    if not evidence.has("contacts", "customer", "reason", "answered"):
        return
    table = evidence.tables["contacts"]
    row = _row(table, known=table.customer.count(), n=table.count())
    share = 100 * row["known"] / row["n"]
    if share < IDENTIFIED:
        yield Warned("few_identified", "fcr", {"share": _round(share)})


def _bots(evidence: Evidence) -> Iterator[Warned]:
    table = evidence.tables.get("bot_sessions")
    if table is None:
        return
    row = _row(table, gone=count_if(table.ended == "abandoned").sum(), n=table.count())
    share = 100 * row["gone"] / row["n"]
    if share >= GIVEN_UP:
        yield Warned("bot_given_up", "bot_containment", {"share": _round(share)})


def _zero_length(evidence: Evidence) -> Iterator[Warned]:
    if not evidence.has("contacts", "handle_seconds", "answered"):
        return
    table = evidence.tables["contacts"]
    handled = table.answered & table.handle_seconds.notnull()
    row = _row(table, zero=count_if(handled & (table.handle_seconds == 0)).sum(), n=count_if(handled).sum())
    if row["n"] and 100 * row["zero"] / row["n"] >= ZERO_LENGTH:
        yield Warned("zero_length", "aht", {"share": _round(100 * row["zero"] / row["n"])})


def _season(evidence: Evidence) -> Iterator[Warned]:
    """Look at the days of contacts alone: tickets and people are counted over their own time."""
    if "contacts" not in evidence.tables:
        return
    days = evidence.tables["contacts"].select("day").distinct().execute()["day"]
    span = (max(days) - min(days)).days + 1
    if span < WEEKS * WEEKDAYS:
        yield Warned("short_period", "", {"weeks": _round(span / WEEKDAYS), "limit": WEEKS})
    counts = Counter(day.weekday() for day in days)
    if span >= WEEKDAYS and span % WEEKDAYS and max(counts.values()) != min(counts.values()):
        values: dict[str, float | str] = {"most": max(counts.values()), "least": min(counts.values())}
        yield Warned("uneven_weekdays", "", values)


def _stopped(evidence: Evidence) -> Iterator[Warned]:
    if not evidence.has("tickets", "paused_seconds"):
        return
    life = ticket_life(evidence)
    row = _row(life, paused=sum_if(life.seconds > 0, life.paused_seconds).sum(), n=life.seconds.sum())
    if row["n"] and 100 * row["paused"] / row["n"] >= PAUSED:
        yield Warned("stopped_clock", "ticket_closed_in_time", {"share": _round(100 * row["paused"] / row["n"])})


def _row(table: ir.Table, **sums: ir.Value) -> dict[str, float]:
    row = table.agg(**sums).execute().to_dict("records")[0]
    return {str(name): float(value) if value == value and value is not None else 0.0 for name, value in row.items()}  # noqa: PLR0124 - NaN


def _round(value: float) -> float:
    return round(value, 1)


_LOOKS: tuple[Callable[[Evidence], Iterator[Warned]], ...] = (
    *(_modes, _no_zero, _scales, _intervals, _strangers, _bots, _zero_length, _season, _stopped),
)
