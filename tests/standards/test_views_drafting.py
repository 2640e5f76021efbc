"""The pages of those who write a standard: who may come in, conflicts, faults at their field, steps, files."""

from __future__ import annotations

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Membership, Role
from standards.drafts import draft_document
from standards.editions.lineage import criteria_of
from standards.editions.parts import Address, part_at, part_hash
from standards.editions.writer import edition_yaml
from standards.fault_words import SHAPES, fault_words
from standards.models import Edition, EditionStatus
from standards.services import edition_copy, edition_step, part_save, standard_own
from tests.factories import make_organisation, make_user
from tests.standards.conftest import AT


class Scene:
    """An owned standard with a draft, and two people who write it."""

    def __init__(self, published: Edition) -> None:
        """Give the standard an owner and begin its next edition."""
        self.owner = make_organisation()
        self.ann, self.ben = (make_user(Role.SCHEME_OWNER, self.owner, language="en") for _ in range(2))
        standard_own(code=published.code, owner=self.owner, at=AT)
        self.published = published
        self.draft = edition_copy(edition=published, version="next", by=self.ann, at=AT)
        self.code = next(iter(criteria_of(draft_document(self.draft))))

    def client(self, user=None) -> Client:
        """Return a browser of this person, else of Ann."""
        client = Client()
        client.force_login(user or self.ann)
        return client

    def now(self) -> Edition:
        """Return the draft as it is now."""
        return Edition.objects.get(pk=self.draft.pk)

    def address(self, name: str, *more: str) -> str:
        """Return the address of a page of the draft."""
        return reverse(f"standards:{name}", args=[self.draft.code, self.draft.version, *more])

    def save(self, code: str, by, **fields) -> None:
        """Save a criterion on the service, as somebody else would meanwhile."""
        address = Address("criterion", code)
        part = part_at(draft_document(self.now()), address)
        seen = part_hash(part)
        part_save(edition=self.draft, address=address, part={**part, **fields}, seen=seen, by=by, at=AT)

    def send(self, by=None) -> None:
        """Send the draft to review."""
        edition_step(edition=self.draft, step="send", seen_sha256=self.now().sha256, by=by or self.ann, at=AT)


@pytest.fixture
def scene(tiny: Edition) -> Scene:
    return Scene(tiny)


def filled(page: str) -> dict[str, object]:
    """Return what a browser would send of the form with ``data-unsaved`` (or the only one), nothing changed."""
    form = re.search(r"<form[^>]*novalidate.*?</form>", page, re.DOTALL)[0]
    data: dict[str, object] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, kind = re.search(r'name="([^"]*)"', tag), re.search(r'type="([^"]*)"', tag)[1]
        if not name or name[1] == "csrfmiddlewaretoken" or (kind == "checkbox" and " checked" not in tag):
            continue
        value = re.search(r'value="([^"]*)"', tag)
        data.setdefault(name[1], []).append(html.unescape(value[1]) if value else "on" * (kind == "checkbox"))
    for name, words in re.findall(r'<textarea[^>]*?name="([^"]*)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL):
        data[name] = html.unescape(words).replace("\n", "\r\n")
    for name, options in re.findall(r'<select[^>]*?name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        data[name] = chosen[1] if chosen else re.search(r'<option value="([^"]*)"', options)[1]
    return data


GETS = [
    ("draft",),
    ("import",),
    ("head_edit",),
    ("section_edit", "tiers"),
    ("block_edit", "X"),
    ("clause_edit", "X1"),
    ("criterion_new", "X1"),
    ("criterion_edit", "X1.1"),
    ("criterion_drop", "Y1.2"),
    ("step", "send"),
]


# --- who may come in


