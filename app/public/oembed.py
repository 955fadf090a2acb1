"""oEmbed 1.0 (oembed.com): an article as a card in somebody else's page."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from app.public.vocabulary import GivenAddress


class OEmbed(BaseModel):
    """A rich card: a quotation of title and summary that links to the article."""

    type: Literal["rich"]
    version: Literal["1.0"]
    title: str
    author_name: str
    provider_name: str
    provider_url: GivenAddress
    cache_age: Annotated[int, Field(ge=0)]
    html: str
    width: Annotated[int, Field(ge=1)]
    height: Annotated[int, Field(ge=1)]
