"""An article as schema.org JSON-LD."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.feeds.channel import Page, urn
from app.feeds.dates import partial_date
from app.public.articles import ArticleItem, Seo
from app.public.jsonld import (
    CorrectionComment,
    ImageObject,
    Logo,
    Named,
    NewsArticle,
    OtherWork,
)

MEDIA_TYPE = "application/ld+json"

_ESCAPED = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}
"""JSON has these only in strings, where an escape may replace each of them."""


@dataclass(frozen=True, slots=True)
class Publisher:
    """The publisher, and the page of an author by slug, if the front end has one."""

    name: str
    home: str
    logo: str | None
    author_page: Callable[[str], str | None]


def render(article: ArticleItem, seo: Seo, publisher: Publisher, page: Page) -> bytes:
    """The article in UTF-8; `page` gives its address for readers, unless its original is at another
    site. The headline is that of the page; description and picture are those for search engines. It
    can stand in a `script` of HTML, because nothing in it ends one."""
    address = article.canonical_url or page(article.kind, article.slug, article.lang)
    kind: Any = "Article" if article.kind == "page" else "NewsArticle"
    organisation = Named(type="Organization", name=publisher.name, url=publisher.home)
    if publisher.logo is not None:
        organisation.logo = Logo(url=publisher.logo)
    image = seo.image
    news_article = NewsArticle(
        type=kind,
        id=urn(article.id),
        url=address,
        main_entity_of_page=address,
        headline=article.title,
        description=seo.description,
        date_published=partial_date(article),
        date_modified=article.updated_at,
        in_language=article.lang,
        author=[
            organisation
            if author.name == publisher.name
            else Named(type="Person", name=author.name, url=publisher.author_page(author.slug))
            for author in article.authors
        ],
        publisher=organisation,
        license=article.rights.licence,
        credit_text=article.rights.credit,
        image=image
        and [
            ImageObject(
                url=image.url,
                description=image.alt,
                caption=image.caption,
                credit_text=image.credit,
            )
        ],
        keywords=[tag.name for tag in article.tags],
        correction=[
            CorrectionComment(text=note.note, date_published=note.at)
            for note in article.corrections
        ]
        or None,
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
    return escape_markup(news_article.model_dump_json(by_alias=True, exclude_none=True))


def escape_markup(json: str) -> bytes:
    """JSON in UTF-8 in which nothing begins or ends an element of HTML."""
    return json.translate(_ESCAPED).encode()
