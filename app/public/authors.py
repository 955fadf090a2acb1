"""Authors as the world sees them."""

from typing import Annotated

from pydantic import BaseModel, Field

from app.public.images import OptionalImage
from app.public.links import ExternalLinks
from app.public.named_types import OptionalText
from app.public.vocabulary import Count, Slug


class AuthorProfile(BaseModel):
    """An author, from what editors said or from the articles alone."""

    slug: Annotated[Slug, Field(description="What `author=` takes")]
    name: Annotated[str, Field(description="The editors' word, else that of the newest article")]
    biography: OptionalText
    portrait: OptionalImage
    links: ExternalLinks
    articles_count: Annotated[
        Count, Field(description="What `/v1/articles?author={slug}` lists, with the same `lang`")
    ]
