"""The pages of an audit as served, on SQLite with 200 audits of 110 answered criteria each, and the score of one audit.

Pages go through Django's test client in this process: session, rights, queries, template; no network. Beside each runs
the least that could do the work: the same rows by hand-written SQL through ``str.format``, a bare transaction on the
same file with the same settings, the same sums in floats.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import escape
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.common import median, peak, queries, start
from tests.bench.row import Row

if TYPE_CHECKING:
    from django.test import Client

    from standards.models import Edition

FEW, AUDITS, MANY = 10, 200, 1_000
SAVES = 60
AT = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)
EDITION = Path(__file__).parents[2] / "fixtures" / "standards" / "four-block-2026.yaml"
NOTE = "Seen in the call recordings of the first week; two agents were interviewed."


def rows() -> list[Row]:
    """Fill a database of its own and measure; the median of each side after one warm-up."""
    with tempfile.TemporaryDirectory() as folder:
        path = start(Path(folder))
        world = World(path)
        world.grow(FEW)
        few = _saving(world)
        world.grow(AUDITS)
        found = [_sheet(world), _list(world), *_saves(world), _score(world)]
        world.grow(MANY)
        many = _saving(world)
        found.append(
            Row(f"save one answer, {MANY:,} audits in the database", many, f"the same with {FEW}", few, peak())
        )
        world.close()
    return found


class World:
    """One audit body with one auditor, and as many audits as asked for, every criterion answered."""

    def __init__(self, path: Path) -> None:
        """Load the edition, make the people, sign the auditor in."""
        from django.test import Client

        from accounts.models import Centre, Membership, Organisation, Role, User
        from standards.services import edition_load, edition_publish

        self.path = path
        self.body = Organisation.objects.create(name="Audit body", country="HK")
        self.user = User.objects.create_user("auditor@example.org", name="Auditor")
        Membership.objects.create(user=self.user, organisation=self.body, role=Role.AUDITOR)
        self.centre = Centre.objects.create(
            organisation=Organisation.objects.create(name="Bank", country="HK"),
            name="Harbour",
            country="HK",
            industry="banking",
            channels=["voice", "email", "chat", "messaging", "social", "video", "bot", "self_service", "in_person"],
            languages=["en"],
            seats=40,
        )
        loaded = edition_load(data=EDITION.read_bytes(), at=AT).edition
        self.edition: Edition = edition_publish(edition=loaded, at=AT)
        self.client: Client = Client()
        self.client.force_login(self.user)

    def grow(self, audits: int) -> None:
        """Add audits until there are so many; straight into the tables, the same every time."""
        from audits.models import Answer, Audit, TeamMember

        numbers = range(Audit.objects.count() + 1, audits + 1)
        made = Audit.objects.bulk_create([self._audit(number) for number in numbers])
        TeamMember.objects.bulk_create([TeamMember(audit=audit, user=self.user, role="leader") for audit in made])
        criteria = list(self.edition.criteria.order_by("position"))
        answers = (
            Answer(
                audit=audit,
                criterion=criterion,
                level=(criterion.position + audit.pk) % 6,
                note=NOTE,
                revision=1,
                answered_by=self.user,
                answered_at=AT,
            )
            for audit in made
            for criterion in criteria
        )
        Answer.objects.bulk_create(answers, batch_size=2_000)

    def _audit(self, number: int) -> Any:
        from audits.models import Audit

        return Audit(
            reference=f"A-2026-{number:05d}",
            kind="certification",
            centre=self.centre,
            auditee_id=self.centre.organisation_id,
            conductor=self.body,
            edition=self.edition,
            edition_sha256=self.edition.sha256,
            status="fieldwork",
            scope="All channels.",
            onsite_from=date(2026, 9, 14),
            onsite_to=date(2026, 9, 18),
            created_at=AT,
            created_by=self.user,
        )

    def newest(self) -> Any:
        """Return the audit that was made last."""
        from audits.models import Audit

        return Audit.objects.order_by("-pk")[0]

    def by_hand(self) -> sqlite3.Connection:
        """Open the same file with the same settings, without Django."""
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=20)
        connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
        connection.row_factory = sqlite3.Row
        return connection

    @staticmethod
    def close() -> None:
        """Let go of the file before its folder goes."""
        from django.db import connections

        connections.close_all()


# --- reading --------------------------------------------------------------------------------------------------------

SHEET_SQL = """
SELECT a.id, a.level, a.na_reason, a.note, a.revision, a.answered_at, u.name AS person, c.code, c.title, c.requirement,
    c.mandatory, c.na_allowed, k.code AS clause, k.title AS clause_title, b.code AS block,
    EXISTS (SELECT 1 FROM audits_evidence_answers e WHERE e.answer_id = a.id) AS has_evidence,
    EXISTS (SELECT 1 FROM audits_finding f WHERE f.audit_id = a.audit_id AND f.criterion_id = c.id) AS has_finding
