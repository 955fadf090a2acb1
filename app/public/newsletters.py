"""Newsletters, their issues and subscriptions as readers see them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from app.public.articles import ArticleItem, TagReference
from app.public.named_types import Id, OptionalText, Title
from app.public.vocabulary import Count, Lang, Rhythm, WebAddress

Number = Annotated[Count | None, Field(description="Counted by newsletter, from 1")]


class ListedIssue(BaseModel):
    """An issue of a newsletter that went to its readers."""

    id: Id
    rhythm: Annotated[Rhythm, Field(description="How often the newsletter goes")]
    lang: Lang
    number: Number
    title: Title
    sent_at: Annotated[datetime, Field(description="When it began to go")]
    url: Annotated[WebAddress, Field(description="Its page in a browser")]


class IssueNotice(BaseModel):
    """What became of a text after it was mailed."""

    reason: Annotated[Literal["corrected", "retracted"], Field(description="What happened")]
    title: Annotated[OptionalText, Field(description="Null for a text that was retracted")]
    url: Annotated[WebAddress | None, Field(description="The text, if readers still see it")]
    note: Annotated[str, Field(description="The editors' words to readers, may be empty")]
    at: Annotated[datetime, Field(description="Since when")]


class IssueDetail(ListedIssue):
    """An issue whole, with what readers see of it now."""

    introduction_html: Annotated[str, Field(description="Sanitised, may be empty")]
    series: Annotated[TagReference | None, Field(description="The tag whose texts it has")]
    articles: Annotated[list[ArticleItem], Field(description="In the order of the letter")]
    notices: Annotated[list[IssueNotice], Field(description="About letters before it")]


class SubscriptionPromise(BaseModel):
    """The same for every address, known or not."""

    message: Annotated[str, Field(description="A sentence for people")]


class SubscriptionTopics(BaseModel):
    """What one can subscribe to."""

    rhythms: Annotated[list[Rhythm], Field(description="How often newsletters go here")]
    languages: Annotated[list[Lang], Field(description="The languages of newsletters")]
    topics: Annotated[list[TagReference], Field(description="Tags that readers may choose")]


class Subscription(BaseModel):
    """All that is stored of a reader."""

    email: Annotated[str, Field(description="Where letters go")]
    state: Annotated[
        Literal["pending", "active", "paused", "ended"],
        Field(description="`paused`: letters came back; a change of anything ends that"),
    ]
    rhythm: Annotated[Rhythm, Field(description="How often letters come")]
    lang: Lang
    topics: Annotated[list[TagReference], Field(description="None stands for all news")]
    created_at: Annotated[datetime, Field(description="When it was first asked for")]
    confirmed_at: Annotated[datetime | None, Field(description="When the reader agreed")]
    consent: Annotated[OptionalText, Field(description="The version of the words agreed to")]
