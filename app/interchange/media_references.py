"""References to media by name, and the records with the ids of these media in their place."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar
from uuid import UUID

from pydantic import ValidationError

from app.database import Database
from app.editorial import media_import
from app.editorial.content import ArticleInput, ImageInput, check_address
from app.editorial.media_import import ReferencedMedium
from app.errors import Invalid
from app.interchange.media_records import (
    MEDIA_PATH,
    NAME_PATTERN,
    REFERENCE,
    RENDITION_PATTERN,
    SCHEME,
    ImageRecord,
)
from app.interchange.records import ArticleRecord, AuthorRecord, Record, SponsorRecord
from app.kit.addresses import MEDIA, media_path

Content = TypeVar("Content", bound=ArticleInput)

_TARGET: Final = re.compile(
    rf"""(?:(?<=\]\()|(?<=\]\(<)|(?<=\]: )|(?<==")|(?<=='))"""
    rf"""{SCHEME}({NAME_PATTERN})(?:#({RENDITION_PATTERN}))?(?=[\s)>"'#?]|\Z)"""
)
"""A reference as the target of a link or picture, in Markdown and in HTML."""

_PICTURES: Final[Mapping[str, tuple[str, ...]]] = {
    "sponsor": ("image",),
    "committee_member": ("portrait",),
    "author": ("portrait",),
    "site": ("logo",),
}
"""The fields of records that are ids of media."""

_Media = Mapping[str, ReferencedMedium]


class MediaReferences:
    """Finds the media of one import: those of the store, and those that came just before."""

    def __init__(self, database: Database, address: str) -> None:
        self._database = database
        self._address = address
        self._recent: dict[str, ReferencedMedium] = {}
        self._by_digest: dict[str, ReferencedMedium] = {}

    def add(self, names: Iterable[str], medium: ReferencedMedium, sha256: str | None) -> None:
        """Remember a medium that is on its way into the store; the same bytes are one medium."""
        if sha256 is not None:
            medium = self._by_digest.setdefault(sha256, medium)
        self._recent |= dict.fromkeys(names, medium)

    def replace_absent(
        self, record: Record, addresses: Mapping[str, str]
    ) -> tuple[Record, tuple[str, ...]]:
        """The record with an address in place of each of these media that is not here, and messages
        about the pictures that it loses, because no address can stand in for them."""
        if isinstance(record, AuthorRecord) and record.portrait is not None and addresses:
            name = str(record.portrait).removeprefix(SCHEME)
            if self._find({name}):
                return record, ()
            lost = f"The portrait is left out, because its file did not come: {addresses[name]}"
            return record.model_copy(update={"portrait": None}), (lost,)
        if not addresses or not isinstance(record, ArticleRecord):
            return record, ()
        names = _names_in(record) & addresses.keys()
        absent = names - self._find(names).keys() if names else set()
        if not absent:
            return record, ()
        body = _TARGET.sub(
            lambda match: addresses[match[1]] if match[1] in absent else match[0], record.body
        )
        change: dict[str, Any] = {"body": body}
        notices: tuple[str, ...] = ()
        image = record.image
        named = REFERENCE.fullmatch(image.url) if image is not None and image.url else None
        if image is not None and named and named[1] in absent:
            address = addresses[named[1]]
            if _is_address(address):
                change["image"] = ImageRecord(**{**dict(image), "url": address})
            else:
                change["image"] = None
                notices = (
                    "The picture of the article is left out, because its file did not come, and"
                    f" {address} is no whole address. Mend the file, or name the old site.",
                )
        return _replace_fields(record, change), notices

    def resolve(self, record: Record) -> Record:
        """The record with its references resolved. `Invalid` (`unknown_media`) when a name is not
        known."""
        if isinstance(record, ArticleRecord):
            return self._resolve_article(record)
        change: dict[str, Any] = {}
        logo = record.logo if isinstance(record, SponsorRecord) else None
        if logo is not None and logo.startswith((SCHEME, MEDIA)):
            change["logo"] = self._resolve_logo(logo)
        for field in _PICTURES.get(record.type, ()):
            if (key := getattr(record, field)) is not None:
                change[field] = self._resolve_picture(key)
        return record.model_copy(update=change) if change else record

    def _resolve_article(self, record: ArticleRecord) -> ArticleRecord:
        texts: list[ArticleInput] = [record, *(later.content for later in record.scheduled)]
        texts += [record.draft] if record.draft is not None else []
        names = {name for text in texts for name in _names_in(text)}
        if not names:
            return record
        media = self._find(names)
        record = _resolve_text(record, media)
        change: dict[str, Any] = {}
        if record.draft is not None:
            change["draft"] = _resolve_text(record.draft, media)
        if record.scheduled:
            change["scheduled"] = tuple(
                later.model_copy(update={"content": _resolve_text(later.content, media)})
                for later in record.scheduled
            )
        return record.model_copy(update=change) if change else record

    def _resolve_logo(self, logo: str) -> str:
        match = REFERENCE.fullmatch(logo) or MEDIA_PATH.fullmatch(logo)
        if match is None:
            raise Invalid("unknown_media", f"There is no file {logo} here.")
        return self._address + _path(self._find({match[1]}), match[1], match[2])

    def _resolve_picture(self, key: UUID | str) -> UUID:
        """The id of a medium. One that is not here keeps its id, since it may come later."""
        name = str(key).removeprefix(SCHEME)
        media = self._find({name})
        if isinstance(key, UUID) and name not in media:
            return key
        return _medium(media, name).id

    def _find(self, names: set[str]) -> _Media:
        with self._database.reading() as tx:
            stored = media_import.find_referenced(tx, names)
        return {name: self._recent[name] for name in names & self._recent.keys()} | stored


