"""Every kind that describes itself; articles and tags are told apart by hand, being unlike."""

from typing import Final

from app.kinds.committee import COMMITTEE
from app.kinds.dated_kind import DatedKind
from app.kinds.events import EVENTS
from app.kinds.sponsors import SPONSORS

DATED_KINDS: Final[tuple[DatedKind, ...]] = (SPONSORS, COMMITTEE, EVENTS)
