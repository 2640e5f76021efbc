"""The tables that KPIs are counted in: records of one kind as they are, or made from events, or joined from two kinds.

Every view has ``day``; ``channel`` and the columns of clusters where the records know them. Durations are counted on
seconds since 1970 (columns ``…_s``), so a day on which the clocks change has its true length.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis

from benchmarks.codes import PRODUCTIVE
from benchmarks.kpis.measure import count_if, sum_if

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import ibis.expr.types as ir

    from benchmarks.kpis.evidence import Evidence

DAY_SECONDS = 86_400
YEAR_SECONDS = 365.25 * DAY_SECONDS
REOPEN_DAYS = 30
NEW_HIRE_DAYS = 90
BOT_HOURS = (24, 72)
CHATS = ("chat", "messaging")
PLACES = ("channel", "queue", "skill")  # where a contact went, as far as the records know
WITHOUT_PERSON = ("bot", "self_service")


@dataclass(frozen=True)
class View:
    """A table to count in: the groups of kinds of which one is enough, and how it is made for a split ``by``.

    ``needs`` are fields of kinds without which it cannot be made.
    """

    kinds: tuple[tuple[str, ...], ...]
    build: Callable[[Evidence, Sequence[str]], ir.Table]
    needs: tuple[tuple[str, str], ...] = ()

    def lacking(self, evidence: Evidence) -> list[str]:
        """Name the fields that it needs and that the records do not have."""
        return sorted({name for kind, name in self.needs if not evidence.has(kind, name)})

    def possible(self, evidence: Evidence) -> bool:
        """Say whether the records are there."""
        return any(all(kind in evidence.tables for kind in group) for group in self.kinds)

    @property
    def joined(self) -> bool:
        """Whether it always takes more than one kind: then it is not split by the channel of either."""
        return all(len(group) > 1 for group in self.kinds)


def _plain(kind: str) -> View:
    return View(((kind,),), lambda evidence, _by: with_strangers(evidence.tables[kind]))


def with_strangers(table: ir.Table) -> ir.Table:
    """Make every row without a known customer a cluster of its own."""
    if "customer" not in table.columns or "row" not in table.columns:
        return table
    return table.mutate(stranger=ibis.cases((table.customer.isnull(), table["row"]), else_=-1))


def _seconds(value: ir.Value) -> ir.Value:
    return value.cast("float64")


def _kept(table: ir.Table, *names: str) -> dict[str, ir.Value]:
    """Give for each of the columns that are there the least value of a group, to carry it along."""
    return {name: table[name].min() for name in names if name in table.columns}


def ticket_life(evidence: Evidence, by: Sequence[str] = ()) -> ir.Table:
    """One row per ticket: how long it took or has been open, ``seconds``, and whether it was seen to close."""
    if "tickets" not in evidence.tables:
        return _life_from_events(evidence, by)
    now, table = evidence.now("tickets"), evidence.tables["tickets"]
    table = table.filter(table.opened_at_s <= now)
    closed = table.closed & (table.closed_at_s <= now).fill_null(False)
    seconds = ibis.cases((closed, table.closed_at_s), else_=ibis.literal(now)) - table.opened_at_s
    added: dict[str, Any] = {"closed": closed, "seconds": _seconds(seconds), "complaint": _flag(table, "complaint")}
    if "reopened" in table.columns:
        month = REOPEN_DAYS * DAY_SECONDS
        ended = (closed & (table.closed_at_s + month <= now)) | (table.reopened & (table.opened_at_s + month <= now))
        added["followed"] = ended.fill_null(False)
    return with_strangers(table.mutate(**added))


def _flag(table: ir.Table, name: str) -> ir.Value:
    return table[name] if name in table.columns else ibis.null("boolean")


def _life_from_events(evidence: Evidence, _by: Sequence[str]) -> ir.Table:
    now, table = evidence.now("ticket_events"), evidence.tables["ticket_events"]
    events = table.filter(table.happened_at_s <= now)
    at, event = events.happened_at_s, events.event
    life = events.group_by("ticket").agg(
        first=at.min(),
        opened=at.min(where=event == "opened"),
        ended=at.max(where=event == "closed"),
        back=at.max(where=event == "reopened"),
        escalated=count_if(event == "escalated").max() > 0,
        day=events.day.min(),
        **({"complaint": count_if(events.complaint).max() > 0} if "complaint" in events.columns else {}),
        **_kept(events, "channel", "customer"),
    )
    closed = life.ended.notnull() & (life.back.isnull() | (life.ended >= life.back))
    opened = life.opened.coalesce(life["first"])
    seconds = ibis.cases((closed, life.ended), else_=ibis.literal(now)) - opened
    life = life.mutate(
        closed=closed,
        opened_at_s=opened,
        seconds=_seconds(seconds),
        **({} if "complaint" in life.columns else {"complaint": ibis.null("boolean")}),
    )
    return life.left_join(_reopenings(events, now), "ticket").drop("ticket_right")


def _reopenings(events: ir.Table, now: int) -> ir.Table:
    """Per ticket that was closed: whether it was followed for the window, and came back within it."""
    turns = events.filter(events.event.isin(("closed", "reopened")))
    order = [turns.happened_at_s, turns["row"]]
    window = ibis.window(group_by=turns.ticket, order_by=order)
    turns = turns.mutate(following=turns.event.lead().over(window), following_s=turns.happened_at_s.lead().over(window))
    ends = turns.filter(turns.event == "closed")
    span = REOPEN_DAYS * DAY_SECONDS
    back = (ends.following == "reopened") & (ends.following_s - ends.happened_at_s <= span)
    found = ends.group_by("ticket").agg(first_end=ends.happened_at_s.min(), came_back=count_if(back).max())
    return found.select("ticket", followed=found.first_end + span <= now, reopened=found.came_back > 0)


def steps(evidence: Evidence, by: Sequence[str] = ()) -> ir.Table:
    """One row per ticket with steps: ``seconds`` of its life, ``worked`` in which it was in at least one step."""
    life = _life_from_events(evidence, by)
    life = life.mutate(end_s=life.opened_at_s + life.seconds.cast("int64"))
    events = evidence.tables["ticket_events"]
    events = events.filter(events.event.isin(("entered", "left")))
    place = [events.ticket, *([events.node] if "node" in events.columns else [])]
    window = ibis.window(group_by=place, order_by=[events.happened_at_s, events["row"]])
    left = ibis.cases((events.event.lead().over(window) == "left", events.happened_at_s.lead().over(window)))
    if "left_at_s" in events.columns:
        left = events.left_at_s.coalesce(left)
    events = events.mutate(until=left)
    entered = events.filter(events.event == "entered").select("ticket", "row", "happened_at_s", "until")
    joined = entered.inner_join(life.select("ticket", "opened_at_s", "end_s"), "ticket")
    joined = joined.mutate(
        start=ibis.greatest(joined.happened_at_s, joined.opened_at_s),
        stop=ibis.least(joined.until.coalesce(joined.end_s), joined.end_s),
    )
    worked = _union(joined.filter(joined.stop >= joined.start), ("ticket",)).rename(worked="covered")
    return life.inner_join(worked.select("ticket", "worked"), "ticket")


def _union(intervals: ir.Table, per: tuple[str, ...]) -> ir.Table:
    """Per group: ``covered`` seconds in which at least one interval was running, and ``total`` of them all."""
    order = [intervals.start, intervals["row"]]
    before = ibis.window(group_by=list(per), order_by=order, preceding=(None, 1))
    rows = intervals.mutate(reached=intervals.stop.max().over(before))
    fresh = rows.stop - ibis.greatest(rows.start, rows.reached.coalesce(rows.start))
    rows = rows.mutate(fresh=ibis.greatest(fresh, 0))
    return rows.group_by(list(per)).agg(
        covered=_seconds(rows.fresh.sum()), total=_seconds((rows.stop - rows.start).sum())
    )


def warnings_raised(evidence: Evidence, _by: Sequence[str] = ()) -> ir.Table:
    """One row per warning that was due or acted upon: ``in_time``, and its ``level``."""
    now, events = evidence.now("ticket_events"), evidence.tables["ticket_events"]
    events = events.filter(events.event.isin(("warned", "acted")) & (events.happened_at_s <= now))
    place = [events.ticket, *([events.level] if "level" in events.columns else [])]
    ahead = ibis.window(group_by=place, order_by=[events.happened_at_s, events["row"]], rows=(0, None))
    acted = ibis.cases((events.event == "acted", events.happened_at_s)).min().over(ahead)
    due: ir.Value = events.due_at_s if "due_at_s" in events.columns else ibis.null("int64")
    if evidence.at.warning is not None:
        due = due.coalesce(events.happened_at_s + evidence.at.warning)
    events = events.mutate(acted_s=acted, by_s=due)
    raised = events.filter((events.event == "warned") & events.by_s.notnull())
    in_time = (raised.acted_s <= raised.by_s).fill_null(False)
    return raised.mutate(in_time=in_time).filter(in_time | (raised.by_s <= now))


def issues(evidence: Evidence, _by: Sequence[str] = ()) -> ir.Table:
    """One row per ticket that contacts name: whether two of them had the same reason."""
    contacts = evidence.tables["contacts"]
    contacts = contacts.filter(contacts.ticket.notnull())
    per = ["ticket", *(["reason"] if "reason" in contacts.columns else [])]
    same = contacts.group_by(per).agg(number=contacts.count(), day=contacts.day.min(), **_kept(contacts, *PLACES))
    return same.group_by("ticket").agg(most=same.number.max(), day=same.day.min(), **_kept(same, *PLACES))


def customers(evidence: Evidence, _by: Sequence[str] = ()) -> ir.Table:
    """One row per known customer: how often they complained."""
    contacts = evidence.tables["contacts"]
    known = contacts.filter(contacts.customer.notnull() & contacts.complaint.notnull())
    number = count_if(known.complaint).sum()
    per = known.group_by("customer").agg(complaints=number, day=known.day.min(), **_kept(known, *PLACES))
    return per.mutate(complaint=per.complaints > 0)


def complaints(evidence: Evidence, _by: Sequence[str] = ()) -> ir.Table:
    """Contacts and complaint tickets one above the other: ``contact`` and ``complaint`` count each."""
    contacts, life = evidence.tables["contacts"], ticket_life(evidence)
    return _stacked(
        contacts.select("day", complaint=ibis.literal(0.0), contact=ibis.literal(1.0)),
        life.select("day", complaint=count_if(life.complaint), contact=ibis.literal(0.0)),
        known=evidence.has("tickets", "complaint") or evidence.has("ticket_events", "complaint"),
        column="complaint",
    )


def _stacked(upper: ir.Table, lower: ir.Table, *, known: bool, column: str) -> ir.Table:
    table = upper.union(lower)
    return table if known else table.drop(column)


def invitations(evidence: Evidence, _by: Sequence[str] = ()) -> ir.Table:
    """One row per survey: ``responded`` and, where the surveys know it, ``survey_invited``."""
    rows = evidence.tables["surveys"]
    rows = rows.mutate(responded=_any_answer(rows))
    if "survey" not in rows.columns:
        return with_strangers(rows)
    known = rows.filter(rows.survey.notnull())
    invited = {"survey_invited": count_if(known.survey_invited).max() > 0} if "survey_invited" in rows.columns else {}
    found = {"responded": count_if(known.responded).max() > 0, "day": known.day.min(), **invited}
    return known.group_by("survey").agg(**found, **_kept(known, *PLACES, "agent"))


def _any_answer(rows: ir.Table) -> ir.BooleanValue:
    names = ("score", "score_csat", "score_nps", "score_ces", "survey_resolved")
    found: Any = ibis.literal(False)
    for name in names:
        if name in rows.columns:
            found = found | rows[name].notnull()
    return found


def invited_contacts(evidence: Evidence, by: Sequence[str] = ()) -> ir.Table:
    """Invitations among the contacts and answered surveys, one above the other."""
    contacts, surveys = evidence.tables["contacts"], invitations(evidence, by)
    rows = evidence.tables["surveys"]
    whole = "survey" in rows.columns or "question" not in rows.columns
    return _stacked(
        contacts.select("day", responded=ibis.literal(0.0), invited=count_if(_flag(contacts, "survey_invited"))),
        surveys.select("day", responded=count_if(surveys.responded), invited=ibis.literal(0.0)),
        known=whole and "survey_invited" in contacts.columns and "survey_invited" not in rows.columns,
        column="responded",
    )


def chats(evidence: Evidence, _by: Sequence[str] = ()) -> ir.Table:
    """One row per agent and day: ``total`` of the chats' lengths, ``covered`` time with at least one."""
    contacts = evidence.tables["contacts"]
    rows = contacts.filter(
        contacts.channel.isin(CHATS)
        & contacts.agent.notnull()
        & contacts.started_at_s.notnull()
        & contacts.ended_at_s.notnull()
    )
    rows = rows.select("agent", "day", "row", start=rows.started_at_s, stop=rows.ended_at_s)
    return _union(rows, ("agent", "day"))


