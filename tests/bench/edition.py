"""An edition of 110 criteria in three languages: loaded, compared with the one before, and written back as YAML.

Loading runs beside the same tree stored one row and one text at a time, each looked up before it is written, as
importers of frameworks usually do it; comparing beside a line-by-line difference of the two files, as people do it
today; writing beside PyYAML's own dump, which neither keeps the order of keys readable nor leaves defaults out.
"""

from __future__ import annotations

import difflib
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from tests.bench.common import median, peak, queries, start
from tests.bench.row import Row

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = Path(__file__).parents[2] / "fixtures" / "standards"
NEW, OLD = FOLDER / "four-block-2026.yaml", FOLDER / "four-block-2025.yaml"
AT = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)
LOADS = 3


def rows() -> list[Row]:
    """Measure in a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        start(Path(folder))
        found = [_load(), _compare(), _page(), _write()]
        from django.db import connections

        connections.close_all()
    return found


def _load() -> Row:
    from standards.services import edition_load

    data = NEW.read_bytes()
    work = _undone(lambda: edition_load(data=data, at=AT))
    one_by_one = _undone(lambda: _import_one_by_one(data))
    statements, others = queries(work), queries(one_by_one)
    what = f"load 110 criteria in 3 languages ({statements} queries)"
    baseline = f"YAML, then row by row and text by text ({others:,} queries)"
    return Row(what, median(work, LOADS), baseline, median(one_by_one, LOADS), peak())


def _undone(work: Callable[[], object]) -> Callable[[], None]:
    """Return the work, rolled back after each run, so that each run finds the same database."""
    from django.db import transaction

    def run() -> None:
        with transaction.atomic():
            work()
            transaction.set_rollback(True)

    return run


def _import_one_by_one(data: bytes) -> None:
    """Store the edition as an importer does that looks each row up first and saves each text on its own."""
    from standards.models import Block, Clause, Criterion, Edition

    document = yaml.load(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe loader
    edition, _made = Edition.objects.get_or_create(
        code=document["code"], version=document["version"], defaults={"title": {}, "sha256": "0" * 64}
    )
    _texts(edition, "title", document["title"])
    position = 0
    for place, block in enumerate(document["blocks"]):
        row, _made = Block.objects.get_or_create(
            edition=edition, code=block["code"], defaults={"position": place, "points": block["points"], "title": {}}
        )
        _texts(row, "title", block["title"])
        for clause in block["clauses"]:
            part, _made = Clause.objects.get_or_create(
                block=row, code=clause["code"], defaults={"position": place, "title": {}}
            )
            _texts(part, "title", clause["title"])
            for each in clause["criteria"]:
                position += 1
                fixed = {"weight": 1, "mandatory": False, "na_allowed": False, "title": {}, "requirement": {}}
                criterion, _made = Criterion.objects.get_or_create(
                    edition=edition,
                    code=each["code"],
                    defaults={
                        **fixed,
                        "clause": part,
                        "position": position,
                        "anchors": {},
                        "kind": each["kind"],
                        "tier": each["tier"],
                    },
                )
                for name in ("title", "requirement", "look_at"):
                    _texts(criterion, name, each[name])
                for level, texts in each["anchors"].items():
                    criterion.anchors[level] = {}
                    for language, words in texts.items():
                        criterion.anchors[level][language] = words
                        criterion.save(update_fields=["anchors"])


def _texts(row: Any, name: str, texts: dict[str, str]) -> None:
    stored: dict[str, str] = {}
    for language, words in texts.items():
        stored[language] = words
        setattr(row, name, stored)
        row.save(update_fields=[name])


def _compare() -> Row:
    from standards.editions import read_edition
    from standards.editions.comparison import compare
    from standards.editions.wording import differences

    old, new = read_edition(OLD).document, read_edition(NEW).document

    def ours() -> None:
        for change in compare(old, new).changed:
            for field in change.fields:
                if isinstance(field.new, dict):
                    differences(str(field.old.get("zh-hant", "")), str(field.new.get("zh-hant", "")))

    before, after = (path.read_text(encoding="utf-8").splitlines() for path in (OLD, NEW))
    theirs = median(lambda: list(difflib.unified_diff(before, after)), LOADS)
    return Row("compare two editions, word by word", median(ours), "difflib on the lines of the files", theirs, peak())


def _page() -> Row:
    from standards.differences import difference_page
    from standards.services import edition_load

    old, new = (edition_load(data=path.read_bytes(), at=AT).edition for path in (OLD, NEW))
    before, after = (path.read_text(encoding="utf-8").splitlines() for path in (OLD, NEW))
    theirs = median(lambda: difflib.HtmlDiff(wrapcolumn=80).make_table(before, after, context=True), 1)
    ours = median(lambda: difference_page(old, new))
    return Row("rows of the page that compares them", ours, "difflib.HtmlDiff of the files", theirs, peak())


def _write() -> Row:
    from standards.editions import read_edition
    from standards.editions.writer import edition_yaml

    document = read_edition(NEW).document
    ours = median(lambda: edition_yaml(document), LOADS)
    theirs = median(lambda: yaml.safe_dump(document, allow_unicode=True), LOADS)
    return Row("write an edition as YAML", ours, "yaml.safe_dump", theirs, peak())
