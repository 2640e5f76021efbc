"""What programs may ask of this room and do in it."""

from awards.api.cards import router as cards
from awards.api.programmes import router as programmes

ROUTERS = (programmes, cards)