FROM audits_answer a JOIN standards_criterion c ON c.id = a.criterion_id JOIN standards_clause k ON k.id = c.clause_id
    JOIN standards_block b ON b.id = k.block_id LEFT JOIN accounts_user u ON u.id = a.answered_by_id
WHERE a.audit_id = ? ORDER BY c.position
"""
SHEET_ROW = (
    '<article id="row-{id}"><form hx-post="/audits/answers/{id}/save/"><h3>{code} {title}</h3><p>{requirement}</p>'
    '{levels}<textarea name="note">{note}</textarea><input type="hidden" name="revision" value="{revision}">'
    "<span>Saved by {person}, {answered_at}</span></form></article>"
)
LEVEL = '<label><input type="radio" name="level" value="{level}"{checked}><span>{level}</span></label>'


def _sheet(world: World) -> Row:
    from django.urls import reverse

    audit = world.newest()
    url = reverse("audits:sheet", args=[audit.pk])
    statements, criteria = queries(lambda: world.client.get(url)), audit.answers.count()
    ours = median(lambda: _ok(world.client.get(url)))
    with closing(world.by_hand()) as connection:
        theirs = median(lambda: _sheet_by_hand(connection, audit.pk))
    what = f"answer sheet, {criteria} criteria ({statements} queries)"
    return Row(what, ours, "its rows by SQL and str.format", theirs, peak())


def _sheet_by_hand(connection: sqlite3.Connection, audit: int) -> str:
    import json

    parts = []
    for row in connection.execute(SHEET_SQL, [audit]):
        texts = {name: escape(json.loads(row[name])["en"]) for name in ("title", "requirement")}
        levels = "".join(LEVEL.format(level=n, checked=" checked" if n == row["level"] else "") for n in range(6))
        words = {"note": escape(row["note"]), "person": escape(row["person"]), "levels": levels}
        parts.append(SHEET_ROW.format(**{**dict(row), **texts, **words}))
    return "".join(parts)


LIST_SQL = """
SELECT a.id, a.reference, a.kind, a.status, a.onsite_from, c.name AS centre, o.name AS auditee, b.name AS conductor
FROM audits_audit a JOIN accounts_centre c ON c.id = a.centre_id JOIN accounts_organisation o ON o.id = a.auditee_id
    JOIN accounts_organisation b ON b.id = a.conductor_id
WHERE a.auditee_id = :body OR a.conductor_id = :body
    OR a.id IN (SELECT audit_id FROM audits_teammember WHERE user_id = :user)