def states(evidence: Evidence, _by: Sequence[str] = ()) -> ir.Table:
    """Agent states with their length, and the share of each that was paid, productive and as planned."""
    table = evidence.tables["agent_states"]
    seconds = _seconds(table.to_at_s - table.from_at_s)
    paid = (table.paid if "paid" in table.columns else ibis.null("boolean")).coalesce(table.state != "off")
    added = {"seconds": seconds, "is_paid": paid}
    # Work that is not told apart may be either: then nothing says how busy anybody was.
    if not table.filter(table.state == "work").limit(1).count().execute():
        added["handling"] = table.state == "handling"
    if "planned" in table.columns:
        planned = table.planned
        added["is_planned"] = planned.notnull() & (planned != "off")
        added["hours_planned"] = added["is_planned"] & (planned != "leave")
        added["as_planned"] = _work(table.state) == _work(planned)
    return table.mutate(**added)


def _work(state: ir.Value) -> ir.Value:
    """A plan says work; what an agent does then is handling or being available."""
    return ibis.cases((state.isin(PRODUCTIVE), "work"), else_=state)


def plan(evidence: Evidence, _by: Sequence[str] = ()) -> ir.Table:
    """One row per planned stretch: ``seconds`` of it, ``kept`` in the planned state, ``absent`` instead."""
    wanted, done = evidence.tables["schedules"], evidence.tables["agent_states"]
    wanted = wanted.filter(wanted.state != "off").mutate(seconds=_seconds(wanted.to_at_s - wanted.from_at_s))
    done = done.select("agent", done_s=done.from_at_s, until_s=done.to_at_s, did=done.state)
    pairs = wanted.inner_join(
        done, [wanted.agent == done.agent, wanted.from_at_s < done.until_s, done.done_s < wanted.to_at_s]
    )
    overlap = _seconds(ibis.least(pairs.to_at_s, pairs.until_s) - ibis.greatest(pairs.from_at_s, pairs.done_s))
    sums = pairs.group_by("row").agg(
        kept=sum_if(_work(pairs.state) == _work(pairs.did), overlap).sum(),
        absent=sum_if((pairs.did == "absent") & (pairs.state != "leave"), overlap).sum(),
    )
    return wanted.left_join(sums, "row").drop("row_right")


