"""Links that lead out of the site."""

from typing import Annotated

from pydantic import BaseModel, Field
from typing_extensions import TypeAliasType

from app.public.vocabulary import GivenAddress


class ExternalLink(BaseModel):
    """A page elsewhere: somebody's own page, one for donations."""

    label: Annotated[str, Field(description="What the link says")]
    url: Annotated[GivenAddress, Field(description="Where it leads")]


ExternalLinks = TypeAliasType(
    "ExternalLinks", Annotated[list[ExternalLink], Field(description="Pages elsewhere, in order")]
)