@pytest.mark.parametrize("address", GETS, ids=lambda each: each[0])
def test_only_scheme_owners_of_the_owner_come_in(scene: Scene, address: tuple[str, ...]) -> None:
    path = scene.address(*address)
    stranger = make_user(Role.SCHEME_OWNER, make_organisation())
    member = make_user(Role.ADMINISTRATOR, scene.owner)
    operator = make_user(is_staff=True, is_superuser=True)
    assert Client().get(path).status_code == 302
    assert scene.client(stranger).get(path).status_code == 404
    assert scene.client(operator).get(path).status_code == 404
    assert scene.client(member).get(path).status_code == 403
    assert scene.client().get(path).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        ("head_check",),
        ("criterion_check", "X1.1"),
        ("criterion_look", "X1.1"),
        ("section_check", "tiers"),
        ("criterion_restore", "X1.1"),
        ("criterion_edit", "X1.1"),
        ("criterion_drop", "Y1.2"),
        ("criterion_new", "X1"),
        ("step", "send"),
        ("import",),
    ],
    ids=lambda each: each[0],
)
def test_only_scheme_owners_of_the_owner_send(scene: Scene, address: tuple[str, ...]) -> None:
    before = scene.now().sha256
    path = scene.address(*address)
    assert scene.client(make_user()).post(path).status_code == 404
    assert scene.client(make_user(Role.VIEWER, scene.owner)).post(path).status_code == 403
    assert (scene.now().sha256, scene.now().status) == (before, "draft")


def test_a_draft_is_read_by_its_organisation_alone(scene: Scene) -> None:
    viewer, stranger = make_user(Role.VIEWER, scene.owner), make_user()
    for name, more in (("edition", ()), ("criterion", ("X1.1",)), ("export", ())):
        assert scene.client(viewer).get(scene.address(name, *more)).status_code == 200
        assert scene.client(stranger).get(scene.address(name, *more)).status_code == 404
    listed = reverse("standards:edition_list")
    assert "/tiny/next/" in scene.client(viewer).get(listed).content.decode()
    assert "/tiny/next/" not in scene.client(stranger).get(listed).content.decode()
    assert scene.client(stranger).get(reverse("standards:edition", args=["tiny", "1"])).status_code == 200


def test_buttons_are_for_those_who_may(scene: Scene) -> None:
    page = reverse("standards:edition", args=["tiny", "1"])
    assert "Begin the next edition" in scene.client().get(page).content.decode()
    assert "Begin the next edition" not in scene.client(make_user()).get(page).content.decode()


@pytest.mark.parametrize(
    "address",
    [
        ("section_edit", "blocks"),
        ("criterion_edit", "Q1.1"),
        ("block_edit", "X1"),
        ("clause_edit", "X"),
        ("criterion_new", "Q1"),
        ("criterion_drop", "Q1.1"),
        ("step", "supersede"),
        ("step", "eat"),
    ],
)
def test_what_is_not_there_is_not_found(scene: Scene, address: tuple[str, ...]) -> None:
    assert scene.client().get(scene.address(*address)).status_code == 404


# --- one part


@pytest.mark.parametrize(
    "address", [("criterion_edit", code) for code in ("X1.1", "Y1.1", "Y1.2", "Z1.1")] + GETS[2:6], ids=str
)
def test_saving_a_form_as_it_came_changes_nothing(scene: Scene, address: tuple[str, ...]) -> None:
    client, path = scene.client(), scene.address(*address)
    answer = client.post(path, filled(client.get(path).content.decode()))
    assert (answer.status_code, answer.headers.get("Location")) == (302, path)
    assert scene.now().sha256 == scene.draft.sha256


def test_saving_every_criterion_of_the_shipped_edition_as_it_came_changes_nothing(shipped: Edition) -> None:
    scene = Scene(shipped)
    client = scene.client()
    codes = list(criteria_of(draft_document(scene.draft)))
    for code in codes[::9]:
        path = scene.address("criterion_edit", code)
        assert client.post(path, filled(client.get(path).content.decode())).status_code == 302
    for address in (("head_edit",), *(("section_edit", name) for name in ("tiers", "facts", "schemes", "scale"))):
        path = scene.address(*address)
        assert client.post(path, filled(client.get(path).content.decode())).status_code == 302
    assert scene.now().sha256 == scene.draft.sha256


