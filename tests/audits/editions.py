"""Two editions of one small standard that differ in every way that matters to an audit under way."""

from __future__ import annotations

import copy
import itertools
import json
from typing import TYPE_CHECKING, Any

from standards.services import edition_load, edition_publish
from tests.factories import AT, edition_document

if TYPE_CHECKING:
    from standards.models import Edition

_numbers = itertools.count(1)
Document = dict[str, Any]


def documents(per_block: int = 5, number: int | None = None) -> tuple[Document, Document]:
    """Return an older and a newer edition; of A1.1 to A1.5 and B1.1 to B1.5 (the last may be N/A) become the following.

    A1.1, A1.3 (weight 2), B1.2 (reworded, same meaning), B1.4: carried; A1.2 (reworded), A1.4 (merged with A1.5), B1.1
    (scale 0 to 3): again; B1.3: gone; A1.99: new; B1.5: carried, but no longer N/A. The fact own_accounts is gone.
    """
    number = next(_numbers) if number is None else number
    old = edition_document(f"{number}.1", per_block)
    new = {**copy.deepcopy(old), "version": f"{number}.2"}
    first, second = (block["clauses"][0]["criteria"] for block in new["blocks"])
    by_code = {each["code"]: each for each in [*first, *second]}
    by_code["A1.2"]["requirement"]["en"] = "The centre shall do A1.2 every day."
    by_code["A1.3"]["weight"] = 2
    first.remove(by_code["A1.5"])
    first.append({**copy.deepcopy(by_code["A1.1"]), "code": "A1.99", "mandatory": False})
    by_code["B1.1"]["scale"] = {"min": 0, "max": 3}
    by_code["B1.1"]["anchors"] = {level: by_code["B1.1"]["anchors"][level] for level in "0123"}
    by_code["B1.2"]["requirement"]["en"] = "B1.2 shall be done by the centre."
    second.remove(by_code["B1.3"])
    by_code[f"B1.{per_block}"]["na_allowed"] = False
    new["facts"] = [fact for fact in new["facts"] if fact["code"] != "own_accounts"]
    new["tiers"][0]["gates"][0]["min"] = 60
    new["lineage"] = {"A1.4": ["A1.4", "A1.5"], "A1.99": {"from": []}, "B1.2": {"meaning": "same"}}
    return old, new


def publish(document: Document) -> Edition:
    """Load an edition and publish it."""
    return edition_publish(edition=edition_load(data=as_yaml(document), at=AT).edition, at=AT)


def as_yaml(document: Document) -> str:
    """Return the file of an edition: JSON is YAML, but for levels, which are numbers there."""
    text = json.dumps(document)
    for level in range(6):
        text = text.replace(f'"{level}": {{"en"', f'{level}: {{"en"')
    return text


def make_pair(per_block: int = 5) -> tuple[Edition, Edition]:
    """Return the two editions of ``documents``, published."""
    old, new = documents(per_block)
    return publish(old), publish(new)
