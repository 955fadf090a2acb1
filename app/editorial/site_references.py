"""The articles and tags that the site's record names: by slug for editors, by id in the store."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.database import ReadTx, WriteTx
from app.editorial import tags
from app.editorial.content import SiteRules
from app.editorial.patch_input import check_languages
from app.editorial.site_input import EntryInput, NavigationInput, SiteLinkInput
from app.errors import Detail, Invalid
from app.models.article import Article, ArticleSlug

Place = tuple[str, EntryInput]
"""An entry of the menu with its JSON pointer."""


def list_places(navigation: Iterable[NavigationInput]) -> Iterator[Place]:
    """Every entry of the menu, each before those below it."""
    for number, entry in enumerate(navigation):
        yield f"/navigation/{number}", entry
        for below, child in enumerate(entry.children):
            yield f"/navigation/{number}/children/{below}", child


def check_labels(
    rules: SiteRules, links: Sequence[SiteLinkInput], navigation: Iterable[NavigationInput]
) -> None:
    """`Invalid` names each label in a language that the site does not have."""
    labels = {f"links/{number}/labels": link.labels for number, link in enumerate(links)}
    labels |= {f"{place[1:]}/labels": entry.labels for place, entry in list_places(navigation)}
    check_languages(rules, **labels)


def to_stored_navigation(
    tx: WriteTx, navigation: Sequence[NavigationInput]
) -> list[dict[str, Any]]:
    """The menu with ids. `Invalid` names each page and tag that does not exist."""
    places = list(list_places(navigation))
    pages = find_pages(tx, [(entry.page, f"{at}/page") for at, entry in places if entry.page])
    tag_ids = find_tags(tx, [(entry.tag, f"{at}/tag") for at, entry in places if entry.tag])

    def stored_entry(entry: EntryInput) -> dict[str, Any]:
        target: dict[str, Any] = {"url": entry.url}
        if entry.page is not None:
            target = {"article_id": str(pages[entry.page])}
        elif entry.tag is not None:
            target = {"tag_id": str(tag_ids[entry.tag])}
        return {**target, "labels": dict(entry.labels)}

    return [
        {**stored_entry(entry), "children": [stored_entry(child) for child in entry.children]}
        for entry in navigation
    ]


def find_pages(tx: WriteTx, named: Sequence[tuple[str, str]]) -> dict[str, UUID]:
    """The ids of standing pages by slug, present or former; `named` has each with its pointer."""
    rows = _articles_by_slug(tx, [slug for slug, _ in named])
    wrong = [
        Detail("unknown_page", f"There is no page {slug!r}; create it first.", pointer)
        for slug, pointer in named
        if slug not in rows
    ]
    wrong += [
        Detail("not_a_page", f"{slug!r} is an article; name a standing page.", pointer)
        for slug, pointer in named
        if slug in rows and rows[slug].kind != "page"
    ]
    _refuse(wrong)
    return {slug: row.id for slug, row in rows.items()}


def find_articles(tx: WriteTx, named: Sequence[tuple[str, str]]) -> list[UUID]:
    """The ids of articles by slug, in the given order, each once."""
    rows = _articles_by_slug(tx, [slug for slug, _ in named])
    _refuse(
        [
            Detail("unknown_article", f"There is no article {slug!r}; create it first.", pointer)
            for slug, pointer in named
            if slug not in rows
        ]
    )
    return list(dict.fromkeys(rows[slug].id for slug, _ in named))


def refuse_unknown_articles(tx: WriteTx, ids: Sequence[UUID]) -> None:
    """`Invalid` names each id that is no article's."""
    statement = sa.select(col(Article.id)).where(col(Article.id).in_(ids))
    known_ids = set(tx.execute(statement).scalars())
    _refuse(
        [
            Detail("unknown_article", f"There is no article {key}.", f"/featured/{place}")
            for place, key in enumerate(ids)
            if key not in known_ids
        ]
    )


def find_tags(tx: WriteTx, named: Sequence[tuple[str, str]]) -> dict[str, UUID]:
    """The ids of tags by slug, present or former; `named` has each with its pointer."""
    ids = tags.lock_ids(tx, [slug for slug, _ in named]) if named else {}
    _refuse(
        [
            Detail("unknown_tag", f"There is no tag {slug!r}; create it first.", pointer)
            for slug, pointer in named
            if slug not in ids
        ]
    )
    return ids


@dataclass(frozen=True, slots=True)
class Slugs:
    """Today's slugs of what the record names; what is gone has none."""

    articles: Mapping[UUID, str]
    tags: Mapping[UUID, str]

    @classmethod
    def read(cls, tx: ReadTx, article_ids: Collection[UUID]) -> "Slugs":
        """The slugs of some articles, those in the trash left out, and of all tags."""
        statement = sa.select(col(Article.id), col(Article.slug)).where(
            col(Article.id).in_(article_ids), col(Article.trashed_at).is_(None)
        )
        return cls(dict(tx.execute(statement).all()), tags.slugs_by_id(tx))

    def entry(self, item: Mapping[str, Any]) -> EntryInput | None:
        """An entry of the menu, without those below it; None if what it names is gone."""
        fields: dict[str, Any] = {"labels": item["labels"], "url": item.get("url")}
        if "article_id" in item:
            fields["page"] = self.articles.get(UUID(item["article_id"]))
        elif "tag_id" in item:
            fields["tag"] = self.tags.get(UUID(item["tag_id"]))
        is_gone = not (fields["url"] or fields.get("page") or fields.get("tag"))
        return None if is_gone else EntryInput(**fields)

    def navigation(self, menu: Sequence[Mapping[str, Any]]) -> tuple[NavigationInput, ...]:
        """The menu as editors write it."""
        entries = []
        for item in menu:
            entry = self.entry(item)
            if entry is not None:
                children = tuple(filter(None, map(self.entry, item["children"])))
                fields = {name: getattr(entry, name) for name in EntryInput.model_fields}
                entries.append(NavigationInput(**fields, children=children))
        return tuple(entries)

    def sections(self, tag_ids: Sequence[str]) -> tuple[str, ...]:
        """The slugs of sections, each once though tags were merged."""
        slugs = (self.tags.get(UUID(key)) for key in tag_ids)
        return tuple(dict.fromkeys(slug for slug in slugs if slug is not None))


def article_ids_of(navigation: Iterable[Mapping[str, Any]], featured: Iterable[str]) -> set[UUID]:
    """The ids of the articles that a stored record names."""
    return {UUID(key) for key in featured} | {
        UUID(entry["article_id"]) for entry in stored_entries(navigation) if "article_id" in entry
    }


def stored_entries(navigation: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Every entry of a stored menu."""
    for item in navigation:
        yield item
        yield from item["children"]


def _articles_by_slug(tx: WriteTx, slugs: Sequence[str]) -> dict[str, Any]:
    if not slugs:
        return {}
    statement = (
        sa.select(col(ArticleSlug.slug), col(Article.id), col(Article.kind))
        .join(Article, col(Article.id) == col(ArticleSlug.article_id))
        .where(col(ArticleSlug.slug).in_(slugs), col(Article.trashed_at).is_(None))
    )
    return {row.slug: row for row in tx.execute(statement)}


def _refuse(wrong: Sequence[Detail]) -> None:
    if wrong:
        raise Invalid(wrong[0].code, wrong[0].message, tuple(wrong))
