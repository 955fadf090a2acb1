"""Sponsors as the world sees them."""

from uuid import UUID

from pydantic import BaseModel

from app.public.articles import Image
from app.public.vocabulary import GivenAddress, SponsorKind


class Sponsor(BaseModel):
    """Somebody who lends their name or money, valid today. `logo` is an address of the logo;
    `image` is the logo with its sizes, when it is one of the media here."""

    id: UUID
    name: str
    kind: SponsorKind
    url: GivenAddress | None
    logo: GivenAddress | None
    image: Image | None
    statement: str | None