def forecast_days(evidence: Evidence, by: Sequence[str] = ()) -> ir.Table:
    """Forecast and actual volume per day, and per channel where one asks for it."""
    rows = evidence.tables["intervals"]
    rows = rows.filter(rows.forecast.notnull() & rows.actual.notnull())
    names = ["day", *(name for name in PLACES if name in by and name in rows.columns)]
    return rows.group_by(names).agg(forecast=rows.forecast.sum(), actual=rows.actual.sum())


def forms(evidence: Evidence, _by: Sequence[str] = ()) -> ir.Table:
    """One row per quality form: weighted ``reached`` and ``reachable`` points, and whether an error was ``fatal``."""
    rows = evidence.tables["quality_forms"]
    found: dict[str, ir.Value] = {}
    if "points" in rows.columns:
        weight = rows.weight.fill_null(1.0) if "weight" in rows.columns else ibis.literal(1.0)
        both = rows.points.notnull() & rows.points_possible.notnull()
        found["reached"] = sum_if(both, weight * rows.points).sum()
        found["reachable"] = sum_if(both, weight * rows.points_possible).sum()
    if "fatal" in rows.columns:
        found["fatal"] = count_if(rows.fatal).max() > 0
    return rows.group_by("form").agg(**found, day=rows.day.min(), **_kept(rows, "agent", "rater", "contact", "channel"))


