"""Bylines and credits: in saved texts and in public content.

This is the one place that rewrites content which is immutable elsewhere. A publication keeps its
place and gets a new date, so that readers who follow changes learn of it.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from pydantic_core import from_json, to_json
from sqlmodel import col

from app import author_counts
from app.changes import PublishTx
from app.database import ReadTx
from app.editorial import draft_index
from app.editorial.profiles import append_owners
from app.kinds.registry import DATED_KINDS
from app.kit.clock import rfc3339
from app.kit.text import slug_of
from app.models import every_table
from app.models.article import Revision
from app.models.author import Author
from app.models.note import ArticleNote
from app.models.publication import Publication, PublicationAuthor, PublicationBody
from app.models.site import Site
from app.models.tag import Tag
from app.visibility import visible


@dataclass(frozen=True, slots=True)
class _Names:
    """The names to remove: authors by name or slug, and credits that contain one of the words."""

    bylines: Sequence[str]
    slugs: Sequence[str]
    credits: Sequence[str]

    def redact(self, content: dict[str, Any]) -> dict[str, Any] | None:
        """An article's content without the names; None when it holds none of them."""
        authors = [author for author in content["authors"] if not self._is_one(author)]
        image, seo = self.without_credit(content.get("image")), content.get("seo")
        if seo is not None:
            seo = seo | {"image": self.without_credit(seo.get("image"))}
        left = content | {"authors": authors, "image": image}
        left |= {"seo": seo} if "seo" in content else {}
        return left if left != content else None

    def without_credit(self, image: dict[str, Any] | None) -> dict[str, Any] | None:
        """A picture, without its credit if that names the person."""
        if image is None or not self._names_person(image.get("credit")):
            return image
        return image | {"credit": None}

    def _is_one(self, author: dict[str, Any]) -> bool:
        slug = author.get("slug") or slug_of(author["name"])
        return author["name"] in self.bylines or slug in self.slugs

    def _names_person(self, credit: str | None) -> bool:
        return credit is not None and any(
            re.search(rf"(?<!\w){re.escape(word)}(?!\w)", credit) for word in self.credits
        )


def erase_names(tx: PublishTx, bylines: Sequence[str], credits: Sequence[str]) -> dict[str, int]:
    """Remove names from bylines, and credits that contain one; log the changes that readers see."""
    if not bylines and not credits:
        return {}
    slugs = [slug for name in bylines if (slug := slug_of(name))]
    names = _Names(bylines, slugs, credits)
    publications, public = _redact_publications(tx, names)
    return {
        "publications": publications,
        "public articles": public,
        "saved texts": _redact_revisions(tx, names),
        "media credits": _redact_media(tx, credits),
    }


def _redact_publications(tx: PublishTx, names: _Names) -> tuple[int, int]:
    """Rewrite publications; returns how many, and how many of these are public now."""
    of_authors = sa.select(col(PublicationAuthor.publication_id)).where(
        col(PublicationAuthor.author_slug).in_(names.slugs)
    )
    conditions = (_contains(Publication.item, word) for word in (*names.bylines, *names.credits))
    in_seo = (_contains(PublicationBody.seo, word) for word in names.credits)
    statement = sa.select(
        col(Publication.id),
        col(Publication.article_id),
        col(Publication.item),
        col(PublicationBody.seo),
        visible(Publication, tx.moment).label("public"),
    ).join(PublicationBody, col(PublicationBody.publication_id) == col(Publication.id))
    of_person = sa.or_(col(Publication.id).in_(of_authors), *conditions, *in_seo)
    rewritten = public = 0
    for row in tx.execute(statement.where(of_person)).all():
        seo = from_json(row.seo) if row.seo is not None else {}
        shown_item = from_json(row.item) | {"seo": {"image": None, **seo}}
        left = names.redact(shown_item)
        if left is None:
            continue
        _rewrite_publication(tx, row, shown_item, left)
        rewritten, public = rewritten + 1, public + bool(row.public)
    return rewritten, public


