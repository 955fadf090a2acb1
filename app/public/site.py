"""The site as front ends show it: its name, its menu, its home, and who stands behind it."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic.json_schema import SkipJsonSchema
from typing_extensions import TypeAliasType

from app.public.articles import ArticleItem, TagReference
from app.public.images import OptionalImage
from app.public.jsonld import SCHEMA_TYPE, Logo, SchemaContext, SchemaId
from app.public.links import ExternalLinks
from app.public.named_types import OptionalText, PolicyUrl
from app.public.vocabulary import GivenAddress, Lang, PolicyName, Slug, WebAddress

AddressTemplate = TypeAliasType(
    "AddressTemplate",
    Annotated[
        str, Field(description="An address with `{slug}`, and perhaps `{lang}`, to be filled in")
    ],
)


class SiteContact(BaseModel):
    """Addresses for readers; null where there is none."""

    email: Annotated[str | None, Field(description="Where to write to")]
    corrections_email: Annotated[
        str | None, Field(description="Where to report what is wrong in a text")
    ]


class NavigationChild(BaseModel):
    """An entry of the second level of the menu."""

    label: Annotated[str, Field(description="In the language asked for, if there")]
    kind: Annotated[Literal["page", "tag", "link"], Field(description="What it leads to")]
    slug: Annotated[Slug | None, Field(description="Of the page or tag; null for a link")]
    url: Annotated[GivenAddress, Field(description="Where readers find it")]


class NavigationItem(NavigationChild):
    """An entry of the menu."""

    children: Annotated[list[NavigationChild], Field(description="The entries below it")]


class SiteFeeds(BaseModel):
    """Where to subscribe."""

    rss: Annotated[WebAddress, Field(description="Of all articles")]
    atom: Annotated[WebAddress, Field(description="Of all articles")]
    json_feed: Annotated[WebAddress, Field(alias="json", description="Of all articles")]
    events: Annotated[WebAddress, Field(description="A calendar (iCalendar)")]
    newsletters: Annotated[
        WebAddress | None, Field(description="Of issues by e-mail; null where nobody can subscribe")
    ]

    model_config = ConfigDict(populate_by_name=True)


class SiteAddresses(BaseModel):
    """Where readers find each thing."""

    article: AddressTemplate
    page: AddressTemplate
    tag: AddressTemplate
    author: Annotated[AddressTemplate | None, Field(description="Null where authors have no pages")]


class SitePolicies(BaseModel):
    """What the publisher tells of itself, by schema.org's `NewsMediaOrganization`."""

    principles: PolicyUrl
    ownership: PolicyUrl
    funding: PolicyUrl
    masthead: PolicyUrl
    mission: PolicyUrl
    ethics: PolicyUrl
    corrections: PolicyUrl
    verification: PolicyUrl
    unnamed_sources: PolicyUrl
    no_bylines: PolicyUrl
    feedback: PolicyUrl
    diversity: PolicyUrl
    diversity_staffing: PolicyUrl


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
PublisherPage = TypeAliasType(
    "PublisherPage", Annotated[GivenAddress, Field(description="A page of the publisher about it")]
)
Policy = PublisherPage | SkipJsonSchema[None]


class ContactPoint(BaseModel):
    """An e-mail address."""

    model_config = _CAMEL

    type: Annotated[Literal["ContactPoint"], SCHEMA_TYPE] = "ContactPoint"
    contact_type: Annotated[str, Field(description="What it is for")]
    email: Annotated[str, Field(description="Where to write to")]


class NewsMediaOrganization(BaseModel):
    """The publisher, as schema.org describes a news organisation."""

    model_config = _CAMEL

    context: SchemaContext = "https://schema.org"
    type: Annotated[Literal["NewsMediaOrganization"], SCHEMA_TYPE] = "NewsMediaOrganization"
    id: SchemaId
    name: Annotated[str, Field(description="Of the publisher")]
    url: Annotated[GivenAddress, Field(description="The front page for readers")]
    description: Annotated[str | SkipJsonSchema[None], Field(description="What it is")] = None
    logo: Logo | SkipJsonSchema[None] = None
    email: Annotated[str | SkipJsonSchema[None], Field(description="Where to write to")] = None
    contact_point: Annotated[
        list[ContactPoint] | SkipJsonSchema[None],
        Field(description="To the newsroom, for corrections"),
    ] = None
    same_as: Annotated[
        list[GivenAddress] | SkipJsonSchema[None], Field(description="Its other pages")
    ] = None
    knows_language: Annotated[list[Lang], Field(description="The languages of its articles")]
    publishing_principles: Policy = None
    ownership_funding_info: Annotated[
        list[PublisherPage] | SkipJsonSchema[None], Field(description="Who owns it, who pays")
    ] = None
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
    """What a front end asks before it shows its first page; `jsonld` is there when `include=` names
    it."""

    name: Annotated[str, Field(description="In the language of the texts")]
    description: OptionalText
    languages: Annotated[list[Lang], Field(description="The first is the main one")]
    lang: Annotated[Lang, Field(description="Of the texts here")]
    timezone: Annotated[str, Field(description="An IANA name; days begin by it")]
    licence: Annotated[GivenAddress, Field(description="Of what names none itself")]
    url: Annotated[GivenAddress | None, Field(description="The front page for readers, if any")]
    logo: OptionalImage
    contact: Annotated[SiteContact | None, Field(description="Null when none is given")]
    links: ExternalLinks
    navigation: Annotated[list[NavigationItem], Field(description="The menu")]
    sections: Annotated[list[TagReference], Field(description="The tags that the home shows")]
    feeds: SiteFeeds
    addresses: SiteAddresses
    policies: SitePolicies
    jsonld: NewsMediaOrganization | SkipJsonSchema[None] = Field(
        None, exclude_if=lambda value: value is None
    )


class HomeSection(BaseModel):
    """A tag with the newest articles under it."""

    tag: TagReference
    articles: Annotated[list[ArticleItem], Field(description="The newest first")]


class Home(BaseModel):
    """The articles of the front page, from one snapshot. An article may be in several places."""

    featured: Annotated[list[ArticleItem], Field(description="The editors' choice")]
    latest: Annotated[list[ArticleItem], Field(description="The newest first")]
    sections: Annotated[list[HomeSection], Field(description="In the order of the site's record")]


class TdmRule(BaseModel):
    """A reservation of rights to text and data mining, by the TDM Reservation Protocol."""

    model_config = ConfigDict(populate_by_name=True)

    location: Annotated[str, Field(description="A pattern of paths")]
    reservation: Annotated[
        Literal[0, 1], Field(alias="tdm-reservation", description="1: rights are reserved")
    ]
    policy: Annotated[
        GivenAddress | SkipJsonSchema[None],
        Field(alias="tdm-policy", default=None, description="On what terms, for machines"),
    ] = None
