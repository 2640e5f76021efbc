"""Tables of surveys and mystery contacts: figures by hand, every fault with its line, what judges read of them."""

from __future__ import annotations

import io
import json
from math import sqrt

import pytest
from django.urls import reverse
from openpyxl import Workbook
from scipy import stats

from audits.models import Audit, AuditStatus
from awards.evidence_words import market_words
from awards.models import EntryFile
from awards.scheme import Ask
from awards.selectors.judging import card_page, seen_by_judges
from awards.services.errors import AwardError
from awards.services.files import file_remove, table_add
from awards.services.submitting import entry_submit
from awards.tables import TableFaultsError, figures_of
from benchmarks.message import MessageError
from tests.awards.scenes import IN_JUDGING, enter, make_judging, make_programme, template
from tests.factories import AT, make_audit, make_centre, make_organisation

SURVEY = Ask("survey", "survey", {"en": "Survey"}, {}, required=True, most=10, scale=(0, 10), mark=9)
MYSTERY = Ask("visits", "mystery", {"en": "Visits"}, {}, required=True, most=10, scale=(0, 100), mark=80)


def rows(*lines):
    return list(enumerate(lines, start=1))


def faults(*lines, ask=SURVEY) -> list[str]:
    with pytest.raises(TableFaultsError) as caught:
        figures_of(rows(*lines), ask)
    return [fault.words() for fault in caught.value.faults]


def test_mean_nps_and_top_box_with_their_interval_by_hand() -> None:
    found = figures_of(rows(["Score"], ["10"], ["9"], ["7"], ["2"], [""]), SURVEY)
    assert (found["n"], found["blank"], found["clusters"]) == (4, 1, None)
    assert found["mean"]["value"] == "7.00"
    error = sqrt(4 / 3 * (9 + 4 + 0 + 25)) / 4
    assert found["mean"]["low"] == f"{7 - stats.t.ppf(0.975, 3) * error:.2f}"
    assert found["mean"]["high"] == "10.00"  # not beyond the scale
    assert found["nps"]["value"] == "25.00"
    assert found["top"] == {"mark": 9, "value": "50.00", "low": "0.00", "high": "100.00"}


def test_rows_of_one_cluster_count_as_less_than_several() -> None:
    lines = [[str(score), str(day)] for day in range(10) for score in [day] * 20]
    alone = figures_of(rows(["score"], *([score] for score, _day in lines)), SURVEY)
    together = figures_of(rows(["score", "day"], *lines), SURVEY)
    assert together["clusters"] == 10
    width = [float(each["mean"]["high"]) - float(each["mean"]["low"]) for each in (alone, together)]
    assert width[1] > 4 * width[0]


def test_equal_answers_and_a_single_one_have_no_interval() -> None:
    for lines in ([["5"]], [["5"], ["5"], ["5"]]):
        found = figures_of(rows(["score"], *lines), SURVEY)
        assert found["mean"] == {"value": "5.00", "low": None, "high": None}
    one_day = figures_of(rows(["score", "day"], ["5", "1"], ["7", "1"]), SURVEY)
    assert one_day["mean"]["low"] is None


def test_mystery_contacts_by_channel_in_chinese_headings() -> None:
    given = rows(["評分", "通路", "備註"], ["80", "電話", "x"], ["95,5", "電話", ""], ["60", "網頁", ""])
    found = figures_of(given, MYSTERY)
    assert found["nps"] is None
    assert found["top"]["value"] == "66.67"
    assert found["channels"] == [{"name": "電話", "n": 2, "mean": "87.75"}, {"name": "網頁", "n": 1, "mean": "60.00"}]


def test_every_fault_is_told_with_its_line() -> None:
    assert faults(["score", "respondent"], ["11", "a"], ["x", "b"], ["7.5", "c"], ["7", "d"], ["8", "d"]) == [
        "line 2: the score 11 is outside the scale from 0 to 10.",
        "line 3: the score “x” is not a number.",
        "line 4: the answer 7.5 is no whole number.",
        "line 6: “d” answered in line 5 already.",
    ]
    assert faults(["mark"], ["1"]) == ["line 1: there is no column “score”; the first line has to name the columns."]
    assert faults(["score", "rating"], ["1", "1"])[0].startswith("line 1: more than one column")
    assert faults(["score"]) == ["There is no row with a score."]
    assert len(faults(["score"], *[["99"]] * 50)) == 10


@pytest.fixture
def scene(db):
    document = template()
    survey = {"code": "survey", "kind": "survey", "required": False, "mark": 9, "title": {"en": "Survey"}}
    document["stages"][0]["asks"].append(survey)
    criteria = [
        {"code": "value", "weight": "2", "title": {"en": "Value"}, "asks": ["story", "survey"], "kpis": ["csat"]},
        {"code": "proof", "weight": "1", "title": {"en": "Proof"}},
    ]
    return make_judging(2, 2, stages=document["stages"], criteria=criteria)


