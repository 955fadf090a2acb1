"""A generated archive, written straight into the tables: 25 years, two languages, a past and a
future for many articles, tags from nearly all to nearly none. The same seed, the same archive.

It has every row that Willay itself would have written: saved texts, slugs and the log too.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel

from app import author_counts, counts
from app.database import Database
from app.editorial.content import ArticleInput, AuthorInput, to_revision_json
from app.kit.clock import FOREVER
from app.kit.outline import outline_body
from app.models.article import Article, ArticleSlug, ArticleTag, Revision
from app.models.change import Change, ChangeHead
from app.models.publication import (
    Publication,
    PublicationAuthor,
    PublicationBody,
    PublicationTag,
)
from app.models.tag import Tag, TagSlug
from app.public.articles import Author, FrozenArticle, Rights, to_outline
from benchmarks.raw_rows import move_sequence, vacuum, write, write_log

FORMATS: Final = {"news": 0.70, "analysis": 0.15, "editorial": 0.15}
"""Every article has exactly one: two of them never meet."""
PARENTS: Final = 8
CHILDREN: Final = 10
"""Topics `topic-1` to `topic-8`, each the parent of `topic-1-1` to `topic-1-10`."""
RARE: Final = {"bulletin-40": 40, "bulletin-4000": 4_000}
"""How many articles carry these in a large archive (at most one in 25 in a small one)."""
AUTHORS: Final = 400

_YEARS: Final = timedelta(days=25 * 365)
_BATCH: Final = 10_000
_LICENCE: Final = "https://creativecommons.org/licenses/by-nc-sa/4.0"
_WORDS: Final = [
    *("river", "mine", "court", "water", "land", "march", "village"),
    *("minister", "forest", "strike", "harvest", "mayor", "ruling", "union"),
    *("school", "coast", "highland", "vote", "debt", "road", "border"),
    *("clinic", "pardon", "drought", "protest", "law", "army", "press"),
]
_SYLLABLES: Final = [
    *("ba", "che", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa"),
    *("te", "vi", "zo", "cla", "tre", "pri", "sto", "can", "mer", "lin"),
]
_PARAGRAPH: Final = 60
"""Words in one of the paragraphs of which bodies are made."""
_TABLES: Final[tuple[type[SQLModel], ...]] = (
    Article,
    ArticleSlug,
    ArticleTag,
    Revision,
    Publication,
    PublicationBody,
    PublicationTag,
    PublicationAuthor,
)
_EDITOR: Final = "benchmark"

Rows = dict[type[SQLModel], list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Size:
    """How large an archive: articles, words in each body, and different words in all (a few dozen
    when 0, else as many that Zipf's law makes common or rare, as searches need)."""

    articles: int
    words: int = 60
    vocabulary: int = 0


def fill(database: Database, size: Size, now: datetime, seed: int = 1) -> None:
    """Fill a migrated, empty store with an archive that is read at `now`.

    Nearly every article is visible. A quarter has a superseded publication as well, one in a
    hundred a scheduled one, one in two hundred was retracted.
    """
    archive = _Archive(Random(seed), size, now)  # noqa: S311  # choices, not secrets
    every: list[type[SQLModel]] = [*_TABLES, Change]
    tables = [SQLModel.metadata.tables[str(table.__tablename__)] for table in every]
    indexes = [index for table in tables for index in table.indexes]
    with database.altering() as connection:
        for index in indexes:
            index.drop(connection)
        write(connection, Tag, archive.tags)
        tag_rows = [{"slug": tag["slug"], "tag_id": tag["id"]} for tag in archive.tags]
        write(connection, TagSlug, tag_rows)
    # A transaction for each batch and index: SQLite's log of one for all would outgrow the store.
    for first in range(0, size.articles, _BATCH):
        rows: Rows = {table: [] for table in _TABLES}
        for number in range(first, min(first + _BATCH, size.articles)):
            archive.add(rows, number)
        with database.altering() as connection:
            for table, table_rows in rows.items():
                write(connection, table, table_rows)
    with database.altering() as connection:
        sequence = write_log(connection, now)
        if not database.is_sqlite:
            move_sequence(connection)
    for index in indexes:
        with database.altering() as connection:
            index.create(connection)
    with database.altering() as connection:
        boundary = archive.next_boundary
        head = {"sequence": sequence, "effective_until": now, "next_boundary": boundary}
        connection.execute(sa.update(ChangeHead).values(head))
    with database.writing() as tx:
        counts.rebuild(tx, now)
        author_counts.rebuild(tx)
    if not database.is_sqlite:
        vacuum(database)


class _Archive:
    """Makes the rows of one article after another, oldest first."""

    def __init__(self, random: Random, size: Size, now: datetime) -> None:
        self.random, self.size, self.now = random, size, now
        self.tags: list[dict[str, Any]] = []
        self.next_boundary = FOREVER
        self._keys = 0
        self._group: UUID | None = None
        vocabulary = words_of(size.vocabulary) if size.vocabulary else _WORDS
        weights = [1 / rank if size.vocabulary else 1.0 for rank in range(1, len(vocabulary) + 1)]
        pool = 4_000 if size.vocabulary else 200

        def prose(words: int) -> list[str]:
            return [" ".join(random.choices(vocabulary, weights, k=words)) for _ in range(pool)]

        self._summaries = prose(25)
        self._paragraphs = prose(_PARAGRAPH)
        self._first = now - _YEARS
        self._imported = now - _YEARS * 0.4
        self._topics = [
            [self._tag(f"topic-{p}-{c}", "topic", parent) for c in range(1, CHILDREN + 1)]
            for p in range(1, PARENTS + 1)
            for parent in (self._tag(f"topic-{p}", "topic"),)
        ]
        self._formats = [self._tag(slug, "format") for slug in FORMATS]
        self._rare = [
            (self._tag(slug, "series"), min(count / size.articles, 0.04))
            for slug, count in RARE.items()
        ]

    def add(self, rows: Rows, number: int) -> None:
        """Append the rows of one article to each table's."""
        random = self.random
        published_at = self._first + _YEARS * (number / self.size.articles)
        key = self._id(published_at)
        lang = "es" if random.random() < 0.3 else "en"
        slug = f"article-{number}"
        group = self._translation_group(lang)
        title = f"{random.choice(self._summaries)[:50]} {number}"
        rows[Article].append(self._article(key, lang, slug, title, group, published_at))
        rows[ArticleSlug].append({"slug": slug, "article_id": key})
        authors = [f"author-{int(AUTHORS * random.random() ** 3)}"]
        tags = self._choice()
        rows[ArticleTag] += [{"tag_id": tag, "article_id": key} for tag in tags]
        paragraphs = random.choices(self._paragraphs, k=max(1, self.size.words // _PARAGRAPH))
        body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
        item = self._item(key, lang, slug, title, authors, published_at)
        rows[Revision].append(self._revision(item, body, tags))
        item_json = item.model_dump_json()
        outline = to_outline(outline_body(body)).model_dump_json()
        for start, until, expires, ended in self._intervals(max(published_at, self._imported)):
            self._keys += 1
            interval = {
                "publication_id": self._keys,
                "article_id": key,
                "kind": "article",
                "lang": lang,
                "published_at": published_at,
                "visible_from": start,
                "visible_until": until,
            }
            publication = {name: interval[name] for name in list(interval)[1:]} | {
                "id": self._keys,
                "revision": 1,
                "slug": slug,
                "translation_group": group,
                "updated_at": published_at,
                "changed_at": start,
                "expires_at": expires,
                "ended": ended,
                "ended_note": None,
                "syndicatable": number % 10 != 0,
                "item": item_json,
                "tag_ids": json.dumps([str(tag) for tag in tags]),
                "published_by": _EDITOR,
            }
            rows[Publication].append(publication)
            rows[PublicationBody].append(
                {"publication_id": self._keys, "body_html": body, "outline": outline}
            )
            rows[PublicationTag] += [{"tag_id": tag, **interval} for tag in tags]
            rows[PublicationAuthor] += [{"author_slug": slug, **interval} for slug in authors]

    def _intervals(
        self, start: datetime
    ) -> Iterator[tuple[datetime, datetime, datetime | None, str | None]]:
        chance = self.random.random()
        start += timedelta(seconds=self.random.random())
        between = start + (self.now - start) * self.random.random()
        if chance < 0.25 and start < between:
            yield start, between, None, None
            yield between, FOREVER, None, None
        elif chance < 0.26:
            later = self.now + timedelta(days=1 + 30 * self.random.random())
            self.next_boundary = min(self.next_boundary, later)
            yield start, later, None, None
            yield later, FOREVER, None, None
        elif chance < 0.265 and start < between:
            yield start, between, None, "retracted"
        else:
            yield start, FOREVER, None, None

    def _choice(self) -> list[UUID]:
        """A format, one or two topics (the first of each family are common), seldom a series."""
        random = self.random
        kind = random.choices(self._formats, list(FORMATS.values()))[0]
        choices = {kind: None}
        for _ in range(random.choice((1, 1, 2))):
            family = self._topics[int(PARENTS * random.random() ** 2)]
            choices[family[int(CHILDREN * random.random() ** 2)]] = None
        choices |= {tag: None for tag, chance in self._rare if random.random() < chance}
        return list(choices)

    def _translation_group(self, lang: str) -> UUID | None:
        """One in ten Spanish articles translates the English one of the same group."""
        group, self._group = self._group, None
        if lang == "en" and self.random.random() < 0.1:
            self._group = group = UUID(int=self.random.getrandbits(128))
            return group
        return group if lang == "es" else None

    def _article(
        self, key: UUID, lang: str, slug: str, title: str, group: UUID | None, at: datetime
    ) -> dict[str, Any]:
        return {
            "id": key,
            "kind": "article",
            "revision": 1,
            "state": "published",
            "lang": lang,
            "slug": slug,
            "title": title,
            "translation_group": group,
            "created_at": at,
            "updated_at": at,
            "changed_by": _EDITOR,
        }

    def _revision(self, item: FrozenArticle, body: str, tags: Sequence[UUID]) -> dict[str, Any]:
        content = ArticleInput.model_construct(
            lang=item.lang,
            title=item.title,
            slug=item.slug,
            summary=item.summary,
            body=body,
            body_format="html",
            authors=tuple(AuthorInput(name=author.name) for author in item.authors),
            published_at=item.published_at,
        )
        return {
            "article_id": item.id,
            "number": 1,
            "content": to_revision_json(content, tags),
            "body_html": body,
            "saved_by": _EDITOR,
            "saved_at": item.published_at,
        }

    def _item(
        self, key: UUID, lang: str, slug: str, title: str, authors: list[str], at: datetime
    ) -> FrozenArticle:
        return FrozenArticle(
            id=key,
            kind="article",
            slug=slug,
            lang=lang,
            title=title,
            summary=self.random.choice(self._summaries),
            published_at=at,
            date_precision="time",
            updated_at=at,
            authors=[Author(name=name.title(), slug=name) for name in authors],
            source=None,
            image=None,
            rights=Rights(licence=_LICENCE, credit=None, syndicatable=True),
            corrections=[],
            is_excerpt=False,
            canonical_url=None,
            position=0,
        )

    def _tag(self, slug: str, kind: str, parent: UUID | None = None) -> UUID:
        key = self._id(self._first)
        self.tags.append(
            {
                "id": key,
                "slug": slug,
                "type": kind,
                "names": {"en": slug.title(), "es": slug.title()},
                "descriptions": {},
                "synonyms": {},
                "parent_id": parent,
                "created_at": self._first,
                "updated_at": self._first,
            }
        )
        return key

    def _id(self, moment: datetime) -> UUID:
        milliseconds = int(moment.timestamp() * 1000)
        return UUID(int=milliseconds << 80 | 0x7 << 76 | self.random.getrandbits(76))


def words_of(vocabulary: int) -> list[str]:
    """So many different words of two to five syllables, the commonest first."""
    random = Random(vocabulary)  # noqa: S311  # choices, not secrets
    words: dict[str, None] = {}
    while len(words) < vocabulary:
        words["".join(random.choices(_SYLLABLES, k=random.randint(2, 5)))] = None
    return list(words)
