"""How much to look at, which records, and what that says about the rest. Pure: no Django, no clock, no database.

``sizes`` plans samples, ``acceptance`` reads the tables of ISO 2859-1, ``population`` reads the file to draw from,
``draw`` draws so that anybody can redraw, ``reach`` says what a result allows. Sources stand at each function.
"""

from audits.sampling.acceptance import AcceptancePlan, acceptance_plan
from audits.sampling.draw import METHOD, draw
from audits.sampling.errors import SamplingError
from audits.sampling.population import Population, read_population
from audits.sampling.reach import upper_share
from audits.sampling.sizes import discovery_size, proportion_size, random_share, sites_size

__all__ = [
    "METHOD",
    "AcceptancePlan",
    "Population",
    "SamplingError",
    "acceptance_plan",
    "discovery_size",
    "draw",
    "proportion_size",
    "random_share",
    "read_population",
    "sites_size",
    "upper_share",
]