def _rewrite_publication(
    tx: PublishTx, row: Any, before: dict[str, Any], left: dict[str, Any]
) -> None:
    values: dict[str, Any] = {}
    seo = {name: value for name, value in left.pop("seo").items() if value is not None}
    if row.seo is not None:
        is_own = col(PublicationBody.publication_id) == row.id
        tx.execute(sa.update(PublicationBody).where(is_own).values(seo=to_json(seo).decode()))
    if row.public:
        left = left | {"updated_at": rfc3339(tx.moment)}
        values = {"updated_at": tx.moment, "changed_at": tx.moment}
        tx.append("article", row.article_id, "published")
    values["item"] = to_json(left).decode()
    tx.execute(sa.update(Publication).where(col(Publication.id) == row.id).values(values))
    lost_slugs = _slugs(before) - _slugs(left)
    author_counts.remove_authors(tx, tx.counted_set, row.id, lost_slugs)


def _slugs(item: dict[str, Any]) -> set[str]:
    return {author["slug"] for author in item["authors"]}


def _redact_revisions(tx: PublishTx, names: _Names) -> int:
    words = {*names.bylines, *names.slugs, *names.credits}
    content = sa.cast(col(Revision.content), sa.Text)
    statement = sa.select(
        col(Revision.article_id), col(Revision.number), col(Revision.content)
    ).where(sa.or_(*(_contains(content, word) for word in words)))
    rewritten: list[UUID] = []
    for article_id, number, fields in tx.execute(statement).all():
        left = names.redact(fields)
        if left is None:
            continue
        is_row = (col(Revision.article_id) == article_id, col(Revision.number) == number)
        tx.execute(sa.update(Revision).where(*is_row).values(content=left))
        rewritten.append(article_id)
    draft_index.unindex_authors(tx, rewritten)
    return len(rewritten)


def _redact_media(tx: PublishTx, credits: Sequence[str]) -> int:
    media = every_table().tables.get("media")
    if media is None or not credits:
        return 0
    condition = sa.or_(*(media.c.credit.contains(word, autoescape=True) for word in credits))
    append_owners(tx, list(tx.execute(sa.select(media.c.id).where(condition)).scalars()))
    return tx.execute(sa.update(media).where(condition).values(credit=None)).rowcount


_TEXTS: Final[dict[str, Sequence[Any]]] = {
    "saved texts": (Revision.content,),
    **{kind.plural: [getattr(kind.table, name) for name in kind.texts] for kind in DATED_KINDS},
    "tags": (Tag.names, Tag.descriptions, Tag.synonyms),
    "the site": (Site.names, Site.descriptions, Site.contact, Site.links, Site.navigation),
    "authors": (Author.name, Author.biography, Author.links),
    "notes": (ArticleNote.text,),
}


def count_mentions(tx: ReadTx, words: Sequence[str]) -> dict[str, int]:
    """The number of texts that still have a word, by place; people decide what to do about them."""
    texts = (PublicationBody.body_html, PublicationBody.seo)
    body = sa.select(col(PublicationBody.publication_id)).where(
        sa.or_(*(_contains(text, word) for text in texts for word in words))
    )
    published = sa.or_(
        col(Publication.id).in_(body), *(_contains(Publication.item, word) for word in words)
    )
    counts = {"publications": _count_where(tx, Publication, published)}
    for place, columns in _TEXTS.items():
        text_columns = (
            _contains(sa.cast(col(column), sa.Text), word) for column in columns for word in words
        )
        counts[place] = _count_where(tx, columns[0].class_, sa.or_(*text_columns))
    return {place: number for place, number in counts.items() if number}


def _count_where(tx: ReadTx, table: Any, where: sa.ColumnElement[bool]) -> int:
    statement = sa.select(sa.func.count()).select_from(table).where(where)
    number: int = tx.execute(statement).scalar_one()
    return number


def _contains(text: Any, word: str) -> sa.ColumnElement[bool]:
    """Whether the text holds the word, as it is or as JSON escapes it."""
    spellings = {word, json.dumps(word)[1:-1], json.dumps(word, ensure_ascii=False)[1:-1]}
    return sa.or_(*(text.contains(spelled, autoescape=True) for spelled in sorted(spellings)))