def test_everything_of_a_criterion_can_be_written(scene: Scene) -> None:
    client, path = scene.client(), scene.address("criterion_edit", "Y1.2")
    data = filled(client.get(path).content.decode()) | {
        "title__en": "New title",
        "title__zh-hans": "新标题",
        "look_at__zh-hant": "看排班表",
        "anchors_3__zh-hant": "三級",
        "evidence_0__en": "Forecast file",
        "evidence_0__zh-hans": "预测文件",
        "evidence_2__en": "Second item",
        "weight": "2.5",
        "tier": "bronze",
        "kind": "process",
        "na_allowed": "on",
        "facets": "approach，deployment、 trend",
        "when_fact": "channels",
        "when_includes": "chat",
        "kpis": ["nps", "csat"],
        "crosswalk_iso9001": "7.1.2, 8.1",
        "lineage_from": "Y1.1, Y1.2",
        "lineage_meaning": "changed",
        "lineage_practices": "BP-7",
        "lineage_reason__en": "Merged.",
    }
    assert client.post(path, data).status_code == 302
    document = draft_document(scene.now())
    part = criteria_of(document)["Y1.2"]
    assert part["title"] == {"en": "New title", "zh-hans": "新标题"}
    assert part["look_at"] == {"zh-hant": "看排班表"}
    assert part["anchors"]["3"] == {"en": "Level 3 of this", "zh-hant": "三級"}
    assert part["evidence"] == [{"en": "Forecast file", "zh-hans": "预测文件"}, {"en": "Second item"}]
    assert (part["weight"], part["tier"], part["kind"], part["na_allowed"]) == (2.5, "bronze", "process", True)
    assert part["facets"] == ["approach", "deployment", "trend"]
    assert part["when"] == {"fact": "channels", "includes": ["chat"]}
    assert part["kpis"] == ["nps", "csat"]
    assert part["crosswalk"] == {"iso9001": ["7.1.2", "8.1"]}
    assert document["lineage"]["Y1.2"] == {
        "from": ["Y1.1", "Y1.2"],
        "meaning": "changed",
        "practices": ["BP-7"],
        "reason": {"en": "Merged."},
    }
    again = filled(client.get(path).content.decode())
    before = scene.now().sha256
    assert client.post(path, again).status_code == 302
    assert scene.now().sha256 == before


FAULTS = [
    ({"weight": "0"}, "weight", "must be from 0.001 to 999.999, not 0"),
    ({"weight": "NaN"}, "weight", "must be a number"),
    ({"weight": "1e9"}, "weight", "must be a number"),
    ({"weight": ""}, "weight", "This field is required"),
    ({"title__en": "a <b>bold</b> word"}, "title__en", "contains HTML"),
    ({"title__zh-hant": "\u202eturned"}, "title__zh-hant", "control character U+202E"),
    ({"requirement__en": "x" * 4001}, "requirement__en", "longer than 4000 characters"),
    ({"anchors_3__en": "&lt;"}, "anchors_3__en", "contains HTML"),
    ({"evidence_1__en": "<i>"}, "evidence_0__en", "contains HTML"),
    ({"crosswalk_iso9001": "99.9"}, "crosswalk_iso9001", "99.9"),
    ({"crosswalk_iso9001": "7.1.2, 7.1.2"}, "crosswalk_iso9001", "is there twice"),
    ({"when_fact": "channels", "when_includes": "pigeon"}, "when_includes", "pigeon"),
    ({"when_fact": "channels", "when_includes": ""}, "when_includes", "needs at least one word"),
    ({"kpis": ["happiness"]}, "kpis", "happiness"),
    ({"tier": "gold"}, "tier", "gold"),
    ({"title__en": "nul\0"}, "title__en", "Null characters"),
    ({"mandatory": "on", "na_allowed": "on"}, "mandatory", "N/A cannot be allowed"),
    ({"lineage_meaning": "other"}, "lineage_meaning", "other"),
]


