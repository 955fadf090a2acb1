"""The site as editors write it: its names, its menu, its home, its policies, its licence."""

from typing import Annotated, Self, TypeVar
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from app.editorial.content import Address, Line, Text
from app.inputs import Input, PatchInput, make_optional
from app.kit.text import check_legal
from app.public.vocabulary import Lang, MachineUsage, PaymentType, PolicyName, Slug

MOST_SECTIONS = 12
MOST_FEATURED = 20
MOST_ENTRIES = 20
"""Entries of one level of the menu."""

Labels = Annotated[dict[Lang, Line], Field(max_length=50)]
Email = Annotated[
    str,
    StringConstraints(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$"),
    AfterValidator(check_legal),
]
ContactName = Annotated[str, StringConstraints(pattern="^(email|corrections_email)$")]


class SiteLinkInput(Input):
    """A page elsewhere, with its name by language."""

    labels: Annotated[dict[Lang, Line], Field(min_length=1, max_length=50)]
    url: Address


class EntryInput(Input):
    """An entry of the second level: one of a page or a tag, by slug, and an address.

    Without a label in a language, readers of it see the page's title or the tag's name.
    """

    page: Slug | None = None
    tag: Slug | None = None
    url: Address | None = None
    labels: Labels = {}

    @model_validator(mode="after")
    def _require_one_target(self) -> Self:
        if [self.page, self.tag, self.url].count(None) != 2:
            raise ValueError("give one of page, tag and url")
        if self.url is not None and not self.labels:
            raise ValueError("give a link a label: an address has no title")
        return self


class NavigationInput(EntryInput):
    """An entry of the menu, with the entries below it."""

    children: Annotated[tuple[EntryInput, ...], Field(max_length=MOST_ENTRIES, strict=False)] = ()


Usages = Annotated[tuple[MachineUsage, ...], Field(max_length=6, strict=False)]


class MachineLicence(Input):
    """What machines may do with the content: the terms of RSL 1.0, and the reservation of the TDM
    Reservation Protocol. Without `tdm_reserved` nothing is said about text and data mining."""

    permits: Usages = ()
    prohibits: Usages = ()
    payment: PaymentType | None = None
    standard: Address | None = None
    terms: Address | None = None
    tdm_reserved: bool | None = None
    tdm_policy: Address | None = None

    @model_validator(mode="after")
    def _check_terms(self) -> Self:
        usages = (*self.permits, *self.prohibits)
        if len(set(usages)) != len(usages):
            raise ValueError("a usage is named twice in permits and prohibits")
        if not usages and self.tdm_reserved is None:
            raise ValueError("name what is permitted, prohibited or reserved; or give null")
        if self.standard is not None and self.payment is None:
            raise ValueError("standard needs payment: it names the licence that is paid by it")
        if self.tdm_policy is not None and not self.tdm_reserved:
            raise ValueError("tdm_policy needs tdm_reserved true: it tells how to get the rights")
        return self


Named = TypeVar("Named", UUID, str)


def _require_distinct(names: tuple[Named, ...]) -> tuple[Named, ...]:
    if len(set(names)) != len(names):
        raise ValueError("names something twice")
    return names


Sections = Annotated[
    tuple[Slug, ...],
    Field(max_length=MOST_SECTIONS, strict=False),
    AfterValidator(_require_distinct),
]
Navigation = Annotated[tuple[NavigationInput, ...], Field(max_length=MOST_ENTRIES, strict=False)]
Links = Annotated[tuple[SiteLinkInput, ...], Field(max_length=50, strict=False)]
Featured = Annotated[
    tuple[UUID, ...],
    Field(max_length=MOST_FEATURED, strict=False),
    AfterValidator(_require_distinct),
]
FeaturedSlugs = Annotated[
    tuple[Slug, ...],
    Field(max_length=MOST_FEATURED, strict=False),
    AfterValidator(_require_distinct),
]


class SiteTexts(Input):
    """The fields that mean the same here and in the interchange format."""

    names: Annotated[dict[Lang, Line], Field(max_length=50)] = {}
    descriptions: Annotated[dict[Lang, Text], Field(max_length=50)] = {}
    logo: UUID | None = None
    contact: dict[ContactName, Email] = {}
    links: Links = ()
    policies: dict[PolicyName, Address] = {}
    machines: MachineLicence | None = None
    navigation: Navigation | None = None
    sections: Sections | None = None


class SiteInput(SiteTexts):
    """The whole record; `navigation` and `sections` are null where the default holds, and
    `featured` are ids of articles."""

    featured: Featured = ()


@make_optional
class SiteChange(PatchInput):
    """What to change of the site. Names, descriptions, contact and policies change by their keys,
    and null takes one away; every other field is replaced whole."""

    names: Annotated[dict[Lang, Line | None], Field(max_length=50)] | None
    descriptions: Annotated[dict[Lang, Text | None], Field(max_length=50)] | None
    logo: UUID | None
    contact: dict[ContactName, Email | None] | None
    links: Links
    policies: dict[PolicyName, Address | None] | None
    machines: MachineLicence | None
    navigation: Navigation | None
    sections: Sections | None
    featured: Featured
