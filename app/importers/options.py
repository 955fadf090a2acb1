"""What an operator chooses for an import from another system."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.editorial.import_jobs import ContentType
from app.errors import Detail, Invalid
from app.importers.media_plan import MediaOptions
from app.importers.record_fields import to_address, to_language
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """`source` names the system in records, so that a later import knows them; without it, the name
    is made from the site's address. `types` are further types of content, by what they become."""

    media: MediaOptions = field(default_factory=MediaOptions)
    lang: str | None = None
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    site: str = ""
    has_zone: bool = False
    """Whether somebody chose the zone for this import."""
    source: str = ""
    drop_unknown: bool = False
    types: Mapping[str, ContentType] = field(default_factory=dict)
    taxonomies: frozenset[str] = frozenset()
    """Further taxonomies whose terms become tags."""


def check_options(
    settings: Settings,
    media: MediaOptions | None = None,
    *,
    lang: str | None,
    source: str,
    site: str = "",
    timezone: str | None = None,
    types: Mapping[str, ContentType] | None = None,
    taxonomies: Sequence[str] = (),
    drop_unknown: bool = False,
) -> ImportOptions:
    """The options of an import; `Invalid` (`invalid_option`) names the wrong one."""
    try:
        zone = ZoneInfo(timezone or settings.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise _wrong("timezone", "give a zone such as America/Lima.") from error
    known_lang = to_language(lang, settings.languages) if lang is not None else None
    if lang is not None and known_lang is None:
        known = ", ".join(settings.languages)
        raise _wrong("lang", f"it is none of WILLAY_LANGUAGES ({known}); add it there.")
    if site and to_address(site) is None:
        raise _wrong("site", "give an address such as https://old.example.")
    return ImportOptions(
        media=media or MediaOptions(),
        lang=known_lang,
        zone=zone,
        has_zone=timezone is not None,
        site=site,
        source=source,
        drop_unknown=drop_unknown,
        types=types or {},
        taxonomies=frozenset(taxonomies),
    )


def read_choices(
    settings: Settings, choices: Mapping[str, Any], media: Path | None = None
) -> ImportOptions:
    """The options of an import of the desk, whose choices are kept as JSON; `Invalid`. `media` is
    the archive of the media that came with it."""
    return check_options(
        settings,
        MediaOptions(media, fetch=choices.get("fetch_media", False)),
        lang=choices.get("lang"),
        source=choices.get("source", ""),
        site=choices.get("site", ""),
        timezone=choices.get("timezone"),
        types=choices.get("types"),
        taxonomies=choices.get("taxonomies", ()),
        drop_unknown=choices.get("drop_unknown", False),
    )


def _wrong(name: str, message: str) -> Invalid:
    detail = Detail("invalid_option", f"{message[0].upper()}{message[1:]}", pointer=f"/{name}")
    return Invalid("invalid_option", f"{name}: {message}", (detail,))
