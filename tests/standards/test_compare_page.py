"""Two editions side by side in the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from standards.differences import ASPECTS, CARRIES, FIELDS, difference_page
from standards.editions.comparison import GUIDING, VALUES, Aspect, Carry
from standards.editions.wording import Piece
from standards.services import edition_load, edition_publish
from standards.templatetags.standard_text import pieces
from tests.factories import make_user
from tests.standards.conftest import AT, FOUR_BLOCK, small_yaml

if TYPE_CHECKING:
    from django.test import Client

    from standards.models import Edition


def published(data: str | bytes) -> Edition:
    return edition_publish(edition=edition_load(data=data, at=AT).edition, at=AT)


@pytest.fixture
def second(tiny: Edition) -> Edition:
    text = small_yaml().replace('version: "1"', 'version: "2"').replace("shall forecast", "shall always forecast")
    return published(text.replace("min: 50", "min: 55").replace("weight: 1.5", "weight: 2"))


@pytest.fixture
def reader(client: Client, db: None) -> Client:
    client.force_login(make_user())
    return client


def test_every_aspect_outcome_and_field_has_words() -> None:
    assert set(ASPECTS) == set(Aspect)
    assert set(CARRIES) == set(Carry)
    assert set(FIELDS) >= {*GUIDING, *VALUES, "requirement", "anchors"}


def test_page_shows_words_weights_and_gates_side_by_side(reader: Client, tiny: Edition, second: Edition) -> None:
    page = reader.get(reverse("standards:compare", args=["tiny", "1", "2"])).content.decode()
    assert "The centre shall <ins>always </ins>forecast." in page
    assert "<del>1.5</del>" in page
    assert "<ins>2</ins>" in page
    assert "at least <del>50</del>" in page
    assert "To be answered again: 1" in page
    assert "X1.1" not in page, "what is the same is left out"


def test_filter_keeps_one_kind_of_change(reader: Client, tiny: Edition, second: Edition) -> None:
    address = reverse("standards:compare", args=["tiny", "1", "2"])
    assert "Y1.1" in reader.get(address, {"only": "re-weighted"}).content.decode()
    assert "No criterion changed in this way" in reader.get(address, {"only": "merged"}).content.decode()
    assert "Y1.1" in reader.get(address, {"only": "<script>"}).content.decode(), "an unknown filter filters nothing"


def test_same_edition_twice_says_that_nothing_differs(reader: Client, tiny: Edition) -> None:
    assert "Nothing differs" in reader.get(reverse("standards:compare", args=["tiny", "1", "1"])).content.decode()


def test_form_leads_to_the_chosen_pair_and_unknown_ones_are_not_found(
    reader: Client, tiny: Edition, second: Edition
) -> None:
    address = reverse("standards:compare", args=["tiny", "1", "2"])
    answer = reader.get(address, {"old": "2", "new": "1"})
    assert (answer.status_code, answer["Location"]) == (302, reverse("standards:compare", args=["tiny", "2", "1"]))
    assert reader.get(address, {"old": "2", "new": "//evil.example"}).status_code == 404
    assert reader.get(reverse("standards:compare", args=["tiny", "1", "9"])).status_code == 404
    assert reader.get(reverse("standards:compare", args=["other", "1", "2"])).status_code == 404


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_shipped_editions_are_told_apart_in_every_language(db: None, language: str) -> None:
    old = published(FOUR_BLOCK.with_name("four-block-2025.yaml").read_bytes())
    new = published(FOUR_BLOCK.read_bytes())
    with override(language):
        page = difference_page(old, new)
        by_code = {row.change.code: row for row in page.criteria}
        wanted = {
            "A4.6": Aspect.ADDED,
            "C5.5": Aspect.ADDED,
            "B5.7": Aspect.REMOVED,
            "C2.4": Aspect.MERGED,
            "D1.4": Aspect.REWORDED,
            "A2.3": Aspect.WEIGHT,
            "D2.4": Aspect.TIER,
        }
        assert all(aspect in by_code[code].change.aspects for code, aspect in wanted.items())
        assert {code for code, row in by_code.items() if row.change.origin and row.change.origin.practices} == {
            "C1.5",
            "C3.6",
            "C4.5",
        }
        shown = "".join(piece.text for row in by_code["C3.2"].rows for piece in row.new)
        assert {"en": "120 hours", "zh-hans": "客户", "zh-hant": "顧客"}[language] in shown
        assert all({*row.languages} <= {language, ""} for each in page.criteria for row in each.rows)


def test_number_of_queries_does_not_depend_on_the_size(reader: Client, tiny: Edition, second: Edition) -> None:
    old = published(FOUR_BLOCK.with_name("four-block-2025.yaml").read_bytes())
    new = published(FOUR_BLOCK.read_bytes())
    counts = []
    for edition, pair in ((tiny, ("1", "2")), (new, (old.version, new.version))):
        with CaptureQueriesContext(connection) as captured:
            reader.get(reverse("standards:compare", args=[edition.code, *pair]))
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_pieces_are_escaped_and_stand_close() -> None:
    html = pieces([Piece("same", "a<b"), Piece("removed", "<i>"), Piece("added", "&")])
    assert html == "a&lt;b<del>&lt;i&gt;</del><ins>&amp;</ins>"
