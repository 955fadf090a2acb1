"""Authors as the world sees them."""

from pydantic import BaseModel

from app.public.articles import Image
from app.public.links import ExternalLink
from app.public.vocabulary import Count, Slug


class AuthorProfile(BaseModel):
    """An author; `articles_count` is what `/v1/articles?author={slug}` lists, in the languages of
    `lang`. The name of an author of whom editors said nothing is that of the newest article."""

    slug: Slug
    name: str
    biography: str | None
    portrait: Image | None
    links: list[ExternalLink]
    articles_count: Count
