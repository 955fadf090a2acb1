"""The record of a medium, and references to media in other records.

`media:NAME` stands where other records have the address of a picture or a file: as the `url` of an
image, as the target of a picture or link in a body, as a sponsor's logo. `media:NAME#640.webp`
means one of its files. `media:NAME` also stands for the id of a medium: as a portrait, as a
sponsor's image, as the logo of the site.
"""

import re
from typing import Annotated, Final, Literal, Self
from urllib.parse import quote
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from app.editorial.aliases import normalise_path
from app.editorial.content import Address, ImageInput, Line, Text, check_address
from app.editorial.media import FocalPointInput, MediaInput
from app.inputs import Input
from app.kit.addresses import ID, MEDIA
from app.kit.text import check_legal, check_visible
from app.public.vocabulary import Lang

SCHEME: Final = "media:"
NAME_PATTERN: Final = r"[A-Za-z0-9._~%-][A-Za-z0-9._~%/-]*"
RENDITION_PATTERN: Final = r"[a-z0-9]{1,12}\.[a-z0-9]{1,5}"
_LONGEST_NAME: Final = 600

MediaName = Annotated[str, StringConstraints(pattern=f"^{NAME_PATTERN}$", max_length=_LONGEST_NAME)]
FilePath = Annotated[
    str,
    StringConstraints(min_length=1, max_length=1_000),
    AfterValidator(check_legal),
    AfterValidator(check_visible),
]
FormerPath = Annotated[
    str,
    StringConstraints(min_length=1, max_length=1_000),
    AfterValidator(normalise_path),
    AfterValidator(check_visible),
]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Side = Annotated[int, Field(ge=1, le=1_000_000)]


def _none_to_empty(value: object) -> object:
    return {} if value is None else value


def _sorted_once(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(values)))


class RenditionRecord(Input):
    """A file that was made of a picture, as an export carries it."""

    name: Annotated[str, Field(pattern=f"^{RENDITION_PATTERN}$")]
    file: FilePath


class OriginalRecord(Input):
    """The picture that was uploaded; the service keeps only what it made of it."""

    sha256: Sha256
    media_type: Literal["image/jpeg", "image/png", "image/webp", "image/avif", "image/gif"]
    bytes: Annotated[int, Field(ge=1)]
    width: Side
    height: Side
    colour: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")] | None = None


class MediaRecord(Input):
    """A picture or document with its texts.

    The bytes are in a `file` beside the records, at an `address`, or in the `renditions` of an
    export. `alt` is null while nobody has written one. `former_paths` are addresses that the file
    had before.
    """

    type: Literal["media"]
    id: UUID | None = None
    name: MediaName | None = None
    external_source: Line | None = None
    external_id: Line | None = None
    file: FilePath | None = None
    address: Address | None = None
    renditions: Annotated[tuple[RenditionRecord, ...], Field(strict=False, max_length=16)] = ()
    original: OriginalRecord | None = None
    file_name: Line | None = None
    alt: Annotated[dict[Lang, Line], BeforeValidator(_none_to_empty)] = {}
    caption: Annotated[dict[Lang, Text], BeforeValidator(_none_to_empty)] = {}
    credit: Line | None = None
    focal_point: FocalPointInput | None = None
    former_paths: Annotated[
        tuple[FormerPath, ...], Field(strict=False, max_length=100), AfterValidator(_sorted_once)
    ] = ()
    other_names: Annotated[
        tuple[MediaName, ...], Field(strict=False, max_length=1_000), AfterValidator(_sorted_once)
    ] = ()
    import_digest: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")] | None = None
    edited_since_import: bool = False

    @model_validator(mode="after")
    def _check_sources(self) -> Self:
        if (self.external_source is None) != (self.external_id is None):
            raise ValueError("external_source and external_id go together")
        if self.name is None and self.external_id is None and self.id is None:
            raise ValueError("give a name, or external_source and external_id")
        if [self.file, self.address, self.original].count(None) != 2:
            raise ValueError("give one of file and address")
        if bool(self.renditions) != (self.original is not None):
            raise ValueError("renditions and original go together")
        names = [rendition.name for rendition in self.renditions]
        if len(set(names)) != len(names):
            raise ValueError("a rendition is named twice")
        if len(self.own_name) > _LONGEST_NAME:
            raise ValueError(f"external_source and external_id are longer than {_LONGEST_NAME}")
        return self

    @property
    def own_name(self) -> str:
        """The name by which other records refer to it, and by which a later import knows it."""
        if self.name is not None:
            return self.name
        if self.external_id is not None:
            parts = (self.external_source or "", self.external_id)
            return "/".join(quote(part, safe="/") for part in parts)
        return str(self.id)

    def description(self) -> MediaInput:
        """The input type of editorial."""
        return MediaInput(
            alt=self.alt, caption=self.caption, credit=self.credit, focal_point=self.focal_point
        )


WORDS: Final = {"alt", "caption", "credit", "focal_point", "former_paths"}
"""The fields of a media record by which two of them differ; the file has a digest of its own."""


REFERENCE: Final = re.compile(rf"{SCHEME}({NAME_PATTERN})(?:#({RENDITION_PATTERN}))?")
MEDIA_PATH: Final = re.compile(rf"{MEDIA}({ID})/({RENDITION_PATTERN})")


def _check_logo(text: str) -> str:
    if text.startswith(SCHEME) and not REFERENCE.fullmatch(text):
        raise ValueError("must be media: and a name, as in media:andes or media:andes#640.webp")
    if text.startswith((SCHEME, MEDIA)) and len(text) < _LONGEST_REFERENCE:
        return text
    return check_address(text)


def _check_name(text: str) -> str:
    if "#" in text or not REFERENCE.fullmatch(text) or len(text) > _LONGEST_REFERENCE:
        raise ValueError("must be media: and a name, as in media:andes")
    return text


def _check_image(text: str) -> str:
    return _check_name(text) if text.startswith(SCHEME) else check_address(text)


_LONGEST_REFERENCE: Final = 700
_Referring = StringConstraints(max_length=2_000)
LogoAddress = Annotated[str, _Referring, AfterValidator(check_legal), AfterValidator(_check_logo)]
ImageAddress = Annotated[str, _Referring, AfterValidator(check_legal), AfterValidator(_check_image)]


PictureKey = Annotated[
    UUID | Annotated[str, _Referring, AfterValidator(_check_name)],
    Field(union_mode="left_to_right"),
]
"""The id of a medium, or a reference to it, for what shows a medium as it is now."""


class ImageRecord(ImageInput):
    """An article's picture, whose `url` may be a reference to a medium."""

    url: ImageAddress | None = None
