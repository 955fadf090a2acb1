"""The menu as readers see it: what is not visible now is left out, with what is below it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic_core import from_json

from app.database import ReadTx
from app.kit.languages import localise, pick_text
from app.public.site import NavigationChild, NavigationItem
from app.published.articles import list_page
from app.published.cache import HeadCache, Tags
from app.published.query import ArticleFilter
from app.published.site_record import VisibleArticle, entries_of, find_articles

MOST_PAGES: Final = 12
"""The most standing pages of the menu that holds when none was saved."""


@dataclass(frozen=True, slots=True)
class PageAddresses:
    """Where readers find a page, by kind, slug and language; and a tag, by slug and language."""

    page: Callable[[str, str, str], str]
    tag: Callable[[str, str], str]


def build_navigation(
    tx: ReadTx,
    tags: Tags,
    navigation: Sequence[Mapping[str, Any]],
    languages: Sequence[str],
    addresses: PageAddresses,
    now: datetime,
) -> list[NavigationItem]:
    """A saved menu in the first of some languages."""
    named = [UUID(entry["article_id"]) for entry in entries_of(navigation) if "article_id" in entry]
    builder = _EntryBuilder(tags, find_articles(tx, named, languages, now), languages, addresses)
    items = []
    for entry in navigation:
        item = builder.build(entry)
        if item is not None:
            children = [child for below in entry["children"] if (child := builder.build(below))]
            items.append(NavigationItem(**item.model_dump(), children=children))
    return items


def default_navigation(
    tx: ReadTx,
    tags: Tags,
    languages: Sequence[str],
    addresses: PageAddresses,
    now: datetime,
    recall: HeadCache,
) -> list[NavigationItem]:
    """The standing pages, the oldest first, each once in the first of the languages that it has."""
    filters = ArticleFilter(kind="page", languages=tuple(languages), each_story_once=True)
    page = list_page(tx, tags, filters, "oldest", None, MOST_PAGES, now, recall)
    return [
        NavigationItem(
            label=item["title"],
            kind="page",
            slug=item["slug"],
            url=addresses.page("page", item["slug"], item["lang"]),
            children=[],
        )
        for item in map(from_json, page.items)
    ]


@dataclass(frozen=True, slots=True)
class _EntryBuilder:
    """Makes entries. A label in the wanted language comes first, then a title in that language,
    then a label in another one."""

    tags: Tags
    articles: Mapping[UUID, VisibleArticle]
    languages: Sequence[str]
    addresses: PageAddresses

    def build(self, entry: Mapping[str, Any]) -> NavigationChild | None:
        """An entry without those below it; None if readers do not see what it names."""
        own_label = pick_text(entry["labels"], self.languages[0])
        label = own_label or localise(entry["labels"], self.languages)
        if "article_id" in entry:
            return self._build_page(entry["article_id"], own_label, label)
        if "tag_id" in entry:
            return self._build_tag(entry["tag_id"], own_label, label)
        url = entry["url"]
        return NavigationChild(label=label or url, kind="link", slug=None, url=url)

    def _build_page(
        self, article_id: str, own_label: str | None, label: str | None
    ) -> NavigationChild | None:
        page = self.articles.get(UUID(article_id))
        if page is None or page.kind != "page":
            return None
        title = own_label or (page.title if page.lang == self.languages[0] else label)
        url = self.addresses.page(page.kind, page.slug, page.lang)
        return NavigationChild(label=title or page.title, kind="page", slug=page.slug, url=url)

    def _build_tag(
        self, tag_id: str, own_label: str | None, label: str | None
    ) -> NavigationChild | None:
        for tag in self.tags.resolve_ids([tag_id]):
            name = own_label or pick_text(tag.names, self.languages[0]) or label
            url = self.addresses.tag(tag.slug, self.languages[0])
            return NavigationChild(
                label=name or localise(tag.names, self.languages) or tag.slug,
                kind="tag",
                slug=tag.slug,
                url=url,
            )
        return None
