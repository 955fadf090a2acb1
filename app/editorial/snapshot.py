"""The public fields of an article that a publication freezes."""

from datetime import datetime
from uuid import UUID

from app.editorial.content import ArticleInput, SiteRules
from app.errors import Detail, Invalid
from app.kit.calendar import sorted_at
from app.kit.clock import rfc3339
from app.kit.dates import period_start
from app.kit.text import slug_of
from app.public.articles import (
    Author,
    Correction,
    FrozenArticle,
    Rights,
    Source,
    complete_item,
)
from app.public.images import Image


def freeze_article(
    article_id: UUID,
    slug: str,
    content: ArticleInput,
    rules: SiteRules,
    start: datetime,
    first_shown: datetime | None,
    image: Image | None,
) -> FrozenArticle:
    """The public fields of a publication that begins at `start`; `slug` is the article's, and
    `first_shown` the date under which it first appeared, if it did."""
    published_at = content.published_at or first_shown or start
    updated_at = content.updated_at
    if updated_at is None or first_shown is not None:
        updated_at = start if first_shown is not None else published_at
    rights = content.rights
    return FrozenArticle(
        id=article_id,
        kind=content.kind,
        slug=content.slug or slug,
        lang=content.lang,
        title=content.title,
        summary=content.summary,
        published_at=published_at,
        date_precision=content.date_precision,
        updated_at=updated_at,
        authors=[Author(name=a.name, slug=a.slug or slug_of(a.name)) for a in content.authors],
        source=Source(name=s.name, url=s.url) if (s := content.source) else None,
        image=image,
        rights=Rights(
            licence=rights.licence or rules.licence,
            credit=rights.credit,
            syndicatable=rights.syndicatable,
        ),
        corrections=[Correction(at=min(c.at, start), note=c.note) for c in content.corrections],
        is_excerpt=content.is_excerpt,
        canonical_url=content.canonical_url,
        position=content.position,
    )


def kept_at(item: FrozenArticle) -> datetime:
    """The instant by which lists sort a publication: its date, or the instant that stands for a
    date without time."""
    return sorted_at(item.published_at, item.date_precision)


def date_shown(item: str) -> datetime:
    """The date that a publication shows."""
    return FrozenArticle.model_validate_json(complete_item(item)).published_at


def refuse_ahead(content: ArticleInput, start: datetime) -> None:
    """`Invalid` when a date that readers see is later than the start of the publication: lists,
    feeds and queries for news since a date would wait for that date.

    For a day, month or year only its beginning counts.
    """
    dates = (
        ("published_at", content.published_at, content.date_precision),
        ("updated_at", content.updated_at, "time"),
    )
    for name, moment, precision in dates:
        if moment is not None and period_start(moment, precision) > start:
            message = (
                f"{name} is {rfc3339(moment)}, after {rfc3339(start)}, when it becomes public; "
                "publish it from then on (visible_from), or change the date."
            )
            raise Invalid(
                "date_ahead", message, (Detail("date_ahead", message, pointer=f"/{name}"),)
            )


def cap_dates(item: FrozenArticle, latest: datetime) -> FrozenArticle:
    """The item with no date after `latest`: noon of a day becomes nine if it is shown from nine."""
    dates = {name: min(getattr(item, name), latest) for name in ("published_at", "updated_at")}
    return item.model_copy(update=dates)