def people(evidence: Evidence, _by: Sequence[str] = ()) -> ir.Table:
    """One row per person: ``years`` on the staff in the period, and whether and how they left in it."""
    table, now = evidence.tables["staff"], evidence.now("staff")
    start = evidence.seconds(evidence.period_from) if evidence.period_from else now - 365 * DAY_SECONDS
    gone = table.left_at_s.coalesce(now)
    present = ibis.least(gone, now) - ibis.greatest(table.hired_at_s, start)
    left = (table.left_at_s > start) & (table.left_at_s <= now) & (table.hired_at_s <= now)
    weight = table.headcount.fill_null(1.0) if "headcount" in table.columns else ibis.literal(1.0)
    added: dict[str, Any] = {
        "years": weight * _seconds(ibis.greatest(present, 0)) / YEAR_SECONDS,
        "weight": weight,
        "left": left.fill_null(False),
        "soon": (table.left_at_s - table.hired_at_s < NEW_HIRE_DAYS * DAY_SECONDS).fill_null(False),
        "person": table["row"],
    }
    if "competent_at_s" in table.columns:
        started = (table.hired_at_s >= start) & (table.competent_at_s <= now)
        added["learnt"] = started.fill_null(False)
        added["weeks"] = _seconds(table.competent_at_s - table.hired_at_s) / (7 * DAY_SECONDS)
    return table.mutate(**added)


