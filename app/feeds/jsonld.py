"""An article as schema.org JSON-LD."""

from typing import Any

from app.feeds.channel import Page, urn
from app.public.articles import ArticleItem
from app.public.jsonld import (
    CorrectionComment,
    ImageObject,
    Named,
    NewsArticle,
    OtherWork,
)

MEDIA_TYPE = "application/ld+json"

_ESCAPED = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}
"""In JSON these stand in strings alone, where each may be written so."""


def rendered(article: ArticleItem, publisher: str, home: str, page: Page) -> bytes:
    """The article in UTF-8; `page` is where readers find it. It can stand in a `script` of HTML:
    nothing in it ends one."""
    address = page(article.kind, article.slug, article.lang)
    kind: Any = "Article" if article.kind == "page" else "NewsArticle"
    organisation = Named(type="Organization", name=publisher, url=home)
    made = NewsArticle(
        type=kind,
        id=urn(article.id),
        url=address,
        main_entity_of_page=address,
        headline=article.title,
        description=article.summary,
        date_published=article.published_at,
        date_modified=article.updated_at,
        in_language=article.lang,
        author=[
            organisation if author.name == publisher else Named(type="Person", name=author.name)
            for author in article.authors
        ],
        publisher=organisation,
        license=article.rights.licence,
        credit_text=article.rights.credit,
        image=[
            ImageObject(
                url=image.url,
                description=image.alt,
                caption=image.caption,
                credit_text=image.credit,
            )
            for image in [article.image]
            if image is not None
        ],
        keywords=[tag.name for tag in article.tags],
        correction=[
            CorrectionComment(text=note.note, date_published=note.at)
            for note in article.corrections
        ],
        work_translation=[
            OtherWork(
                type=kind, url=page(article.kind, other.slug, other.lang), in_language=other.lang
            )
            for other in article.translations
        ],
        is_based_on=OtherWork(type="CreativeWork", name=source.name, url=source.url)
        if (source := article.source)
        else None,
    )
    return made.model_dump_json(by_alias=True, exclude_none=True).translate(_ESCAPED).encode()