ORDER BY a.onsite_from DESC, a.id DESC LIMIT 50
"""
COUNT_SQL = "SELECT status, count(*) FROM audits_audit WHERE auditee_id = :body OR conductor_id = :body GROUP BY status"
LIST_ROW = (
    '<tr><td><a href="/audits/{id}/">{reference}</a></td><td>{centre}</td><td>{auditee}</td><td>{conductor}</td>'
    "<td>{kind}</td><td>{status}</td><td>{onsite_from}</td></tr>"
)


def _list(world: World) -> Row:
    statements = queries(lambda: world.client.get("/audits/"))
    ours = median(lambda: _ok(world.client.get("/audits/")))
    who = {"body": world.body.pk, "user": world.user.pk}
    with closing(world.by_hand()) as connection:

        def by_hand() -> str:
            connection.execute(COUNT_SQL, who).fetchall()
            return "".join(LIST_ROW.format(**dict(row)) for row in connection.execute(LIST_SQL, who))

        theirs = median(by_hand)
    what = f"list of {AUDITS} audits, a page of 50 ({statements} queries)"
    return Row(what, ours, "its rows by SQL and str.format", theirs, peak())


# --- saving ---------------------------------------------------------------------------------------------------------


@dataclass
class Saver:
    """Saves one answer after the other, each time another level on the revision that is stored."""

    client: Client
    answers: list[int]
    number: count[int]

    def __call__(self) -> None:
        """Save the next answer; at most once per answer, so that its revision is 1."""
        place = next(self.number)
        data = {"level": str(place % 6), "note": f"{NOTE} {place}", "revision": "1"}
        _ok(self.client.post(f"/audits/answers/{self.answers[place]}/save/", data))


def _saving(world: World) -> float:
    """Return the median time of a save in the newest audit."""
    save = Saver(world.client, list(world.newest().answers.values_list("pk", flat=True)), count())
    return median(save, SAVES)


def _saves(world: World) -> list[Row]:
    answers = list(world.newest().answers.values_list("pk", flat=True))
    save = Saver(world.client, answers, count())
    statements = queries(save)
    ours = median(save, SAVES)
    with closing(world.by_hand()) as connection:
        connection.execute("CREATE TABLE bench_entry AS SELECT * FROM ledger_entry WHERE 0")
        theirs = median(lambda: _save_by_hand(connection, answers[-1]), SAVES)
        connection.execute("DROP TABLE bench_entry")
    what = f"save one answer, {AUDITS} audits ({statements} queries with begin and commit), with the new score"
    return [Row(what, ours, "a bare UPDATE and INSERT, committed", theirs, peak())]


def _save_by_hand(connection: sqlite3.Connection, answer: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(
        "UPDATE audits_answer SET level = (level + 1) % 6, revision = revision + 1, note = ? WHERE id = ?",
        [NOTE, answer],
    )
    connection.execute(
        "INSERT INTO bench_entry (sequence, action, subject, content, hash) VALUES (1, 'answer.saved', ?, ?, ?)",
        ["audit:1", NOTE * 4, "0" * 64],
    )
    connection.execute("COMMIT")


# --- the score ------------------------------------------------------------------------------------------------------


def _score(world: World) -> Row:
    from audits.selectors.case import audit_case
    from standards.scoring import parse_case, score
    from standards.selectors import edition_spec

    audit = world.newest()
    spec = edition_spec(world.edition)
    case = parse_case(spec, audit_case(audit, audit.answers.select_related("criterion"), today=AT.date()))
    cells = [(row.tier, row.block, float(row.units), case.levels[row.code]) for row in spec.rows]
    points = [float(block.points) for block in spec.blocks]

    def in_floats() -> list[float]:
        totals = []
        for tier in range(len(spec.tiers)):
            got, most = [0.0] * len(points), [0.0] * len(points)
            for first, block, weight, level in cells:
                if first <= tier:
                    got[block] += weight * level / 5
                    most[block] += weight
            totals.append(sum(p * g / m for p, g, m in zip(points, got, most, strict=True)))
        return totals

    exact = [float(tier.low) for tier in score(spec, case).tiers]
    if any(abs(ours - theirs) > 1e-6 for ours, theirs in zip(exact, in_floats(), strict=True)):
        raise AssertionError("The baseline computes something else.")
    ours = median(lambda: score(spec, case), 200)
    theirs = median(in_floats, 200)
    return Row("score of one audit, exact, with all gates", ours, "the same sums in floats, no gates", theirs, peak())


# --- measuring ------------------------------------------------------------------------------------------------------


def _ok(response: Any) -> None:
    if response.status_code != 200:
        raise AssertionError(f"The page answered {response.status_code}.")