def articles(evidence: Evidence, _by: Sequence[str] = ()) -> ir.Table:
    """Articles, and where a day is stated whether each is inside its review date then."""
    table = evidence.tables["articles"]
    added: dict[str, Any] = {"article": table["row"]}
    if evidence.as_of and "review_due_at_s" in table.columns:
        added["as_of"] = (table.review_due_at_s >= evidence.seconds(evidence.as_of)).fill_null(False)
    return table.mutate(**added)


def probes(evidence: Evidence, _by: Sequence[str] = ()) -> ir.Table:
    """Probes; ``timed`` where the loading time is known."""
    table = evidence.tables["probes"]
    known = table.load_seconds.notnull() if "load_seconds" in table.columns else ibis.literal(False)
    return table.mutate(timed=known)


def bots(evidence: Evidence, _by: Sequence[str] = ()) -> ir.Table:
    """Bot sessions of known customers: whether each was followed for a window, and contained in it."""
    sessions, contacts = evidence.tables["bot_sessions"], evidence.tables["contacts"]
    last = ibis.timestamp(contacts.arrived_at.max().execute())
    people_ = contacts.filter(contacts.customer.notnull() & contacts.channel.notin(WITHOUT_PERSON))
    if "answered" in people_.columns:
        people_ = people_.filter(people_.answered)
    later = people_.select(who=people_.customer, came=people_.arrived_at)
    known = sessions.filter(sessions.customer.notnull())
    for hours in BOT_HOURS:
        span = ibis.interval(hours=hours)
        known = known.mutate(until=known.started_at + span)
        again = known.semi_join(
            later, [known.customer == later.who, later.came >= known.started_at, later.came <= known.until]
        )
        again = again.select(again_row=again["row"])
        known = known.left_join(again, known["row"] == again.again_row)
        known = known.mutate(**{f"seen_{hours}": known.until <= last, f"alone_{hours}": known.again_row.isnull()}).drop(
            "again_row", "until"
        )
    return known


