"""``load_standard`` and ``score_file`` as people and scripts meet them."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command

from standards.models import Edition, Standard
from tests.factories import make_organisation
from tests.standards.conftest import FOUR_BLOCK, changed, line_of, small_yaml

if TYPE_CHECKING:
    from pathlib import Path


def run(*arguments: Any) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command(*map(str, arguments), stdout=out, stderr=err, no_color=True)
    except SystemExit as stop:
        return int(stop.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(small_yaml(), encoding="utf-8")
    return path


def write(path: Path, data: Any) -> Path:
    path.write_text(json.dumps(data))
    return path


def test_load_standard_loads_publishes_and_says_so(db: None, small: Path) -> None:
    assert run("load_standard", small)[1].startswith("tiny 1: created, draft, 4 criteria, SHA-256 ")
    code, out, err = run("load_standard", small, "--publish", "--json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert (found["outcome"], found["status"], found["criteria"]) == ("unchanged", "published", 4)


def test_load_standard_names_every_fault_on_standard_error(db: None, tmp_path: Path) -> None:
    data = changed("weight: 1.5", "weight: 0", changed("tier: silver", "tier: gold").decode())
    path = tmp_path / "bad.yaml"
    path.write_bytes(data)
    code, out, err = run("load_standard", path)
    assert (code, out) == (2, "")
    assert f"{path}: line {line_of(data, 'weight: 0')}: Y1.1 weight: " in err
    assert f"{path}: line {line_of(data, 'tier: gold')}: Y1.2 tier: 'gold'" in err
    assert not Edition.objects.exists()


def test_load_standard_refuses_other_content_for_a_published_edition(db: None, small: Path) -> None:
    run("load_standard", small, "--publish")
    small.write_bytes(changed("shall chat", "shall not chat"))
    code, out, err = run("load_standard", small)
    assert (code, out) == (1, "")
    assert "give the file a new version" in err


@pytest.mark.parametrize("name", ["absent.yaml", "."])
def test_load_standard_names_what_cannot_be_read(db: None, tmp_path: Path, name: str) -> None:
    code, out, err = run("load_standard", tmp_path / name)
    assert (code, out) == (2, "")
    assert "cannot be read" in err


def test_score_file_prints_the_promised_json_and_touches_no_database(small: Path, tmp_path: Path) -> None:
    # No database fixture: a query would fail this test. 20x7/10 + 30x5/10 + 50x9/10 = 74.
    answers = {"X1.1": {"level": 7}, "Y1.1": {"level": 5}, "Z1.1": {"level": 9}}
    case = write(tmp_path / "case.json", {"answers": answers, "facts": {"score": "7.5"}})
    code, out, err = run("score_file", "--edition", small, "--input", case, "--json")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert found["tier"] == "bronze"
    assert found["tiers"]["bronze"]["total"] == {"low": "74", "high": "74"}
    # Silver wants 60 % of Y: 1.5x(level of Y1.1) + 1x(Y1.2) >= 15 of 25. From 7.5 the fewest steps are five heavy ones.
    assert found["next_tier_plan"] == [{"criterion": "Y1.1", "from": 5, "to": 10}]


def test_score_file_prints_a_table_for_people(small: Path, tmp_path: Path) -> None:
    case = write(tmp_path / "case.json", {"answers": {"X1.1": {"level": 7}}, "facts": {"scroe": 1}})
    code, out, err = run("score_file", "--edition", small, "--input", case)
    assert code == 0
    assert "BRONZE  14.0 to 94.0 of 100.0  open" in out
    assert "Tier attained: none" in out
    assert "facts.scroe is read by no gate" in err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"answers": {"Q1.1": {"level": 3}}}', "answers.Q1.1: no such criterion"),
        (b'{"answers": {"X1.1": {"level": 11}}}', "answers.X1.1: the level must be from 0 to 10, not 11"),
        (b'{"answers": {"X1.1": {"na": "no"}}}', "answers.X1.1: this criterion may not be N/A"),
        (b"{", "line 1, column 2: not JSON"),
        (b"\xff\xfe{}", "not UTF-8 at byte 0"),
        (b"\x00", "not JSON"),
        (b"[]", "the case: must be an object"),
    ],
)
def test_score_file_refuses_a_bad_case_in_one_line(small: Path, tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "case.json"
    path.write_bytes(content)
    code, out, err = run("score_file", "--edition", small, "--input", path, "--json")
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_score_file_takes_a_bom(small: Path, tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    path.write_bytes(b"\xef\xbb\xbf{}")
    assert run("score_file", "--edition", small, "--input", path, "--json")[0] == 0


def test_score_file_refuses_a_bad_edition(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_bytes(changed("weight: 1.5", "weight: 0"))
    code, out, err = run("score_file", "--edition", path, "--input", write(tmp_path / "case.json", {}))
    assert (code, out) == (2, "")
    assert "Y1.1 weight" in err


def test_score_file_reads_the_shipped_edition(tmp_path: Path) -> None:
    case = write(tmp_path / "case.json", {"answers": {"A1.1": {"level": 3}}, "facts": {"cskm": "62.5"}})
    code, out, _err = run("score_file", "--edition", FOUR_BLOCK, "--input", case, "--json")
    assert code == 0
    assert list(json.loads(out)["tiers"]) == ["operational", "proactive", "strategic"]


def test_load_standard_says_whose_it_is(small: Path, db: None) -> None:
    owner = make_organisation(name="Owner of the scheme")
    assert run("load_standard", small, "--publish", "--owner", owner.name)[0] == 0
    assert Standard.objects.get(code="tiny").owner == owner
    other = make_organisation()
    assert run("load_standard", small, "--owner", other.pk)[0] == 0
    assert Standard.objects.get(code="tiny").owner == other


def test_load_standard_does_not_publish_what_has_an_owner(small: Path, tmp_path: Path, db: None) -> None:
    run("load_standard", small, "--owner", make_organisation().name)
    code, out, err = run("load_standard", small, "--publish")
    assert (code, out) == (1, "")
    assert "two of its people publish tiny 1 on its page" in err
    assert Edition.objects.get(code="tiny").status == "draft"


@pytest.mark.parametrize("named", ["Nobody", "999999", "9" * 40, "²"])
def test_load_standard_refuses_an_owner_that_is_not_there(small: Path, db: None, named: str) -> None:
    code, out, err = run("load_standard", small, "--owner", named)
    assert (code, out) == (2, "")
    assert "there is no organisation" in err
    assert not Edition.objects.exists()
