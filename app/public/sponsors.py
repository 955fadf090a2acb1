"""Sponsors as the world sees them."""

from typing import Annotated

from pydantic import BaseModel, Field

from app.public.images import OptionalImage
from app.public.named_types import Id, OptionalText
from app.public.vocabulary import GivenAddress, SponsorKind


class Sponsor(BaseModel):
    """Somebody who lends their name or money, valid today."""

    id: Id
    name: Annotated[str, Field(description="In the language asked for, if there")]
    kind: Annotated[SponsorKind, Field(description="In what way they help")]
    url: Annotated[GivenAddress | None, Field(description="Their own page")]
    logo: Annotated[GivenAddress | None, Field(description="An address of the logo")]
    image: Annotated[OptionalImage, Field(description="The logo with its sizes, if kept here")]
    statement: Annotated[OptionalText, Field(description="What is to be said of them")]
