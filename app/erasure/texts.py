"""Bylines and credits: in saved texts, and in what the world sees.

The one place that rewrites what is immutable elsewhere. A publication keeps its place and gets a
new date, so that whoever asks for what has changed since is told.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from pydantic_core import from_json, to_json
from sqlmodel import col

from app.changes import PublishTx
from app.database import ReadTx
from app.kinds.registry import DATED_KINDS
from app.kit.clock import rfc3339
from app.kit.text import slug_of
from app.models import every_table
from app.models.article import Revision
from app.models.publication import Publication, PublicationAuthor, PublicationBody
from app.models.tag import Tag
from app.visibility import visible


@dataclass(frozen=True, slots=True)
class _Names:
    """What goes: authors by name or slug, credits that show one of the words."""

    bylines: Sequence[str]
    slugs: Sequence[str]
    credits: Sequence[str]

    def without(self, content: dict[str, Any]) -> dict[str, Any] | None:
        """An article's content without them; None when it holds none of them."""
        authors = [author for author in content["authors"] if not self._is_one(author)]
        image = content.get("image")
        credited = image is not None and self._credits(image.get("credit"))
        if len(authors) == len(content["authors"]) and not credited:
            return None
        return content | {"authors": authors, "image": image and image | _uncredited(credited)}

    def _is_one(self, author: dict[str, Any]) -> bool:
        slug = author.get("slug") or slug_of(author["name"])
        return author["name"] in self.bylines or slug in self.slugs

    def _credits(self, credit: str | None) -> bool:
        return credit is not None and any(
            re.search(rf"(?<!\w){re.escape(word)}(?!\w)", credit) for word in self.credits
        )


def _uncredited(credited: bool) -> dict[str, None]:
    return {"credit": None} if credited else {}


def erase(tx: PublishTx, bylines: Sequence[str], credits: Sequence[str]) -> dict[str, int]:
    """Take names out of bylines, and whole credits out that name one; append what readers see."""
    if not bylines and not credits:
        return {}
    slugs = [slug for name in bylines if (slug := slug_of(name))]
    names = _Names(bylines, slugs, credits)
    publications, public = _publications(tx, names)
    return {
        "publications": publications,
        "public articles": public,
        "saved texts": _revisions(tx, names),
        "media credits": _media(tx, credits),
    }


def _publications(tx: PublishTx, names: _Names) -> tuple[int, int]:
    """How many were rewritten, and how many of these are public now."""
    of_authors = sa.select(col(PublicationAuthor.publication_id)).where(
        col(PublicationAuthor.author_slug).in_(names.slugs)
    )
    named = (_holds(Publication.item, word) for word in (*names.bylines, *names.credits))
    asked = sa.select(
        col(Publication.id),
        col(Publication.article_id),
        col(Publication.item),
        visible(Publication, tx.moment).label("public"),
    ).where(sa.or_(col(Publication.id).in_(of_authors), *named))
    rewritten = public = 0
    for row in tx.execute(asked).all():
        shown = from_json(row.item)
        left = names.without(shown)
        if left is None:
            continue
        _rewrite(tx, row, shown, left)
        rewritten, public = rewritten + 1, public + bool(row.public)
    return rewritten, public


def _rewrite(tx: PublishTx, row: Any, shown: dict[str, Any], left: dict[str, Any]) -> None:
    values: dict[str, Any] = {}
    if row.public:
        left = left | {"updated_at": rfc3339(tx.moment)}
        values = {"updated_at": tx.moment, "changed_at": tx.moment}
        tx.append("article", row.article_id, "published")
    values["item"] = to_json(left).decode()
    tx.execute(sa.update(Publication).where(col(Publication.id) == row.id).values(values))
    gone = _slugs(shown) - _slugs(left)
    tx.execute(
        sa.delete(PublicationAuthor).where(
            col(PublicationAuthor.publication_id) == row.id,
            col(PublicationAuthor.author_slug).in_(gone),
        )
    )


def _slugs(item: dict[str, Any]) -> set[str]:
    return {author["slug"] for author in item["authors"]}


def _revisions(tx: PublishTx, names: _Names) -> int:
    words = {*names.bylines, *names.slugs, *names.credits}
    content = sa.cast(col(Revision.content), sa.Text)
    asked = sa.select(col(Revision.article_id), col(Revision.number), col(Revision.content)).where(
        sa.or_(*(_holds(content, word) for word in words))
    )
    rewritten = 0
    for article_id, number, kept in tx.execute(asked).all():
        left = names.without(kept)
        if left is None:
            continue
        here = (col(Revision.article_id) == article_id, col(Revision.number) == number)
        tx.execute(sa.update(Revision).where(*here).values(content=left))
        rewritten += 1
    return rewritten


def _media(tx: PublishTx, credits: Sequence[str]) -> int:
    media = every_table().tables.get("media")
    if media is None or not credits:
        return 0
    named = sa.or_(*(media.c.credit.contains(word, autoescape=True) for word in credits))
    return tx.execute(sa.update(media).where(named).values(credit=None)).rowcount


_TEXTS: Final[dict[str, Sequence[Any]]] = {
    "saved texts": (Revision.content,),
    **{kind.plural: [getattr(kind.table, name) for name in kind.texts] for kind in DATED_KINDS},
    "tags": (Tag.names, Tag.descriptions, Tag.synonyms),
}


def mentions(tx: ReadTx, words: Sequence[str]) -> dict[str, int]:
    """In how many texts a word still stands, by where; what to do about these, people decide."""
    body = sa.select(col(PublicationBody.publication_id)).where(
        sa.or_(*(_holds(PublicationBody.body_html, word) for word in words))
    )
    published = sa.or_(
        col(Publication.id).in_(body), *(_holds(Publication.item, word) for word in words)
    )
    found = {"publications": _count(tx, Publication, published)}
    for place, columns in _TEXTS.items():
        shown = (
            _holds(sa.cast(col(column), sa.Text), word) for column in columns for word in words
        )
        found[place] = _count(tx, columns[0].class_, sa.or_(*shown))
    return {place: number for place, number in found.items() if number}


def _count(tx: ReadTx, table: Any, where: sa.ColumnElement[bool]) -> int:
    counted = sa.select(sa.func.count()).select_from(table).where(where)
    number: int = tx.execute(counted).scalar_one()
    return number


def _holds(text: Any, word: str) -> sa.ColumnElement[bool]:
    """The text holds the word, as it is or as JSON spells it."""
    spellings = {word, json.dumps(word)[1:-1], json.dumps(word, ensure_ascii=False)[1:-1]}
    return sa.or_(*(text.contains(spelled, autoescape=True) for spelled in sorted(spellings)))
