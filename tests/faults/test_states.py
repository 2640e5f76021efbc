"""Two people at one audit, any order of acts, crashes in between: what was acknowledged is there, and all agrees."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from django.conf import settings as configured
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from audits.models import Answer, Evidence
from audits.services.answers import AnswerInput, answer_save
from audits.services.errors import StaleRevisionError
from audits.services.evidence import evidence_add
from audits.storage import EvidenceRefusedError, intact
from ledger.chain import verify
from ledger.models import Entry
from ledger.selectors import links
from tests.factories import AT, make_audit

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

WHO, WHICH = st.integers(0, 1), st.integers(0, 1)
CONTENTS = st.builds(AnswerInput, level=st.none() | st.integers(0, 5), note=st.sampled_from(["", "a", "b"]))
FILES = st.sampled_from([b"one", b"two", b"three"])


class KilledError(BaseException):
    """The process ends here: no handler of the product may catch it."""


def killed(*_words: object, **_named: object) -> None:
    raise KilledError


class TwoPeople(RuleBasedStateMachine):
    """The model: for each answer what was acknowledged last and its revision; the files; the entries."""

    @initialize()
    def begin(self) -> None:
        """Open the sheet at two people."""
        self.audit = make_audit()
        self.answers = list(self.audit.answers.all()[:2])
        self.people = [member.user for member in self.audit.team.all()]
        self.stored = [(AnswerInput(), 0), (AnswerInput(), 0)]
        self.seen = [[0, 0], [0, 0]]
        self.files: set[str] = set()
        self.before = Entry.objects.count()
        self.entries = 0

    def _save(self, who: int, which: int, content: AnswerInput) -> Any:
        revision = self.seen[who][which]
        pk, by = self.answers[which].pk, self.people[who]
        return answer_save(answer_id=pk, content=content, revision=revision, by=by, at=AT)

    @rule(who=WHO, which=WHICH)
    def looks_again(self, who: int, which: int) -> None:
        """Somebody reads the newest."""
        self.seen[who][which] = self.stored[which][1]

    @rule(who=WHO, which=WHICH, content=CONTENTS)
    def saves(self, who: int, which: int, content: AnswerInput) -> None:
        """Somebody saves on what they saw last."""
        old, revision = self.stored[which]
        try:
            saved = self._save(who, which, content)
        except StaleRevisionError:
            assert self.seen[who][which] != revision
            assert content != old
            return
        if content != old:
            assert self.seen[who][which] == revision, "nobody's text is replaced unseen"
            self.stored[which] = (content, revision + 1)
            self.entries += 1
        self.seen[who][which] = saved.revision

    @rule(who=WHO, which=WHICH, content=CONTENTS)
    def is_killed_before_the_commit(self, who: int, which: int, content: AnswerInput) -> None:
        """A save that is never acknowledged changes nothing."""
        with patch("audits.services.answers.ledger_append", killed):
            try:
                self._save(who, which, content)
            except (KilledError, StaleRevisionError):
                return
        assert content == self.stored[which][0], "only what is there already needs no entry"

    @rule(who=WHO, which=WHICH, content=CONTENTS)
    def saves_but_the_answer_is_lost_and_tries_again(self, who: int, which: int, content: AnswerInput) -> None:
        """The same again does the work once."""
        seen = self.seen[who][which]
        self.saves(who, which, content)
        told, self.seen[who][which] = self.seen[who][which], seen
        self.saves(who, which, content)
        assert self.seen[who][which] in {told, seen}

    @rule(who=WHO, which=WHICH, data=FILES)
    def adds_evidence(self, who: int, which: int, data: bytes) -> None:
        """A file is attached."""
        before = Entry.objects.count()
        self._add(who, which, data)
        self.entries += Entry.objects.count() - before
        self.files.add(hashlib.sha256(data).hexdigest())

    @rule(who=WHO, which=WHICH, data=FILES)
    def adds_evidence_on_a_full_disk(self, who: int, which: int, data: bytes) -> None:
        """A file that cannot be written is refused."""
        with patch("audits.storage.os.fsync", side_effect=OSError(28, "full")), pytest.raises(EvidenceRefusedError):
            self._add(who, which, data)

    @rule(who=WHO, which=WHICH, data=FILES)
    def is_killed_while_adding_evidence(self, who: int, which: int, data: bytes) -> None:
        """The file may be there without a row: it is named by its content, so that the next attempt finds it."""
        before = Entry.objects.count()
        with patch("audits.services.evidence.ledger_append", killed):
            try:
                self._add(who, which, data)
            except KilledError:
                return
        assert Entry.objects.count() == before, "only what is attached already needs no entry"

    def _add(self, who: int, which: int, data: bytes) -> None:
        evidence_add(
            answer=self.answers[which],
            source=io.BytesIO(data),
            filename="note.txt",
            title="Note",
            kind="document",
            by=self.people[who],
            at=AT,
        )

    @invariant()
    def what_was_acknowledged_is_there(self) -> None:
        """Content and revision of each answer."""
        if not hasattr(self, "audit"):
            return
        for answer, (content, revision) in zip(self.answers, self.stored, strict=True):
            row = Answer.objects.get(pk=answer.pk)
            assert (AnswerInput(row.level, row.na_reason, row.note), row.revision) == (content, revision)

    @invariant()
    def the_files_are_those_of_the_rows(self) -> None:
        """Each row has its file, whole, and nothing half is left."""
        if not hasattr(self, "audit"):
            return
        rows = set(Evidence.objects.filter(audit=self.audit).values_list("sha256", flat=True))
        assert rows == self.files
        assert [each for each in rows if not intact(each)] == []
        assert list(Path(configured.EVIDENCE_DIR).rglob("incoming-*")) == []

    @invariant()
    def the_ledger_is_whole_and_has_each_act_once(self) -> None:
        """The chain holds, with as many entries as acts."""
        if not hasattr(self, "audit"):
            return
        assert verify(links()) is None
        assert Entry.objects.count() == self.before + self.entries


@pytest.mark.django_db
def test_any_order_of_acts_and_crashes(settings: SettingsWrapper, tmp_path: Path) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"
    run_state_machine_as_test(TwoPeople, settings=HURRIED)


HURRIED = settings(
    max_examples=12,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
