"""The parts that only the detail of an article has: its outline, and the texts for search engines.

Publishing makes them. An older version of Willay, which may still publish while a newer one is put
in its place, does not; for what it published they are made when it is read.
"""

from typing import Any, Final

from pydantic_core import from_json, to_json

from app.kit.outline import outline_body
from app.public.articles import to_outline

SEO_FALLBACKS: Final = {"title": "title", "description": "summary", "image": "image"}
"""The member of the article that stands for each member of `Seo` that editors left out."""


def outlined_body(body_html: str, outline: str | None) -> tuple[str, bytes]:
    """A publication's body and the JSON of its outline, from their columns."""
    if outline is not None:
        return body_html, outline.encode()
    body = outline_body(body_html)
    return body.html, to_outline(body).model_dump_json().encode()


def whole_seo(item: dict[str, Any], own_json: str | None) -> dict[str, Any]:
    """The members of `Seo` of an article, from its frozen members and the editors' own."""
    own = from_json(own_json) if own_json is not None else {}
    return {name: own.get(name, item[other]) for name, other in SEO_FALLBACKS.items()}


def seo_json(item_json: str, own_json: str | None) -> bytes:
    """The JSON of `Seo`, from the columns of a publication."""
    return to_json(whole_seo(from_json(item_json), own_json))


def detail_members(body_html: str, outline: str | None, seo: bytes) -> bytes:
    """The members of the detail as JSON, without the braces around them."""
    html, outline_json = outlined_body(body_html, outline)
    return b'"body_html":%s,%s,"seo":%s' % (to_json(html), outline_json[1:-1], seo)
