"""schema.org NewsArticle as JSON-LD, what search engines and archives read."""

from datetime import datetime
from typing import Annotated, Literal

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


class Logo(BaseModel):
    """A publisher's logo."""

    model_config = ConfigDict(populate_by_name=True)

    type: Annotated[Literal["ImageObject"], Field(alias="@type")] = "ImageObject"
    url: GivenAddress


class Named(BaseModel):
    """Somebody or something with a name."""

    model_config = ConfigDict(populate_by_name=True)

    type: Annotated[Literal["Person", "Organization", "Thing"], Field(alias="@type")]
    name: str
    url: GivenAddress | SkipJsonSchema[None] = None
    logo: Logo | SkipJsonSchema[None] = None


class ImageObject(BaseModel):
    """The article's picture."""

    model_config = ConfigDict(populate_by_name=True)

    type: Annotated[Literal["ImageObject"], Field(alias="@type")] = "ImageObject"
    url: GivenAddress
    description: str
    caption: str | SkipJsonSchema[None] = None
    credit_text: Annotated[str | SkipJsonSchema[None], Field(alias="creditText", default=None)] = (
        None
    )


class CorrectionComment(BaseModel):
    """What was wrong, and when readers were told."""

    model_config = ConfigDict(populate_by_name=True)

    type: Annotated[Literal["CorrectionComment"], Field(alias="@type")] = "CorrectionComment"
    text: str
    date_published: Annotated[datetime, Field(alias="datePublished")]


class OtherWork(BaseModel):
    """The same story in another language, or the work that this one repeats."""

    model_config = ConfigDict(populate_by_name=True)

    type: Annotated[Literal["NewsArticle", "Article", "CreativeWork"], Field(alias="@type")]
    name: str | SkipJsonSchema[None] = None
    url: GivenAddress | SkipJsonSchema[None] = None
    in_language: Annotated[Lang | SkipJsonSchema[None], Field(alias="inLanguage", default=None)] = (
        None
    )


class NewsArticle(BaseModel):
    """An article (`NewsArticle`) or a standing page (`Article`)."""

    model_config = ConfigDict(populate_by_name=True)

    context: Annotated[Literal["https://schema.org"], Field(alias="@context")] = (
        "https://schema.org"
    )
    type: Annotated[Literal["NewsArticle", "Article"], Field(alias="@type")]
    id: Annotated[str, Field(alias="@id")]
    url: GivenAddress
    main_entity_of_page: Annotated[GivenAddress, Field(alias="mainEntityOfPage")]
    headline: str
    description: str
    date_published: Annotated[PartialDate, Field(alias="datePublished")]
    date_modified: Annotated[datetime, Field(alias="dateModified")]
    in_language: Annotated[Lang, Field(alias="inLanguage")]
    author: list[Named]
    publisher: Named
    license: GivenAddress
    credit_text: Annotated[str | SkipJsonSchema[None], Field(alias="creditText", default=None)] = (
        None
    )
    is_accessible_for_free: Annotated[Literal[True], Field(alias="isAccessibleForFree")] = True
    image: list[ImageObject] | SkipJsonSchema[None] = None
    keywords: list[str]
    correction: list[CorrectionComment] | SkipJsonSchema[None] = None
    work_translation: Annotated[list[OtherWork], Field(alias="workTranslation")]
    is_based_on: Annotated[
        OtherWork | SkipJsonSchema[None], Field(alias="isBasedOn", default=None)
    ] = None
