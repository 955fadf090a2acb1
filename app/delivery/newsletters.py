"""Issues of newsletters: a list, one whole, and their feed."""

from html import escape
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from pydantic_core import to_json
from starlette.responses import Response

from app.delivery.filters import preferred_languages
from app.feeds import issues_feed
from app.feeds.issues_feed import IssuesChannel
from app.http.endpoint import BriefView
from app.http.parameters import Language, Limit, Parameters, Travelling, links_onward
from app.http.problems import public_responses
from app.http.routing import EndpointRoute
from app.http.views import View
from app.kit.clock import EPOCH
from app.newsletters import archive
from app.newsletters.content import IssueText, MailedNotice, read_content, read_texts
from app.newsletters.issue_records import read_issue
from app.newsletters.requests import list_topics
from app.public.articles import TagReference
from app.public.envelopes import One, Page, PageMeta
from app.public.newsletters import IssueDetail, IssueNotice, ListedIssue, SubscriptionTopics
from app.published.answer import Answer
from app.published.cache_keys import LISTS, key_of

router = APIRouter(tags=["newsletters"], route_class=EndpointRoute)

_IN_FEED: Final = 30


class NewsletterParameters(Parameters):
    """Which issues to list."""

    lang: Language = ""
    rhythm: Annotated[
        Literal["", "daily", "weekly"], Field(description="How often the newsletter goes")
    ] = ""
    limit: Limit = 20
    cursor: Annotated[str, Field(max_length=200, description="From `links.next`")] = ""


class NewsletterFeedParameters(Travelling):
    """The language of the issues."""

    lang: Language = ""


@router.get(
    "/v1/newsletters",
    response_model=Page[ListedIssue],
    responses=public_responses(304, 400, 503, links=True),
)
def list_newsletters(view: BriefView, params: NewsletterParameters) -> Answer:
    """Issues that went to readers, the newest first."""
    settings = view.runtime.settings
    filters = (params.lang or None, params.rhythm or None, params.cursor or None)
    data, onward = archive.list_sent_issues(view.tx, settings, *filters, params.limit)
    links = links_onward(f"{settings.public_url}/v1/newsletters", params, onward)
    page = Page[ListedIssue](data=data, meta=PageMeta(limit=params.limit), links=links)
    return Answer(to_json(page), {"next": links.next}, LISTS)


class TopicParameters(Parameters):
    """The language of the topics' names."""

    lang: Language = ""


@router.get(
    "/v1/newsletters/topics",
    response_model=One[SubscriptionTopics],
    responses=public_responses(304, 400, 503),
)
def read_newsletter_topics(view: BriefView, params: TopicParameters) -> Answer:
    """What one can subscribe to."""
    settings = view.runtime.settings
    lang = preferred_languages(params.lang, settings)[0]
    references = [
        TagReference.model_validate_json(view.tags.reference(tag, lang))
        for tag in list_topics(view.tags, lang)
    ]
    offer = SubscriptionTopics(
        rhythms=list(settings.newsletters), languages=list(settings.languages), topics=references
    )
    return Answer(b'{"data":%s}' % to_json(offer), {}, LISTS)


@router.get(
    "/v1/newsletters/{issue_id:uuid}",
    response_model=One[IssueDetail],
    responses=public_responses(304, 400, 404, 503),
)
def read_newsletter(view: View, issue_id: UUID, params: NewsletterFeedParameters) -> Answer:
    """One issue, with what readers see of it now."""
    row = archive.require_sent(view.tx, issue_id)
    settings = view.runtime.settings
    record = read_issue(view.tx, view.tags, issue_id, view.now, with_outcome=False)
    content = read_content(view.tx, view.tags, settings, record, view.now)
    listed = archive.to_listed(row, settings).model_dump_json().encode()
    series = view.tags.resolve_ids([str(record.row.series_id)])
    body = b'%s,"introduction_html":%s,"series":%s,"articles":[%s],"notices":%s}' % (
        listed[:-1],
        to_json(content.introduction_html),
        view.tags.reference(series[0], row.lang) if series else b"null",
        b",".join(content.items),
        to_json([to_notice(notice) for notice in content.notices]),
    )
    return Answer(b'{"data":%s}' % body, {}, f"{key_of('newsletter', issue_id)} {LISTS}")


class IssuesFeedResponse(Response):
    """Atom."""

    media_type = issues_feed.MEDIA_TYPE


@router.get(
    "/v1/feeds/newsletters.atom",
    response_class=IssuesFeedResponse,
    responses=public_responses(304, 400, 503),
)
def read_newsletters_feed(view: View, params: NewsletterFeedParameters) -> Answer:
    """The newest issues as Atom."""
    settings = view.runtime.settings
    issues, _ = archive.list_sent_issues(
        view.tx, settings, params.lang or None, None, None, _IN_FEED
    )
    channel = IssuesChannel(
        title=settings.site_name,
        publisher=settings.site_name,
        home=settings.site_url or settings.public_url,
        address=f"{settings.public_url}/v1/feeds/newsletters.atom",
        updated=EPOCH,
    )
    ids = [issue.id for issue in issues]
    texts = read_texts(view.tx, view.tags, settings, ids, view.now)
    entries = [(issue, _to_html(texts[issue.id])) for issue in issues]
    feed = issues_feed.render(channel, entries)
    return Answer(feed, {}, LISTS, issues_feed.MEDIA_TYPE)


def _to_html(text: IssueText) -> str:
    """What an issue says as plain HTML, for readers of feeds."""
    parts = [text.introduction_html]
    for article in text.articles:
        parts.append(f'<h2><a href="{escape(article.url)}">{escape(article.title)}</a></h2>')
        parts.append(f"<p>{escape(article.summary)}</p>" if article.summary else "")
    return "".join(parts)


def to_notice(notice: MailedNotice) -> IssueNotice:
    """A notice for everybody: a title that was retracted is not said again."""
    told = IssueNotice.model_validate(notice, from_attributes=True)
    return told.model_copy(update={"title": None}) if told.reason == "retracted" else told
