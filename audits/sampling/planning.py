"""The size that a method and its parameters give, for a population that may or may not be known yet."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from audits.sampling.acceptance import acceptance_plan
from audits.sampling.errors import SamplingError
from audits.sampling.sizes import discovery_size, proportion_size, sites_size
from benchmarks.message import marked as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audits.sampling.acceptance import AcceptancePlan

METHODS = ("discovery", "proportion", "acceptance", "sites", "judgemental")
# Methods whose size depends on the population, so that it has to be known to plan at all.
NEED_POPULATION = ("acceptance", "sites")


@dataclass(frozen=True, slots=True)
class SamplePlan:
    """How many records to look at; ``acceptance`` says how many may fail where the method has such a rule."""

    size: int
    acceptance: AcceptancePlan | None = None


def sample_plan(method: str, parameters: Mapping[str, Any], *, population: int | None) -> SamplePlan | None:
    """Return the plan, or None while the population that it depends on is not known. Raises ``SamplingError``.

    A judgemental sample has the size that its parameters name.
    """
    if method == "judgemental":
        return SamplePlan(int(parameters["size"]))
    if method in NEED_POPULATION and population is None:
        return None
    if method == "acceptance":
        found = acceptance_plan(population or 0, Decimal(parameters["aql"]))
        return SamplePlan(found.sample, found)
    if method == "sites":
        size = sites_size(population or 0, parameters["stage"], suitable=parameters.get("suitable", True))
    elif method == "discovery":
        confidence, rate = Decimal(parameters["confidence"]), Decimal(parameters["rate"])
        size = discovery_size(confidence=confidence, rate=rate, population=population)
    elif method == "proportion":
        margin, confidence = Decimal(parameters["margin"]), Decimal(parameters["confidence"])
        size = proportion_size(margin=margin, confidence=confidence, population=population)
    else:
        raise SamplingError(_("There is no method “{method}”."), method=method)
    return SamplePlan(size)
