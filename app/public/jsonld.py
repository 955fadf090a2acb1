"""schema.org NewsArticle as JSON-LD, what search engines and archives read."""

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from app.public.vocabulary import GivenAddress, Lang

PartialDate = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9:.]+Z)?)?)?$",
        description="ISO 8601, as far as the date is known: a year, a month, a day or an instant",
    ),
]


SCHEMA_TYPE: Final = Field(alias="@type", description="A type of schema.org")
SchemaContext = Annotated[
    Literal["https://schema.org"], Field(alias="@context", description="The vocabulary")
]
SchemaId = Annotated[str, Field(alias="@id", description="A URI that never changes")]


class Logo(BaseModel):
    """A publisher's logo."""

    model_config = ConfigDict(populate_by_name=True)

    type: Annotated[Literal["ImageObject"], SCHEMA_TYPE] = "ImageObject"
    url: Annotated[GivenAddress, Field(description="Where the file is")]


class Named(BaseModel):
    """Somebody or something with a name."""

    model_config = ConfigDict(populate_by_name=True)

    type: Annotated[Literal["Person", "Organization", "Thing"], SCHEMA_TYPE]
    name: Annotated[str, Field(description="As readers see it")]
    url: Annotated[GivenAddress | SkipJsonSchema[None], Field(description="A page about it")] = None
    logo: Logo | SkipJsonSchema[None] = None


class ImageObject(BaseModel):
    """The article's picture."""

    model_config = ConfigDict(populate_by_name=True)

    type: Annotated[Literal["ImageObject"], SCHEMA_TYPE] = "ImageObject"
    url: Annotated[GivenAddress, Field(description="Where the file is")]
    description: Annotated[str, Field(description="What is to be seen")]
    caption: Annotated[str | SkipJsonSchema[None], Field(description="To stand below it")] = None
    credit_text: Annotated[
        str | SkipJsonSchema[None],
        Field(alias="creditText", default=None, description="Whom to name"),
    ] = None


class CorrectionComment(BaseModel):
    """What was wrong, and when readers were told."""

    model_config = ConfigDict(populate_by_name=True)

    type: Annotated[Literal["CorrectionComment"], SCHEMA_TYPE] = "CorrectionComment"
    text: Annotated[str, Field(description="Plain text")]
    date_published: Annotated[
        datetime, Field(alias="datePublished", description="When readers were told")
    ]


class OtherWork(BaseModel):
    """The same story in another language, or the work that this one repeats."""

    model_config = ConfigDict(populate_by_name=True)

    type: Annotated[Literal["NewsArticle", "Article", "CreativeWork"], SCHEMA_TYPE]
    name: Annotated[str | SkipJsonSchema[None], Field(description="Its title")] = None
    url: Annotated[GivenAddress | SkipJsonSchema[None], Field(description="A page of it")] = None
    in_language: Annotated[Lang | SkipJsonSchema[None], Field(alias="inLanguage", default=None)] = (
        None
    )


class NewsArticle(BaseModel):
    """An article (`NewsArticle`) or a standing page (`Article`)."""

    model_config = ConfigDict(populate_by_name=True)

    context: SchemaContext = "https://schema.org"
    type: Annotated[Literal["NewsArticle", "Article"], SCHEMA_TYPE]
    id: SchemaId
    url: Annotated[GivenAddress, Field(description="Where readers find it")]
    main_entity_of_page: Annotated[
        GivenAddress, Field(alias="mainEntityOfPage", description="As `url`")
    ]
    headline: Annotated[str, Field(description="The title")]
    description: Annotated[str, Field(description="For search engines")]
    date_published: Annotated[PartialDate, Field(alias="datePublished")]
    date_modified: Annotated[
        datetime, Field(alias="dateModified", description="When it last changed")
    ]
    in_language: Annotated[Lang, Field(alias="inLanguage")]
    author: Annotated[list[Named], Field(description="In the order of the byline")]
    publisher: Named
    license: Annotated[GivenAddress, Field(description="The URI of the licence")]
    credit_text: Annotated[
        str | SkipJsonSchema[None],
        Field(alias="creditText", default=None, description="Whom to name"),
    ] = None
    is_accessible_for_free: Annotated[
        Literal[True], Field(alias="isAccessibleForFree", description="Nobody has to pay")
    ] = True
    image: Annotated[
        list[ImageObject] | SkipJsonSchema[None], Field(description="For search engines")
    ] = None
    keywords: Annotated[list[str], Field(description="Names of the tags")]
    correction: Annotated[
        list[CorrectionComment] | SkipJsonSchema[None], Field(description="Notes to readers")
    ] = None
    work_translation: Annotated[
        list[OtherWork],
        Field(alias="workTranslation", description="The same story in other languages"),
    ]
    is_based_on: Annotated[
        OtherWork | SkipJsonSchema[None], Field(alias="isBasedOn", default=None)
    ] = None
