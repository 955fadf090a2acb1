"""Issues of newsletters as Atom: a title, and as text what the letter said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Final

from feedgenerator.django.utils.feedgenerator import Atom1Feed

from app.feeds.channel import urn
from app.public.newsletters import ListedIssue

MEDIA_TYPE: Final = "application/atom+xml"


@dataclass(frozen=True, slots=True)
class IssuesChannel:
    """The description of the feed. `updated` is there for a feed without issues."""

    title: str
    publisher: str
    home: str
    address: str
    updated: datetime


def render(channel: IssuesChannel, issues: Sequence[tuple[ListedIssue, str]]) -> bytes:
    """The feed in UTF-8, of issues with their HTML."""
    feed = _Feed(channel)
    for issue, html in issues:
        feed.add_item(
            title=issue.title,
            link=issue.url,
            description=None,
            pubdate=issue.sent_at,
            updateddate=issue.sent_at,
            unique_id=urn(issue.id),
            content=html,
        )
    written = StringIO()
    feed.write(written, "utf-8")
    return written.getvalue().encode()


class _Feed(Atom1Feed):  # type: ignore[misc]  # the library has no types
    def __init__(self, channel: IssuesChannel) -> None:
        self._updated = channel.updated
        super().__init__(
            title=channel.title,
            link=channel.home,
            description=None,
            feed_url=channel.address,
            feed_guid=channel.address,
            author_name=channel.publisher,
        )

    def latest_post_date(self) -> datetime:
        """When an issue went last."""
        dates = [item["pubdate"] for item in self.items]
        return max(dates, default=self._updated)
