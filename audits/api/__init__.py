"""What programs may ask of this room and do in it."""

from audits.api.answers import router as answers
from audits.api.certificates import router as certificates
from audits.api.engagements import router as engagements
from audits.api.records import router as records

ROUTERS = (engagements, answers, records, certificates)
