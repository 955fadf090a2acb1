"""Authors: names under visible articles, and the records that editors keep of them.

The kept counts of authors say who has visible articles. Past a boundary that nobody has promoted,
what began or ended since is added to them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from pydantic_core import from_json
from sqlmodel import col

from app import author_counts, counts
from app.author_counts import AuthorKey
from app.changes import Head
from app.database import ReadTx
from app.errors import NotFound
from app.kinds.pictures import load_pictures
from app.models.author import Author
from app.models.count import AuthorCount
from app.models.publication import Publication, PublicationAuthor
from app.public.authors import AuthorProfile
from app.public.links import ExternalLink
from app.visibility import NOW, visible


@dataclass(frozen=True, slots=True)
class AuthorMoment:
    """The snapshot and the instant at which authors are read, and the languages of the request:
    `languages` for texts, `counted` for the number of articles (all when empty)."""

    tx: ReadTx
    head: Head
    now: datetime
    current: bool
    languages: Sequence[str]
    counted: Sequence[str]

    def changes(self) -> Counter[AuthorKey]:
        """The differences to the kept counts; none while the log is current."""
        if self.current:
            return Counter()
        since = self.head.effective_until
        return author_counts.pending_changes(
            self.tx, counts.find_counted_set(self.tx, since), self.now
        )


def page_of_authors(
    at: AuthorMoment, after: str, limit: int
) -> tuple[list[AuthorProfile], str | None]:
    """The authors after a slug in the order of slugs, and where the next page begins."""
    changes = at.changes()
    values = {"after": after, "most": limit + 1, "moved": sorted({key[0] for key in changes})}
    slugs = list(at.tx.execute(_SLUGS, values).scalars())
    onward = slugs[limit - 1] if len(slugs) > limit else None
    return _profiles(at, slugs[:limit], changes), onward


def get_author(at: AuthorMoment, slug: str) -> AuthorProfile:
    """One author; `NotFound` unless there are visible articles or a record that is public."""
    profiles = _profiles(at, [slug], at.changes())
    if not profiles:
        message = "There is no author with this slug; /v1/authors lists those there are."
        raise NotFound("author_not_found", message)
    return profiles[0]


def _profiles(
    at: AuthorMoment, slugs: Sequence[str], changes: Counter[AuthorKey]
) -> list[AuthorProfile]:
    """The profiles of the authors among these whom readers may see."""
    numbers = Counter({key: n for key, n in changes.items() if key[0] in slugs})
    for slug, kind, lang, n in at.tx.execute(_NUMBERS, {"slugs": slugs}):
        numbers[slug, kind, lang] += n
    writing = {slug for (slug, _, _), n in numbers.items() if n > 0}
    rows = {row.slug: row for row in at.tx.execute(_RECORDS, {"slugs": slugs})}
    rows = {slug: row for slug, row in rows.items() if slug in writing or row.always_public}
    moved = {key[0] for key in changes}
    names = _names_in_articles(at, writing - rows.keys(), moved)
    portraits = load_pictures(at.tx, (row.portrait for row in rows.values()), at.languages)
    totals: Counter[str] = Counter()
    for (slug, kind, lang), n in numbers.items():
        if kind == "article" and (not at.counted or lang in at.counted):
            totals[slug] += n
    profiles = []
    for slug in slugs:
        row = rows.get(slug)
        if row is None:
            if slug in names:
                profiles.append(_plain_profile(slug, names[slug], totals[slug]))
            continue
        biography = (row.biography[lang] for lang in at.languages if lang in row.biography)
        profiles.append(
            AuthorProfile(
                slug=slug,
                name=row.name,
                biography=next(biography, None),
                portrait=portraits.image_of(row.portrait, row.name),
                links=[ExternalLink(**link) for link in row.links],
                articles_count=totals[slug],
            )
        )
    return profiles


def _plain_profile(slug: str, name: str, total: int) -> AuthorProfile:
    return AuthorProfile(
        slug=slug, name=name, biography=None, portrait=None, links=[], articles_count=total
    )


def _names_in_articles(at: AuthorMoment, slugs: set[str], moved: set[str]) -> dict[str, str]:
    """The names of authors as their newest visible article spells them."""
    if not slugs:
        return {}
    values = {"slugs": list(slugs), "moved": list(moved & slugs), "now": at.now}
    newest = dict(at.tx.execute(_NEWEST, values).all())
    items = dict(at.tx.execute(_ITEMS, {"keys": list(newest.values())}).all())
    return {
        author["slug"]: author["name"]
        for slug, key in newest.items()
        if key in items
        for author in from_json(items[key])["authors"]
        if author["slug"] == slug
    }


def _arm(column: Any, *conditions: sa.ColumnElement[bool]) -> Any:
    """The next slugs of one source: as many as a page needs."""
    slugs: Any = sa.select(col(column).label("slug")).distinct()
    slugs = slugs.where(col(column) > sa.bindparam("after"), *conditions)
    arm = slugs.order_by(col(column)).limit(sa.bindparam("most")).subquery()
    return sa.select(arm.c.slug)


_MOVED: Final[Any] = sa.bindparam("moved", expanding=True)
"""The authors whose numbers differ from the kept counts: none while the log is current."""

_united = sa.union(
    _arm(AuthorCount.author_slug, col(AuthorCount.n) > 0),
    _arm(Author.slug, col(Author.always_public).is_(True)),
    _arm(
        PublicationAuthor.author_slug,
        col(PublicationAuthor.author_slug).in_(_MOVED),
    ),
).subquery()
_SLUGS: Final = sa.select(_united.c.slug).order_by(_united.c.slug).limit(sa.bindparam("most"))

_THESE: Final[Any] = sa.bindparam("slugs", expanding=True)
_NUMBERS: Final = sa.select(
    *(col(getattr(AuthorCount, name)) for name in ("author_slug", "kind", "lang", "n"))
).where(col(AuthorCount.author_slug).in_(_THESE))
_RECORDS: Final = sa.select(Author.__table__).where(col(Author.slug).in_(_THESE))  # type: ignore[attr-defined]  # SQLModel does not type the table of a class


def _newest_of(slug: Any, kind: str) -> Any:
    """The newest visible publication under a slug."""
    table = PublicationAuthor
    newest = sa.select(col(table.publication_id)).where(
        col(table.author_slug) == slug, col(table.kind) == kind, visible(table, NOW)
    )
    ordered = newest.order_by(col(table.published_at).desc(), col(table.article_id).desc())
    return ordered.limit(1).correlate(_asked).scalar_subquery()


def _slugs_in(table: Any, slugs: Any) -> Any:
    column = col(table.author_slug)
    return sa.select(column.label("slug")).where(column.in_(slugs))


# The kept counts hold each slug a few times; the lists of publications hold it for each article.
_asked = sa.union(
    _slugs_in(AuthorCount, _THESE), _slugs_in(PublicationAuthor, _MOVED).distinct()
).subquery()
_NEWEST: Final = sa.select(
    _asked.c.slug,
    sa.func.coalesce(_newest_of(_asked.c.slug, "article"), _newest_of(_asked.c.slug, "page")),
)
_ITEMS: Final = sa.select(col(Publication.id), col(Publication.item)).where(
    col(Publication.id).in_(sa.bindparam("keys", expanding=True))
)
