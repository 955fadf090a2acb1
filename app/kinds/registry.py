"""Every kind that describes itself. Articles and tags are too different, so code names them."""

from typing import Final

from app.kinds.committee import COMMITTEE
from app.kinds.dated_kind import DatedKind
from app.kinds.events import EVENTS
from app.kinds.sponsors import SPONSORS

DATED_KINDS: Final[tuple[DatedKind, ...]] = (SPONSORS, COMMITTEE, EVENTS)
