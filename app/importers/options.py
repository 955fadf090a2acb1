"""What an operator chooses for an import from another system."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from app.importers.media_plan import MediaOptions


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """`source` names the system in records, so that a later import knows them; without it, the name
    is made from the site's address. `types` are further types of content, by what they become."""

    media: MediaOptions = field(default_factory=MediaOptions)
    lang: str | None = None
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    site: str = ""
    source: str = ""
    drop_unknown: bool = False
    types: dict[str, str] = field(default_factory=dict)
