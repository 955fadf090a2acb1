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
    tags: Tags
    articles: Mapping[UUID, VisibleArticle]
    languages: Sequence[str]
    addresses: PageAddresses

    def build(self, entry: Mapping[str, Any]) -> NavigationChild | None:
        """An entry without those below it; None if readers do not see what it names."""
        label = localise(entry["labels"], self.languages)
        if "article_id" in entry:
            page = self.articles.get(UUID(entry["article_id"]))
            if page is None or page.kind != "page":
                return None
            url = self.addresses.page(page.kind, page.slug, page.lang)
            return NavigationChild(
                label=self._own_label(entry) or page.title, kind="page", slug=page.slug, url=url
            )
        if "tag_id" in entry:
            found = self.tags.resolve_ids([entry["tag_id"]])
            if not found:
                return None
            name = self._own_label(entry) or localise(found[0].names, self.languages)
            url = self.addresses.tag(found[0].slug, self.languages[0])
            return NavigationChild(
                label=name or found[0].slug, kind="tag", slug=found[0].slug, url=url
            )
        return NavigationChild(
            label=label or entry["url"], kind="link", slug=None, url=entry["url"]
        )

    def _own_label(self, entry: Mapping[str, Any]) -> str | None:
        """The label in the wanted language; in another one the thing's own name would be better."""
        return pick_text(entry["labels"], self.languages[0])
