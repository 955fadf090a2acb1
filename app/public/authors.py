"""Authors as the world sees them."""

from pydantic import BaseModel

from app.public.articles import Image
from app.public.vocabulary import Count, GivenAddress, Slug


class ProfileLink(BaseModel):
    """An address where somebody is found elsewhere, with its name."""

    label: str
    url: GivenAddress


class AuthorProfile(BaseModel):
    """An author; `articles_count` is what `/v1/articles?author={slug}` lists, in the languages of
    `lang`. The name of an author of whom editors said nothing is that of the newest article."""

    slug: Slug
    name: str
    biography: str | None
    portrait: Image | None
    links: list[ProfileLink]
    articles_count: Count
