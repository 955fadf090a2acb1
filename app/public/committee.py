"""Committee members as the world sees them."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from app.public.vocabulary import CommitteeGroup


class CommitteeMember(BaseModel):
    """An officer, a member of the committee or of the staff whose term covers today."""

    id: UUID
    name: str
    role: str
    group: CommitteeGroup
    affiliation: str | None
    biography: str | None
    term_from: date | None
    term_to: date | None