@pytest.mark.parametrize(("typed", "field", "says"), FAULTS, ids=lambda each: str(each)[:40])
def test_faults_stand_at_their_field_and_nothing_is_saved(scene: Scene, typed: dict, field: str, says: str) -> None:
    client, path = scene.client(), scene.address("criterion_edit", "Y1.1")
    data = filled(client.get(path).content.decode()) | typed
    for address, status in ((path, 422), (scene.address("criterion_check", "Y1.1"), 200)):
        answer = client.post(address, data)
        assert answer.status_code == status
        page = html.unescape(answer.content.decode())
        assert says in re.search(rf'id="fault-{field}"[^>]*>([^<]*(?:<[bi]>[^<]*)*)<', page)[1]
        assert "cannot be saved like this" in page
    assert scene.now().sha256 == scene.draft.sha256


def test_check_saves_nothing_and_says_that_all_is_well(scene: Scene) -> None:
    client, path = scene.client(), scene.address("criterion_edit", "Y1.1")
    data = filled(client.get(path).content.decode()) | {"title__en": "Other"}
    page = client.post(scene.address("criterion_check", "Y1.1"), data).content.decode()
    assert "No faults. Not saved yet." in page
    assert "<html" not in page
    assert scene.now().sha256 == scene.draft.sha256


def test_a_fault_elsewhere_names_its_place(scene: Scene) -> None:
    client, path = scene.client(), scene.address("criterion_edit", "X1.1")
    data = filled(client.get(path).content.decode()) | {"tier": "silver"}
    page = client.post(path, data).content.decode()
    assert "X: needs a criterion of tier bronze" in page


def test_head_points_must_add_up(scene: Scene) -> None:
    client, path = scene.client(), scene.address("head_edit")
    data = filled(client.get(path).content.decode())
    answer = client.post(path, data | {"points_X": "30"})
    assert answer.status_code == 422
    assert "the points of the blocks add up to 110, but there are 100 in all" in answer.content.decode()
    assert client.post(path, data | {"points_X": "30", "points_Y": "20"}).status_code == 302
    assert client.post(path, filled(client.get(path).content.decode()) | {"points_X": "-1"}).status_code == 422


# --- two people


def test_a_conflict_keeps_both_texts_and_lets_the_person_choose(scene: Scene) -> None:
    client, path = scene.client(), scene.address("criterion_edit", "X1.1")
    data = filled(client.get(path).content.decode()) | {"title__en": "Mine", "weight": "3"}
    scene.save("X1.1", scene.ben, title={"en": "Theirs"}, tier="bronze")
    warned = client.post(scene.address("criterion_check", "X1.1"), data).content.decode()
    assert "When you save, you will see both and choose." in warned
    answer = client.post(path, data)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert ">\nMine</textarea>" in page
    assert "<span>Theirs</span>" in page
    assert page.count("ts-theirs") == 2
    assert criteria_of(draft_document(scene.now()))["X1.1"]["title"] == {"en": "Theirs"}
    assert client.post(path, filled(page)).status_code == 302
    part = criteria_of(draft_document(scene.now()))["X1.1"]
    assert (part["title"], part["weight"]) == ({"en": "Mine"}, 3)


def test_evidence_that_somebody_removed_meanwhile_is_not_lost(scene: Scene) -> None:
    scene.save("X1.1", scene.ben, evidence=[{"en": f"Item {number}"} for number in range(6)])
    client, path = scene.client(), scene.address("criterion_edit", "X1.1")
    data = filled(client.get(path).content.decode()) | {"evidence_8__en": "Mine, at the end"}
    scene.save("X1.1", scene.ben, evidence=[])
    answer = client.post(path, data)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Item 5" in page
    assert "Mine, at the end" in page
    assert client.post(path, filled(page)).status_code == 302
    assert len(criteria_of(draft_document(scene.now()))["X1.1"]["evidence"]) == 7


def test_a_criterion_removed_meanwhile_keeps_what_was_typed(scene: Scene) -> None:
    client, path = scene.client(), scene.address("criterion_edit", "Y1.2")
    data = filled(client.get(path).content.decode()) | {"requirement__en": "My long work."}
    other = scene.client(scene.ben)
    drop = scene.address("criterion_drop", "Y1.2")
    seen = re.search(r'name="seen" value="(\w+)"', other.get(drop).content.decode())[1]
    assert other.post(drop, {"seen": seen}).status_code == 302
    answer = client.post(path, data)
    assert answer.status_code == 409
    assert "My long work." in answer.content.decode()
    assert "Somebody else removed this criterion" in answer.content.decode()


