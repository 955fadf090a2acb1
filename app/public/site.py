"""The site as front ends show it: its name, its menu, its home, and who stands behind it."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic.json_schema import SkipJsonSchema

from app.public.articles import ArticleItem, Image, TagReference
from app.public.jsonld import Logo
from app.public.links import ExternalLink
from app.public.vocabulary import GivenAddress, Lang, PolicyName, Slug, WebAddress

AddressTemplate = Annotated[
    str, Field(description="An address with `{slug}`, and perhaps `{lang}`, to be filled in")
]


class SiteContact(BaseModel):
    """Where to write to, and where to report what is wrong in a text."""

    email: str | None
    corrections_email: str | None


class NavigationChild(BaseModel):
    """An entry of the second level of the menu.

    `slug` is that of a page or of a tag, null for a link. `url` is where readers find it.
    """

    label: str
    kind: Literal["page", "tag", "link"]
    slug: Slug | None
    url: GivenAddress


class NavigationItem(NavigationChild):
    """An entry of the menu, with the entries below it."""

    children: list[NavigationChild]


class SiteFeeds(BaseModel):
    """The feeds of all articles, and the calendar of events."""

    rss: WebAddress
    atom: WebAddress
    json_feed: Annotated[WebAddress, Field(alias="json")]
    events: WebAddress

    model_config = ConfigDict(populate_by_name=True)


class SiteAddresses(BaseModel):
    """Where readers find each thing; `author` is null where authors have no pages."""

    article: AddressTemplate
    page: AddressTemplate
    tag: AddressTemplate
    author: AddressTemplate | None


class SitePolicies(BaseModel):
    """The addresses of what the publisher tells of itself, by the properties of schema.org's
    `NewsMediaOrganization`; null for what it does not tell."""

    principles: GivenAddress | None
    ownership: GivenAddress | None
    funding: GivenAddress | None
    masthead: GivenAddress | None
    mission: GivenAddress | None
    ethics: GivenAddress | None
    corrections: GivenAddress | None
    verification: GivenAddress | None
    unnamed_sources: GivenAddress | None
    no_bylines: GivenAddress | None
    feedback: GivenAddress | None
    diversity: GivenAddress | None
    diversity_staffing: GivenAddress | None


POLICY_PROPERTIES: Final[Mapping[PolicyName, str]] = {
    "principles": "publishing_principles",
    "ownership": "ownership_funding_info",
    "funding": "ownership_funding_info",
    "masthead": "masthead",
    "mission": "mission_coverage_priorities_policy",
    "ethics": "ethics_policy",
    "corrections": "corrections_policy",
    "verification": "verification_fact_checking_policy",
    "unnamed_sources": "unnamed_sources_policy",
    "no_bylines": "no_bylines_policy",
    "feedback": "actionable_feedback_policy",
    "diversity": "diversity_policy",
    "diversity_staffing": "diversity_staffing_report",
}
"""The field of `NewsMediaOrganization` for each policy. Two of ours are one of theirs."""

_CAMEL: Final = ConfigDict(populate_by_name=True, alias_generator=to_camel)
Policy = GivenAddress | SkipJsonSchema[None]


class ContactPoint(BaseModel):
    """An e-mail address with its purpose."""

    model_config = _CAMEL

    type: Annotated[Literal["ContactPoint"], Field(alias="@type")] = "ContactPoint"
    contact_type: str
    email: str


class NewsMediaOrganization(BaseModel):
    """The publisher, as schema.org describes a news organisation."""

    model_config = _CAMEL

    context: Annotated[Literal["https://schema.org"], Field(alias="@context")] = (
        "https://schema.org"
    )
    type: Annotated[Literal["NewsMediaOrganization"], Field(alias="@type")] = (
        "NewsMediaOrganization"
    )
    id: Annotated[str, Field(alias="@id")]
    name: str
    url: GivenAddress
    description: str | SkipJsonSchema[None] = None
    logo: Logo | SkipJsonSchema[None] = None
    email: str | SkipJsonSchema[None] = None
    contact_point: list[ContactPoint] | SkipJsonSchema[None] = None
    same_as: list[GivenAddress] | SkipJsonSchema[None] = None
    knows_language: list[Lang]
    publishing_principles: Policy = None
    ownership_funding_info: list[GivenAddress] | SkipJsonSchema[None] = None
    masthead: Policy = None
    mission_coverage_priorities_policy: Policy = None
    ethics_policy: Policy = None
    corrections_policy: Policy = None
    verification_fact_checking_policy: Policy = None
    unnamed_sources_policy: Policy = None
    no_bylines_policy: Policy = None
    actionable_feedback_policy: Policy = None
    diversity_policy: Policy = None
    diversity_staffing_report: Policy = None


class Site(BaseModel):
    """What a front end asks before it shows its first page.

    `lang` is the language of the texts. `sections` are the tags that the home shows. `jsonld` is
    there when `include=` names it.
    """

    name: str
    description: str | None
    languages: list[Lang]
    lang: Lang
    timezone: str
    licence: GivenAddress
    url: GivenAddress | None
    logo: Image | None
    contact: SiteContact | None
    links: list[ExternalLink]
    navigation: list[NavigationItem]
    sections: list[TagReference]
    feeds: SiteFeeds
    addresses: SiteAddresses
    policies: SitePolicies
    jsonld: NewsMediaOrganization | SkipJsonSchema[None] = Field(
        None, exclude_if=lambda value: value is None
    )


class HomeSection(BaseModel):
    """A tag with the newest articles under it."""

    tag: TagReference
    articles: list[ArticleItem]


class Home(BaseModel):
    """The articles of the front page, from one snapshot. An article may be in several places."""

    featured: list[ArticleItem]
    latest: list[ArticleItem]
    sections: list[HomeSection]


class TdmRule(BaseModel):
    """A reservation of rights to text and data mining, by the TDM Reservation Protocol."""

    model_config = ConfigDict(populate_by_name=True)

    location: str
    reservation: Annotated[Literal[0, 1], Field(alias="tdm-reservation")]
    policy: Annotated[
        GivenAddress | SkipJsonSchema[None], Field(alias="tdm-policy", default=None)
    ] = None
