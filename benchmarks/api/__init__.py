"""What programs may ask of this room and do in it."""

from benchmarks.api.reading import router as reading
from benchmarks.api.records import router as records

ROUTERS = (reading, records)