def test_sent_to_review_while_somebody_writes(scene: Scene) -> None:
    client, path = scene.client(scene.ben), scene.address("criterion_edit", "X1.1")
    data = filled(client.get(path).content.decode()) | {"requirement__en": "My long work."}
    scene.send()
    frozen = scene.now().sha256
    answer = client.post(path, data)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "My long work." in page
    assert "It became in review while you were writing" in page
    assert "this cannot be saved" in client.post(scene.address("criterion_check", "X1.1"), data).content.decode()
    assert scene.now().sha256 == frozen


def test_a_section_shows_its_faults_with_lines_and_conflicts_with_both_texts(scene: Scene) -> None:
    client, path = scene.client(), scene.address("section_edit", "tiers")
    data = filled(client.get(path).content.decode())
    wrong = data | {"text": data["text"].replace("min: 50", "min: 5000")}
    answer = client.post(path, wrong)
    assert answer.status_code == 422
    line = data["text"][: data["text"].index("min: 50")].count("\r\n") + 1
    assert f"line {line}" in answer.content.decode()
    assert f"line {line}" in client.post(scene.address("section_check", "tiers"), wrong).content.decode()
    for bad, says in (("a: [", "not YAML"), ("a: &x [1]", "anchors"), ("", "This field is required"), ("7", "list")):
        answer = client.post(path, data | {"text": bad})
        assert answer.status_code == 422
        assert says in html.unescape(answer.content.decode())
    tighter = data | {"text": data["text"].replace("min: 50", "min: 60")}
    assert scene.client(scene.ben).post(path, tighter).status_code == 302
    answer = client.post(path, data | {"text": data["text"].replace("min: 50", "min: 70")})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "min: 70" in page
    assert "min: 60" in page
    assert client.post(path, filled(page)).status_code == 302
    assert draft_document(scene.now())["tiers"][0]["gates"][0] == {"gate": "total", "min": 70}


# --- looking


def test_look_shows_what_was_typed_in_each_language(scene: Scene) -> None:
    client = scene.client()
    path = scene.address("criterion_edit", "Y1.1")
    data = filled(client.get(path).content.decode()) | {"title__en": "Fresh words", "title__zh-hans": "新的说法"}
    look = scene.address("criterion_look", "Y1.1")
    english = client.post(f"{look}?view=en", data).content.decode()
    assert "Fresh words" in english
    chinese = client.post(f"{look}?view=zh-hans", data).content.decode()
    assert 'lang="zh-hans"' in chinese
    assert "新的说法" in chinese
    assert "Fresh words" not in chinese
    beside = client.post(f"{look}?view=compare", data).content.decode()
    assert "<del>Forecast &amp; plan</del>" in beside
    assert "<ins>Fresh words</ins>" in beside
    assert "<ins>新的说法</ins>" in beside
    assert "Mend the faults first" in client.post(look, data | {"weight": "0"}).content.decode()
    assert "Mend the faults first" in client.post(look, data | {"tier": "gold"}).content.decode()
    assert (
        "Unchanged" in client.post(f"{look}?view=compare", filled(client.get(path).content.decode())).content.decode()
    )


def test_overview_marks_what_differs_and_what_is_missing(scene: Scene) -> None:
    scene.save("Y1.1", scene.ann, requirement={"zh-hans": "只有中文"}, weight=2)
    page = html.unescape(scene.client().get(scene.address("draft")).content.decode())
    for words in ("Re-weighted", "Reworded", "1 text is missing", "declared, with gaps", "SHA-256", "Languages"):
        assert words in page
    assert f'href="{scene.address("criterion_edit", "Y1.1")}">Y1.1 requirement</a>' in page
    assert "Texts are missing in a language" in page


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
@pytest.mark.parametrize("address", GETS, ids=lambda each: each[0])
def test_pages_open_in_three_languages(scene: Scene, address: tuple[str, ...], language: str) -> None:
    person = make_user(Role.SCHEME_OWNER, scene.owner, language=language)
    page = scene.client(person).get(scene.address(*address)).content.decode()
    assert f'<html lang="{language}"' in page