def csv_of(*lines: str) -> io.BytesIO:
    return io.BytesIO("\n".join(lines).encode())


def add(scene, source: io.BytesIO, **fields):
    values = {"ask": "survey", "filename": "Answers of Evergreen.csv", "encoding": "", "at": AT}
    return table_add(entry=scene.entries[0], source=source, by=scene.managers[0], **{**values, **fields})


def test_a_table_replaces_the_one_before_and_a_refused_one_does_not(scene) -> None:
    first = add(scene, csv_of("score", "9", "10"))
    with pytest.raises(MessageError):
        add(scene, csv_of("score", "99"))
    assert EntryFile.objects.get(removed_at=None) == first
    assert add(scene, csv_of("score", "9", "10")) == first
    book, out = Workbook(), io.BytesIO()
    for line in (["score"], [7], [8]):
        book.active.append(line)
    book.save(out)
    out.seek(0)
    second = add(scene, out, filename="answers.xlsx")
    assert second.figures["mean"]["value"] == "7.50"
    assert EntryFile.objects.get(removed_at=None) == second
    gb = add(scene, io.BytesIO("评分,渠道\n9,电话\n8,网页".encode("gb18030")), encoding="gb18030")
    assert [each["name"] for each in gb.figures["channels"]] == ["电话", "网页"]
    file_remove(entry_id=scene.entries[0].pk, code=gb.code, by=scene.managers[0], at=AT)
    with pytest.raises(AwardError):
        add(scene, csv_of("score", "9"), ask="story")
    with pytest.raises(AwardError):
        add(scene, csv_of("score", "9"), at=IN_JUDGING)


def test_judges_read_figures_and_never_rows_or_names(scene, client) -> None:
    entry = scene.entries[0]
    entry.organisation.name = "Evergreen Mutual"
    entry.organisation.save()
    add(scene, csv_of("score,channel", "9,Evergreen hotline", "10,web", "3,web"))
    entry_submit(entry_id=entry.pk, by=scene.managers[0], at=AT)
    scene.assign()
    card = scene.judges[0].assignments.get(entry=entry)
    client.force_login(scene.judges[0].user)
    page = client.get(reverse("awards:card", args=[card.code])).content.decode()
    assert "3 answers" in page
    assert "Evergreen" not in page
    assert "Answers of" not in page
    card.refresh_from_db()
    row = card_page(card).rows[0]
    assert [excerpt.figures["n"] if excerpt.figures else 0 for excerpt in row.excerpts] == [0, 3]
    assert card_page(card).rows[1].excerpts == ()


def test_faults_of_a_table_come_back_on_a_page_of_their_own(scene, client) -> None:
    client.force_login(scene.managers[0])
    address = reverse("awards:table", args=[scene.entries[0].code, "survey"])
    given = csv_of("score", "11", "12")
    given.name = "answers.csv"
    # The entry stage is over by the clock of the test run: nothing is taken, and it says why.
    answer = client.post(address, {"table": given})
    assert answer.status_code == 422
    assert "closed" in answer.content.decode()
    client.force_login(scene.managers[1])
    assert client.post(address).status_code == 404


def test_the_market_stands_beside_the_criterion_it_belongs_to_without_saying_whose(db) -> None:
    criteria = [{"code": "value", "weight": "1", "title": {"en": "Value"}, "kpis": ["csat"]}]
    scene = make_programme(
        criteria=criteria, method={"score": "mean", "trim": 0, "ladder": ["score", "criterion:value", "joint"]}
    )
    organisation = make_organisation()
    centre = make_centre(organisation)
    figure = {"value": 80, "statistic": "mean", "year": 2025, "region": "Hong Kong", "source": "A publisher"}
    verdict = {"state": "above", "variant": "top2", "unit": "%", "value": 91.24, "half_width": 1.5, "figure": figure}
    silent = {**verdict, "state": "no_figure", "figure": None}
    audit = make_audit(centre=centre, started=False)
    Audit.objects.filter(pk=audit.pk).update(status=AuditStatus.CLOSED, market={"csat": verdict, "fcr": silent})
    entry = enter(scene, organisation=audit.auditee, centre=centre)
    content = json.loads(entry.versions.get().content)
    assert [each["kpi"] for each in content["market"]] == ["csat"]
    stage = scene.stage
    seen = seen_by_judges([entry], stage)[entry.pk]
    market = seen.market_for(stage.programme.scheme.criteria_of("blind")[0])
    assert [each["state"] for each in market] == ["above"]
    said = json.dumps([dict(each) for each in seen.market])
    assert "Hong Kong" not in said
    assert "publisher" not in said
    assert audit.reference not in said
    words = market_words({**market[0], "value": 90.99437148217636, "half_width": 2.4399370755414327})
    assert (words["value"], words["market"]) == ("91% ±2.44", "80%")
