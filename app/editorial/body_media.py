"""The media that a sanitised body shows, and the attributes that publishing adds to them. Pure.

The sanitiser's output has one form: attributes are in double quotes, which values never contain. So
regular expressions can read its tags.
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.kit.addresses import MEDIA, SRCSET_JOIN, media_of, media_path, place_in

_TAG: Final = re.compile(r'<(img|a)((?: [a-z-]+(?:="[^"]*")?)*)>')
_ATTRIBUTE: Final = re.compile(r' ([a-z-]+)(?:="([^"]*)")?')


@dataclass(frozen=True, slots=True)
class Mention:
    """A medium in a body. `is_picture` when it is shown, else it is a link; `is_local` when its
    address names no host, so that it must exist here."""

    media_id: UUID
    rendition: str
    alt: str
    is_picture: bool
    is_local: bool


def mentions(body_html: str) -> Iterator[Mention]:
    """The mentions of addresses that have the form of our media, in order."""
    for tag in _tags_of_media(body_html):
        attributes = _attributes(tag)
        address = attributes.get("src" if tag[1] == "img" else "href", "")
        medium = media_of(address)
        if medium is not None:
            alt = attributes.get("alt", "").strip()
            yield Mention(*medium, alt, tag[1] == "img", address.startswith("/"))


def broken_media_urls(body_html: str) -> Iterator[str]:
    """The addresses under our media path that have no valid form."""
    for tag in _tags_of_media(body_html):
        address = _attributes(tag).get("src" if tag[1] == "img" else "href", "")
        if address.startswith(MEDIA) and media_of(address) is None:
            yield address


def _tags_of_media(body_html: str) -> Iterator[re.Match[str]]:
    """The tags that may name a medium; none of a body without our media path, as most are."""
    return _TAG.finditer(body_html) if MEDIA in body_html.lower() else iter(())


PictureFiles = Mapping[UUID, Mapping[str, tuple[int, int]]]
"""The width and the height of each file of pictures, by medium and name."""

_WEBP: Final = ".webp"
_WHEN_NEAR: Final = {"sizes": "auto, 100vw", "loading": "lazy", "decoding": "async"}
"""A browser loads a picture when it is near, in the size at which it stands; one that does not know
`auto` takes the width of the window."""


def settle_media(body_html: str, alts: Mapping[UUID, str], files: PictureFiles) -> str:
    """The body with its media (the keys of `alts`) addressed by path alone. Pictures without an alt
    text, width or height get them, so that a page reserves their place before they load; all get
    their sizes."""

    def replace_tag(tag: re.Match[str]) -> str:
        attributes = _attributes(tag)
        where = "src" if tag[1] == "img" else "href"
        medium = media_of(attributes.get(where, ""))
        if medium is None or medium[0] not in alts:
            return tag[0]
        attributes[where] = media_path(*medium) + place_in(attributes[where])
        if tag[1] == "img" and not attributes.get("alt", "").strip():
            attributes["alt"] = alts[medium[0]]
        of_medium = files.get(medium[0], {})
        if tag[1] == "img" and medium[1] in of_medium:
            if not attributes.keys() & {"width", "height"}:
                width, height = of_medium[medium[1]]
                attributes |= {"width": str(width), "height": str(height)}
            attributes |= {"srcset": _srcset(medium[0], of_medium), **_WHEN_NEAR}
        return _write_tag(tag[1], attributes)

    return _TAG.sub(replace_tag, body_html) if alts else body_html


def _srcset(media_id: UUID, files: Mapping[str, tuple[int, int]]) -> str:
    """The WebP files of a picture, the narrowest first, as `srcset` names them."""
    widths = sorted((size[0], name) for name, size in files.items() if name.endswith(_WEBP))
    return SRCSET_JOIN.join(f"{media_path(media_id, name)} {width}w" for width, name in widths)


def remove_medium(body_html: str, media_id: UUID) -> str:
    """The body without the pictures of a medium; its links to the medium lose their target."""

    def replace_tag(tag: re.Match[str]) -> str:
        attributes = _attributes(tag)
        where = "src" if tag[1] == "img" else "href"
        medium = media_of(attributes.get(where, ""))
        if medium is None or medium[0] != media_id:
            return tag[0]
        if tag[1] == "img":
            return ""
        del attributes[where]
        return _write_tag(tag[1], attributes)

    return _TAG.sub(replace_tag, body_html)


def _attributes(tag: re.Match[str]) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(tag[2])}


def _write_tag(name: str, attributes: Mapping[str, str]) -> str:
    pairs = (f' {key}="{html.escape(value)}"' for key, value in attributes.items())
    return f"<{name}{''.join(pairs)}>"