@pytest.mark.parametrize("address", [("draft",), ("criterion_edit",), ("head_edit",)], ids=lambda each: each[0])
def test_pages_take_as_many_queries_for_110_criteria_as_for_4(
    tiny: Edition, shipped: Edition, address: tuple[str, ...]
) -> None:
    counts = []
    for published in (tiny, shipped):
        scene = Scene(published)
        client = scene.client()
        path = scene.address(*address, *([scene.code] if address == ("criterion_edit",) else []))
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 14


# --- criteria that come and go


def test_add_a_criterion_and_write_it(scene: Scene) -> None:
    client, path = scene.client(), scene.address("criterion_new", "Y1")
    data = filled(client.get(path).content.decode())
    assert data["code"] == ["Y1.3"]
    answer = client.post(path, data | {"title__en": "Bots", "title__zh-hant": "機器人"})
    assert answer.headers["Location"] == scene.address("criterion_edit", "Y1.3")
    assert client.get(answer.headers["Location"]).status_code == 200
    page = client.get(scene.address("draft")).content.decode()
    assert "Added" in page
    for code, says in (
        ("X1.1", "there twice"),
        ("Q7", "must begin with Y1"),
        ("Y1.<b>", "not a code"),
        ("", "required"),
    ):
        answer = client.post(path, data | {"code": code})
        assert answer.status_code == 422
        assert says in html.unescape(answer.content.decode())


def test_remove_asks_first_and_what_was_there_before_can_be_put_back(scene: Scene) -> None:
    client, path = scene.client(), scene.address("criterion_drop", "Y1.2")
    page = client.get(path).content.decode()
    assert "Remove Y1.2 Chat?" in page
    assert scene.now().criteria.filter(code="Y1.2").exists()
    assert client.post(path, {"seen": "0"}).status_code == 409
    seen = re.search(r'name="seen" value="(\w+)"', page)[1]
    assert client.post(path, {"seen": seen}).status_code == 302
    page = client.get(scene.address("draft")).content.decode()
    assert "Not carried on from the edition before" in page
    assert client.post(scene.address("criterion_restore", "Y1.2")).status_code == 302
    assert scene.now().sha256 == scene.draft.sha256
    assert client.post(scene.address("criterion_restore", "Q1.1")).status_code == 404


def test_the_last_criterion_of_a_clause_is_not_removed(scene: Scene) -> None:
    client, path = scene.client(), scene.address("criterion_drop", "X1.1")
    seen = re.search(r'name="seen" value="(\w+)"', client.get(path).content.decode())[1]
    answer = client.post(path, {"seen": seen})
    assert answer.status_code == 422
    assert "needs at least 1" in answer.content.decode()


# --- files


def upload(scene: Scene, data: bytes, seen: str | None = None):
    file = SimpleUploadedFile("edition.yaml", data)
    sha256 = scene.now().sha256 if seen is None else seen
    return scene.client().post(scene.address("import"), {"file": file, "seen": sha256})


def test_download_change_and_import(scene: Scene) -> None:
    answer = scene.client().get(scene.address("export"))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="tiny-next.yaml"'
    assert upload(scene, answer.content).status_code == 302
    assert scene.now().sha256 == scene.draft.sha256
    assert upload(scene, answer.content.replace(b"shall chat", b"shall talk")).status_code == 302
    assert "talk" in scene.now().document
    assert upload(scene, answer.content, seen=scene.draft.sha256).status_code == 409
    assert "talk" in scene.now().document


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda text: text.replace("weight: 1.5", "weight: 0"), "must be from 0.001"),
        (lambda text: text.replace("code: tiny", "code: other"), "the file has 'other', this draft is 'tiny'"),
        (lambda _text: "x" * (30 * 1024 * 1024), "30 MB is too large; the limit is 10 MB"),
        (lambda _text: "a: &a [1]\nb: [*a, *a]", "anchors (&a) are not allowed"),
        (lambda text: text + "\0", "contains a NUL character"),
        (lambda _text: "", "The file is empty"),
        (lambda _text: "a: [", "not YAML"),
    ],
    ids=["weight", "code", "large", "bomb", "nul", "empty", "yaml"],
)
def test_import_shows_faults_with_lines_and_writes_nothing(scene: Scene, make, says: str) -> None:
    text = edition_yaml(draft_document(scene.draft))
    answer = upload(scene, make(text).encode())
    assert answer.status_code == 422
    assert says in html.unescape(answer.content.decode())
    assert scene.now().sha256 == scene.draft.sha256
    if says.startswith("must be"):
        line = text[: text.index("weight: 1.5")].count("\n") + 1
        assert f"line {line}" in answer.content.decode()


