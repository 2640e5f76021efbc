"""Samples in the demo: one drawn and looked at, one drawn and half done, one chosen by judgement."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from audits.samples import RecordResult
from audits.services.samples import sample_choose, sample_create, sample_draw, sample_item_save

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from audits.models import Audit


@dataclass(frozen=True)
class DemoSample:
    """One sample: ``looked_at`` is the share of its records with a result, ``failing`` the places of failures."""

    criterion: str
    title: str
    method: str
    parameters: dict[str, Any]
    population: int = 0
    records: tuple[str, ...] = ()
    why: str = ""
    looked_at: float = 1.0
    failing: tuple[int, ...] = ()


SAMPLES = (
    DemoSample("C3.1", "Closed tickets, age at closing", "discovery", {"confidence": "95", "rate": "5"}, 412),
    DemoSample("C4.1", "Complaints, reply in time", "acceptance", {"aql": "2.5"}, 140, looked_at=0.6, failing=(4,)),
    DemoSample(
        "C2.1",
        "Calls that the client named",
        "judgemental",
        {"size": 3},
        records=("CALL-20931", "CALL-20977", "CALL-21410"),
        why="The client complained about these three.",
        failing=(2,),
    ),
)


def make_samples(audit: Audit, *, by: User, at: datetime) -> None:
    """Plan, draw and look, for the criteria that the audit asks."""
    for place, scene in enumerate(SAMPLES, start=1):
        answer = audit.current_answers.select_related("criterion").get(criterion__code=scene.criterion)
        sample = sample_create(
            answer=answer,
            title=scene.title,
            method=scene.method,
            parameters=scene.parameters,
            why=scene.why,
            by=by,
            at=at,
        )
        if scene.records:
            sample_choose(sample_id=sample.pk, records=scene.records, by=by, at=at)
        else:
            rows = "".join(f"{scene.criterion}-{number:05}\n" for number in range(1, scene.population + 1))
            name = f"{scene.criterion}-population.csv"
            source = BytesIO(f"record\n{rows}".encode())
            sample_draw(sample_id=sample.pk, source=source, filename=name, by=by, at=at, seed=str(2026 + place))
        items = list(sample.items.all())
        for item in items[: round(len(items) * scene.looked_at)]:
            fails = item.position in scene.failing
            sample_item_save(
                item_id=item.pk,
                result=RecordResult.FAILS if fails else RecordResult.CONFORMS,
                note="Later than the promise by four days." if fails else "",
                evidence=[],
                revision=0,
                by=by,
                at=at,
            )
