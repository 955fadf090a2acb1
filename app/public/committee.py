"""Committee members as the world sees them."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from app.public.images import OptionalImage
from app.public.links import ExternalLinks
from app.public.named_types import Id, OptionalText
from app.public.vocabulary import CommitteeGroup, Slug


class CommitteeMember(BaseModel):
    """An officer, a member of the committee or of the staff whose term covers today."""

    id: Id
    slug: Slug
    name: Annotated[str, Field(description="The person's")]
    role: Annotated[str, Field(description="Such as Treasurer, in the language asked for")]
    group: Annotated[CommitteeGroup, Field(description="Where to show the person")]
    affiliation: Annotated[OptionalText, Field(description="Where else the person works")]
    biography: OptionalText
    portrait: OptionalImage
    links: ExternalLinks
    term_from: Annotated[date | None, Field(description="First day in office, if it is known")]
    term_to: Annotated[date | None, Field(description="Last day in office; null: no end is set")]