def test_import_of_what_is_not_utf8_names_the_line(scene: Scene) -> None:
    answer = upload(scene, b"code: tiny\ntitle: \xe9")
    assert answer.status_code == 422
    assert "line 2" in answer.content.decode()
    assert "not UTF-8" in answer.content.decode()


# --- steps


def step(scene: Scene, name: str, by, **more):
    client = scene.client(by)
    path = scene.address("step", name)
    return client.post(path, filled(client.get(path).content.decode()) | more)


def test_the_way_from_draft_to_published_and_withdrawn(scene: Scene) -> None:
    ann, ben = scene.ann, scene.ben
    third = make_user(Role.SCHEME_OWNER, scene.owner)
    assert step(scene, "send", ben).status_code == 302
    refused = step(scene, "publish", ben)
    assert refused.status_code == 409
    assert "You sent this edition to review" in refused.content.decode()
    assert "You were the last to write" in step(scene, "publish", ann).content.decode()
    assert step(scene, "return", third, reason=" ").status_code == 422
    assert step(scene, "return", third, reason="Unclear.").status_code == 302
    assert "Unclear." in scene.client().get(scene.address("draft")).content.decode()
    assert step(scene, "send", ann).status_code == 302
    asked = scene.client(third).get(scene.address("step", "publish")).content.decode()
    assert scene.now().sha256 in asked
    assert "Supersedes" in asked
    assert step(scene, "publish", third).status_code == 302
    assert scene.now().status == EditionStatus.PUBLISHED
    assert Edition.objects.get(pk=scene.published.pk).status == EditionStatus.SUPERSEDED
    assert step(scene, "withdraw", ann, reason="A gate was wrong.").status_code == 302
    reader = scene.client(make_user()).get(scene.address("edition")).content.decode()
    assert "A gate was wrong." in reader


def test_publishing_may_leave_the_older_edition_published(scene: Scene) -> None:
    scene.send()
    assert step(scene, "publish", make_user(Role.SCHEME_OWNER, scene.owner), supersede=[]).status_code == 302
    assert Edition.objects.get(pk=scene.published.pk).status == EditionStatus.PUBLISHED


def test_who_left_the_organisation_publishes_no_more(scene: Scene) -> None:
    scene.send()
    Membership.objects.filter(user=scene.ben).delete()
    assert scene.client(scene.ben).post(scene.address("step", "publish"), {"seen": "x"}).status_code == 404
    assert scene.now().status == EditionStatus.REVIEW


def test_begin_the_next_edition(scene: Scene) -> None:
    client, path = scene.client(), reverse("standards:begin", args=["tiny", "1"])
    assert filled(client.get(path).content.decode())["version"] == ["2"]
    assert client.post(path, {"version": "2"}).headers["Location"] == reverse("standards:draft", args=["tiny", "2"])
    for version, says in (("2", "There is an edition of this version"), ("a b", "not a code"), ("", "required")):
        answer = client.post(path, {"version": version})
        assert answer.status_code == 422
        assert says in answer.content.decode()
    assert client.get(scene.address("begin")).status_code == 404


# --- words


def test_faults_are_said_in_the_writers_language() -> None:
    assert fault_words("must be from 0.001 to 999.999, not 0") == "must be from 0.001 to 999.999, not 0"
    assert fault_words("something that nobody foresaw: %(x)s") == "something that nobody foresaw: %(x)s"
    for shape, words in SHAPES:
        assert set(re.findall(r"%\((\w+)\)s", str(words))) <= set(shape.groupindex), words
