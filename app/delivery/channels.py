"""The content of each document of a feed: the current feed, a month, a page, search hits."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from app import cursors
from app.delivery.filters import ArticleParameters, to_search_filter
from app.feeds.channel import Channel, Deleted, FeedArticle
from app.feeds.dates import instant
from app.http.parameters import DIGITS, Limit, Travelling, bad_parameter, build_url
from app.http.views import View
from app.kit import paging
from app.kit.addresses import media_of
from app.kit.markup import resolve_urls
from app.public.articles import ArticleItem
from app.published import articles, feed_archive, gone_articles, media
from app.published import visible_hits as things
from app.published.feed_archive import CalendarMonth, GoneArticle, MonthPart
from app.published.query import ArticleFilter
from app.search import protocol
from app.search.overlay import thing_of

_DELETED = 100
"""The most takedowns that the current feed names. The archives and the change feed name all."""


class FeedParameters(ArticleParameters, Travelling):
    """The filters of `/v1/articles`, or words to search for among their matches."""

    elsewhere: ClassVar[frozenset[str]] = frozenset(("month", "part", "version", "cursor"))

    q: Annotated[str, Field(max_length=2_000, description="Words, as `/v1/search` takes them")] = ""
    limit: Limit = 20


class ArchivedParameters(FeedParameters):
    """The current feed, or one month of its archive."""

    month: Annotated[
        str,
        StringConstraints(pattern=r"^([0-9]{4}-(0[1-9]|1[0-2]))?$"),
        Field(description="One month, such as 2012-07"),
    ] = ""
    part: Annotated[
        int,
        Field(ge=0, le=100_000, description="Of a large month: 1 is the oldest, 0 the newest"),
        DIGITS,
    ] = 0
    version: Annotated[
        str,
        StringConstraints(pattern=r"^([0-9a-f]{12})?$"),
        Field(description="Of a month, as links name it; what is served is always the newest"),
    ] = ""


class PagedParameters(FeedParameters):
    """The current feed, or the articles after a place in it."""

    cursor: Annotated[str, Field(max_length=200, description="From `next_url`")] = ""


Asked = ArchivedParameters | PagedParameters


@dataclass(frozen=True, slots=True)
class FeedRequest:
    """A request for a feed; `base` is its address without parameters."""

    view: View
    params: Asked
    base: str
    filters: ArticleFilter
    tells_deletes: bool

    def build(self) -> tuple[Channel, list[FeedArticle]]:
        """The channel with its articles, for a request without words to search for."""
        match self.params:
            case PagedParameters():
                return self._paged_feed()
            case ArchivedParameters(month="", part=0, version=""):
                return self._current_feed()
            case ArchivedParameters(month="", part=part):
                name = "part" if part else "version"
                raise bad_parameter(f"{name}_without_month", name, f"{name} needs month; add it.")
            case ArchivedParameters():
                return self._month_feed(self.params)

    def query(self) -> protocol.Query:
        """The search for the newest articles that contain the words of the request."""
        for name in ("month", "part", "version", "cursor"):
            if getattr(self.params, name, ""):
                message = f"A feed of search words has no {name}; leave out one of the two."
                raise bad_parameter("words_without_archive", name, message)
        return protocol.Query(
            text=self.params.q,
            filter=to_search_filter(self.filters, ("article",), (self.filters.kind,)),
            order="newest",
            limit=self.params.limit,
        )

    def from_hits(self, hits: Iterable[protocol.Hit]) -> tuple[Channel, list[FeedArticle]]:
        """The channel with the articles of the hits that are visible."""
        view = self.view
        keys = [thing_of(hit) for hit in hits]
        visible = things.visible_hits(view.tx, view.tags, {}, keys, (), view.now, view.recall)
        links = {"self": build_url(self.base, self.params)}
        return self._channel([visible[key] for key in keys if key in visible], links)

    def _current_feed(self) -> tuple[Channel, list[FeedArticle]]:
        """The newest articles; a link to the newest month unless the feed holds all articles."""
        view = self.view
        page = self._page(None)
        links = {"self": build_url(self.base, self.params)}
        if page.next is not None:
            newest = feed_archive.newest_month(
                view.tx,
                view.tags,
                self.filters,
                view.now,
                view.calendar,
            )
            links |= self._link("prev-archive", newest)
        since = view.now - feed_archive.RECENT
        gone_articles = feed_archive.gone_since(
            view.tx, self.filters.kind, since, view.now, _DELETED
        )
        return self._channel(page.items, links, gone_articles, is_complete=page.next is None)

    def _month_feed(self, params: ArchivedParameters) -> tuple[Channel, list[FeedArticle]]:
        """A month, or a part of a large one, with links to what is before and after it. The newest
        part names what was taken down from the month."""
        view = self.view
        if "limit" in params.model_fields_set:
            message = "A month comes in documents of its own size; leave out limit."
            raise bad_parameter("whole_month", "limit", message)
        month = CalendarMonth.parse(params.month, view.calendar)
        if month is None:  # of the year 0
            raise bad_parameter("invalid_date", "month", "There is no such month.")
        store, filters, now = (view.tx, view.tags), self.filters, view.now
        part = feed_archive.list_part(*store, filters, month, params.part, now)
        links = {
            "current": self._current(),
            **self._part_link("self", month, part, 0),
            **self._older_link(month, part),
            **self._newer_link(month, part),
        }
        by_id = articles.by_ids(*store, part.ids, now)
        removed = feed_archive.gone_of(view.tx, filters.kind, month, now) if part.is_newest else ()
        return self._channel([by_id[key] for key in part.ids], links, removed, is_archive=True)

    def _older_link(self, month: CalendarMonth, part: MonthPart) -> dict[str, str]:
        if part.number > 1:
            return self._part_link("prev-archive", month, part, -1)
        view = self.view
        older = feed_archive.previous_month(view.tx, view.tags, self.filters, month, view.now)
        return self._link("prev-archive", older)

    def _newer_link(self, month: CalendarMonth, part: MonthPart) -> dict[str, str]:
        if not part.is_newest:
            return self._part_link("next-archive", month, part, 1)
        view = self.view
        store = (view.tx, view.tags, self.filters)
        newer = feed_archive.next_month(*store, month, view.now)
        has_parts = newer is not None and feed_archive.has_parts(*store, newer, view.now)
        return self._link("next-archive", newer, int(has_parts))

    def _part_link(
        self, relation: str, month: CalendarMonth, part: MonthPart, step: int
    ) -> dict[str, str]:
        """The address of the part that is `step` parts later. The newest part has no number, since
        it is another one as soon as the month grows."""
        number = part.number + step
        return self._link(relation, month, number if number < part.of else 0)

    def _paged_feed(self) -> tuple[Channel, list[FeedArticle]]:
        name = repr((self.filters, "newest"))
        cursor_text = self.params.cursor if isinstance(self.params, PagedParameters) else ""
        page = self._page(cursors.decode(cursor_text or None, name))
        links = {"self": build_url(self.base, self.params)}
        if page.next is not None:
            links["next"] = build_url(self.base, self.params, page.next.encode(name))
        return self._channel(page.items, links)

    def _page(self, cursor: paging.Cursor | None) -> articles.ArticlePage:
        view = self.view
        return articles.list_page(
            view.tx,
            view.tags,
            self.filters,
            "newest",
            cursor,
            self.params.limit,
            view.now,
            view.recall,
        )

    def _link(self, relation: str, month: CalendarMonth | None, part: int = 0) -> dict[str, str]:
        if month is None:
            return {}
        view = self.view
        version = feed_archive.month_version(
            view.tx, self.filters.kind, month, view.now, view.recall
        )
        update = {"month": str(month), "part": part, "version": version, "limit": 20}
        return {relation: build_url(self.base, self.params.model_copy(update=update))}

    def _current(self) -> str:
        """The address of the current feed, without month and cursor and with the usual length."""
        followed = {"month": "", "part": 0, "version": "", "cursor": "", "limit": 20}
        parameters = {name: value for name, value in followed.items() if hasattr(self.params, name)}
        return build_url(self.base, self.params.model_copy(update=parameters))

    def _channel(
        self,
        items: Iterable[bytes],
        links: dict[str, str],
        removed: Iterable[GoneArticle] = (),
        *,
        is_archive: bool = False,
        is_complete: bool = False,
    ) -> tuple[Channel, list[FeedArticle]]:
        view, settings = self.view, self.view.runtime.settings
        feed_articles = _with_bodies(view, items)
        deleted = [
            Deleted(
                removal.id, removal.at, gone_articles.gone_message(removal.reason, removal.note)
            )
            for removal in removed
        ]
        moments = [article.updated_at for article in feed_articles] + [
            removal.at for removal in deleted
        ]
        if settings.websub_hub is not None:
            links = {**links, "hub": settings.websub_hub}
        names = ("q", "tag", "author", "lang", "rights", "from_date", "to_date", "month")
        about = [str(value) for name in names if (value := getattr(self.params, name, ""))]
        channel = Channel(
            identity=self._current(),
            title=": ".join([settings.site_name, ", ".join(about)])
            if about
            else settings.site_name,
            publisher=settings.site_name,
            description=f"Published by {settings.site_name}",
            home=settings.site_url or f"{settings.public_url}/v1",
            api=settings.public_url,
            updated=max(moments, default=view.head.effective_until),
            licence=settings.default_licence,
            page=settings.page_address,
            links=links,
            language=self.params.lang or None,
            is_archive=is_archive,
            is_complete=is_complete,
            deleted=deleted if self.tells_deletes else (),
        )
        return channel, feed_articles


def _with_bodies(view: View, items: Iterable[bytes]) -> list[FeedArticle]:
    plain = [ArticleItem.model_validate_json(item) for item in items]
    bodies = articles.bodies_by_id(view.tx, view.tags, [item.id for item in plain], view.now)
    sizes = _sizes(view, plain)
    page = view.runtime.settings.page_address
    return [
        FeedArticle(
            **dict(item)
            | {
                "published_at": (published_at := instant(item, view.now)),
                "updated_at": max(item.updated_at, published_at),
            },
            body_html=resolve_urls(bodies[item.id], page(item.kind, item.slug, item.lang)),
            image_bytes=sizes.get(item.image.url) if item.image else None,
        )
        for item in plain
    ]


def _sizes(view: View, items: Iterable[ArticleItem]) -> dict[str, int]:
    """The sizes in bytes of the pictures that this service stores, by their addresses."""
    base = view.runtime.settings.public_url
    ours = {
        image.url: where
        for item in items
        if (image := item.image) is not None
        and image.url.startswith(base)
        and (where := media_of(image.url.removeprefix(base))) is not None
    }
    sizes = media.rendition_sizes(view.tx, ours.values())
    return {url: sizes[where] for url, where in ours.items() if where in sizes}
