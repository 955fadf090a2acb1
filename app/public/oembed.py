"""oEmbed 1.0 (oembed.com): an article as a card in somebody else's page."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from app.public.vocabulary import GivenAddress


class OEmbed(BaseModel):
    """A rich card: a quotation of title and summary that links to the article."""

    type: Annotated[Literal["rich"], Field(description="That of oEmbed")]
    version: Annotated[Literal["1.0"], Field(description="That of oEmbed")]
    title: Annotated[str, Field(description="Of the article")]
    author_name: Annotated[str, Field(description="All names of the byline")]
    provider_name: Annotated[str, Field(description="The publisher")]
    provider_url: Annotated[GivenAddress, Field(description="The front page for readers")]
    cache_age: Annotated[int, Field(ge=0, description="For how many seconds to keep it")]
    html: Annotated[str, Field(description="What to put into the page")]
    width: Annotated[int, Field(ge=1, description="In pixels, at most `maxwidth`")]
    height: Annotated[int, Field(ge=1, description="In pixels, at most `maxheight`")]
