"""Sponsors as the world sees them."""

from uuid import UUID

from pydantic import BaseModel

from app.public.vocabulary import GivenAddress, SponsorKind


class Sponsor(BaseModel):
    """Somebody who lends their name or money, valid today."""

    id: UUID
    name: str
    kind: SponsorKind
    url: GivenAddress | None
    logo: GivenAddress | None
    statement: str | None
