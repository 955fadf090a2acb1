"""What many schemas have alike, each with its name and its description in the contract.

The closed lists are those of `vocabulary`, where code that asks for their words finds them.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field
from typing_extensions import TypeAliasType

from app.public import vocabulary
from app.public.vocabulary import Count, GivenAddress, Lang, Slug

Id = TypeAliasType("Id", Annotated[UUID, Field(description="Stays the same for ever")])
Title = TypeAliasType("Title", Annotated[str, Field(description="Plain text of one line")])
Summary = TypeAliasType("Summary", Annotated[str, Field(description="Plain text, may be empty")])
ArticleKind = TypeAliasType(
    "ArticleKind",
    Annotated[
        vocabulary.Kind, Field(description="A `page` stands apart from the list of articles")
    ],
)
ContentKind = TypeAliasType(
    "ContentKind", Annotated[vocabulary.ContentKind, Field(description="What it is")]
)
TagType = TypeAliasType(
    "TagType", Annotated[vocabulary.TagType, Field(description="What the tag names")]
)
DatePrecision = TypeAliasType(
    "DatePrecision",
    Annotated[
        vocabulary.DatePrecision, Field(description="How much of `published_at` is to be shown")
    ],
)
PublishedAt = TypeAliasType(
    "PublishedAt",
    Annotated[datetime, Field(description="The date for readers; see `date_precision`")],
)
UpdatedAt = TypeAliasType(
    "UpdatedAt", Annotated[datetime, Field(description="When it last changed")]
)
ParentSlug = TypeAliasType(
    "ParentSlug",
    Annotated[Slug | None, Field(description="Slug of what is right above; null at the top")],
)
CanonicalUrl = TypeAliasType(
    "CanonicalUrl",
    Annotated[GivenAddress | None, Field(description="The original, when that is at another site")],
)
PolicyUrl = TypeAliasType(
    "PolicyUrl",
    Annotated[GivenAddress | None, Field(description="A page of the publisher about it, if any")],
)
OptionalText = TypeAliasType(
    "OptionalText", Annotated[str | None, Field(description="Null when there is none")]
)
NamesByLang = TypeAliasType(
    "NamesByLang", Annotated[dict[Lang, str], Field(description="In each language that has one")]
)
SynonymsByLang = TypeAliasType(
    "SynonymsByLang",
    Annotated[dict[Lang, list[str]], Field(description="Other words by which search finds it")],
)
BodyHtml = TypeAliasType(
    "BodyHtml",
    Annotated[
        str,
        Field(description="Sanitised. Headings have the ids of `toc`, our pictures several sizes"),
    ],
)
ReadingMinutes = TypeAliasType(
    "ReadingMinutes",
    Annotated[int, Field(ge=1, description="Minutes at 200 words each, at least one")],
)
WordCount = TypeAliasType("WordCount", Annotated[Count, Field(description="Words in the body")])
IsExcerpt = TypeAliasType(
    "IsExcerpt", Annotated[bool, Field(description="Only a part; `source` has the whole")]
)
Position = TypeAliasType(
    "Position", Annotated[int, Field(description="Orders pages among each other; 0 of an article")]
)
Paths = TypeAliasType(
    "Paths", Annotated[list[str], Field(description="Addresses that used to lead here")]
)
PageSize = TypeAliasType(
    "PageSize", Annotated[int, Field(ge=1, le=100, description="The most in one answer")]
)
Sequence = TypeAliasType(
    "Sequence", Annotated[int, Field(ge=1, description="Its place in the log of changes")]
)
EventId = TypeAliasType(
    "EventId",
    Annotated[
        str, Field(pattern="^evt_[0-9a-f]{24}$", description="The same in feed, stream and webhook")
    ],
)
Unused = TypeAliasType(
    "Unused", Annotated[None, Field(description="Only other kinds of change have it")]
)
