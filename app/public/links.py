"""Links that lead out of the site."""

from pydantic import BaseModel

from app.public.vocabulary import GivenAddress


class ExternalLink(BaseModel):
    """A page elsewhere, with its label: somebody's own page, one for donations."""

    label: str
    url: GivenAddress
