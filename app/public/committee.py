"""Committee members as the world sees them."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from app.public.articles import Image
from app.public.links import ExternalLink
from app.public.vocabulary import CommitteeGroup, Slug


class CommitteeMember(BaseModel):
    """An officer, a member of the committee or of the staff whose term covers today."""

    id: UUID
    slug: Slug
    name: str
    role: str
    group: CommitteeGroup
    affiliation: str | None
    biography: str | None
    portrait: Image | None
    links: list[ExternalLink]
    term_from: date | None
    term_to: date | None
