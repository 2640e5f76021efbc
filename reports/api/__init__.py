"""What programs may ask of this room and do in it."""

from reports.api.exports import router as exports
from reports.api.happenings import router as happenings

ROUTERS = (exports, happenings)