def notices(evidence: Evidence, _by: Sequence[str] = ()) -> ir.Table:
    """People affected by an event: whether they were told before they asked."""
    table = evidence.tables["notices"]
    told = table.told_at_s.notnull()
    if "asked_at_s" in table.columns:
        told = told & (table.asked_at_s.isnull() | (table.told_at_s < table.asked_at_s))
    return with_strangers(table.mutate(told=told))


def money(evidence: Evidence, _by: Sequence[str] = ()) -> ir.Table:
    """Money per period; every row is a cluster."""
    table = evidence.tables["money"]
    return table.mutate(period=table["row"])


def money_by_contacts(evidence: Evidence, by: Sequence[str] = ()) -> ir.Table:
    """Money per period with the contacts that were handled in it."""
    table, contacts = money(evidence, by), evidence.tables["contacts"]
    if "answered" in contacts.columns:
        contacts = contacts.filter(contacts.answered)
    arrived = contacts.select("arrived_at")
    pairs = table.inner_join(arrived, [arrived.arrived_at >= table.from_at, arrived.arrived_at < table.to_at])
    handled = pairs.group_by("row").agg(handled=_seconds(pairs.count()))
    return table.left_join(handled, "row").drop("row_right")


def projects(evidence: Evidence, _by: Sequence[str] = ()) -> ir.Table:
    """Finished projects; every row is a cluster."""
    table = evidence.tables["projects"]
    return table.mutate(project=table["row"])


_TICKETS = (("tickets",), ("ticket_events",))
VIEWS: dict[str, View] = {
    "contacts": _plain("contacts"),
    "surveys": _plain("surveys"),
    "steps": View((("ticket_events",),), steps),
    "tickets": View(_TICKETS, ticket_life),
    "warnings": View((("ticket_events",),), warnings_raised),
    "issues": View((("contacts",),), issues, (("contacts", "ticket"),)),
    "customers": View((("contacts",),), customers, (("contacts", "customer"), ("contacts", "complaint"))),
    "complaints": View((("contacts", "tickets"), ("contacts", "ticket_events")), complaints),
    "invitations": View((("surveys",),), invitations),
    "invited_contacts": View((("contacts", "surveys"),), invited_contacts),
    "chats": View((("contacts",),), chats, tuple(("contacts", name) for name in ("agent", "started_at", "ended_at"))),
    "states": View((("agent_states",),), states),
    "plan": View((("schedules", "agent_states"),), plan),
    "intervals": _plain("intervals"),
    "forecast_days": View((("intervals",),), forecast_days, (("intervals", "forecast"), ("intervals", "actual"))),
    "forms": View((("quality_forms",),), forms),
    "people": View((("staff",),), people),
    "articles": View((("articles",),), articles),
    "probes": View((("probes",),), probes),
    "tasks": _plain("tasks"),
    "bots": View((("bot_sessions", "contacts"),), bots, (("bot_sessions", "customer"), ("contacts", "customer"))),
    "notices": View((("notices",),), notices),
    "money": View((("money",),), money),
    "money_by_contacts": View((("money", "contacts"),), money_by_contacts),
    "projects": View((("projects",),), projects),
}
