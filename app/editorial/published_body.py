"""What a publication freezes for the page of an article: its body, its outline, texts for search.

The body is finished here, once, and not when it is read: an outline takes as long to make as all
the rest of an answer.
"""

from typing import Any

from pydantic_core import to_json

from app.editorial.content import ArticleInput
from app.editorial.media_use import FrozenMedia
from app.kit.outline import outline_body
from app.public.articles import to_outline
from app.public.images import Image


def body_values(content: ArticleInput, frozen_media: FrozenMedia) -> dict[str, Any]:
    """The columns of a publication's body, without its key."""
    body = outline_body(frozen_media.body_html)
    return {
        "body_html": body.html,
        "outline": to_outline(body).model_dump_json(),
        "seo": own_seo(content, frozen_media.seo_image),
    }


def own_seo(content: ArticleInput, image: Image | None) -> str | None:
    """The JSON of the members of `Seo` that editors wrote; None when they wrote none."""
    if content.seo is None:
        return None
    own = {"title": content.seo.title, "description": content.seo.description, "image": image}
    written = {name: value for name, value in own.items() if value is not None}
    return to_json(written).decode() if written else None