def _is_address(text: str) -> bool:
    """Whether it is an address of the web, and no path."""
    try:
        check_address(text)
    except ValueError:
        return False
    return True


def _names_in(text: ArticleInput) -> set[str]:
    """The names and ids of the media that a text refers to."""
    names: set[str] = set()
    image = text.image
    if image is not None and image.media_id is not None:
        names.add(str(image.media_id))
    if image is not None and image.url is not None and (named := REFERENCE.fullmatch(image.url)):
        names.add(named[1])
    if SCHEME in text.body:
        names |= {match[1] for match in _TARGET.finditer(text.body)}
    if MEDIA in text.body:
        names |= {match[1] for match in MEDIA_PATH.finditer(text.body)}
    return names


def _resolve_text(text: Content, media: _Media) -> Content:
    change: dict[str, object] = {}
    if text.image is not None:
        change["image"] = _resolve_image(text.image, media)
    body = text.body
    if SCHEME in body:
        body = _TARGET.sub(lambda match: _path(media, match[1], match[2]), body)
    if MEDIA in body:  # the same bytes may have come under another id
        body = MEDIA_PATH.sub(
            lambda match: (
                media_path(media[match[1]].id, match[2]) if match[1] in media else match[0]
            ),
            body,
        )
    if body != text.body:
        change["body"] = body
    return _replace_fields(text, change) if change else text


def _replace_fields(text: Content, change: Mapping[str, object]) -> Content:
    """The text with other fields, checked again: addresses may be longer than what they replace."""
    try:
        return type(text).model_validate({**dict(text), **change})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        message = f"{where}, with the addresses of its media: {first['msg']}"
        raise Invalid("invalid_record", message) from error


def _resolve_image(image: ImageInput, media: _Media) -> ImageRecord:
    fields = dict(image)
    if image.url is not None and (named := REFERENCE.fullmatch(image.url)):
        fields |= {"url": None, "media_id": _medium(media, named[1]).id}
    elif image.media_id is not None and (found := media.get(str(image.media_id))):
        fields["media_id"] = found.id
    return ImageRecord(**fields)


def _path(media: _Media, name: str, rendition: str | None) -> str:
    medium = _medium(media, name)
    return media_path(medium.id, rendition or medium.main)


def _medium(media: _Media, name: str) -> ReferencedMedium:
    if name not in media:
        message = f"There is no media {name!r}; its record must come before this one."
        raise Invalid("unknown_media", message)
    return media[name]
